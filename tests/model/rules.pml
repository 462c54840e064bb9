/* The rules as switches (1 = in force) and the bounds of a run. A rule's switch is its name in capitals: README.md. */

/* ---- the kernel: single-active ---- */
#ifndef COMPARE_HEAD
#define COMPARE_HEAD 1                  /* 1: an append compares head */
#endif
#ifndef OWN_APPEND_BEFORE_EACH_START
#define OWN_APPEND_BEFORE_EACH_START 1  /* 2: committed by the very agent process that starts */
#endif
#ifndef RELEASE_ONLY_WHEN_DRAINED
#define RELEASE_ONLY_WHEN_DRAINED 1     /* 3: after an own stop order that no earlier start order survives */
#endif
#ifndef PROOF
#define PROOF 1                         /* 4: a VM leaves a host only on proof */
#endif
#ifndef PROOF_PER_INCARNATION
#define PROOF_PER_INCARNATION 1         /* 5: a proof is about one boot */
#endif
#ifndef READINGS_YOUNGER_THAN_THE_JOIN
#define READINGS_YOUNGER_THAN_THE_JOIN 1 /* 6: asked after the newest life joined, the last one after the SET ended */
#endif
#ifndef REBOOT_ONLY_BY_OWN_JOIN_ENTRY
#define REBOOT_ONLY_BY_OWN_JOIN_ENTRY 1 /* 7: never a heartbeat with another boot id */
#endif

/* ---- the kernel: no wrong power-off ---- */
#ifndef ONE_CLOSED_HOST
#define ONE_CLOSED_HOST 1               /* 8: of two hosts; a closed one asks and executes nothing */
#endif
#ifndef SWITCHING_ENTRY_BEFORE_SET
#define SWITCHING_ENTRY_BEFORE_SET 1    /* 9: one executor, in the journal before its first SET */
#endif
#ifndef JOINED_IS_NOT_ADMITTED
#define JOINED_IS_NOT_ADMITTED 1        /* 10: VMs, requests, the survivor's role come with a second own entry */
#endif
#ifndef WITHDRAWAL_ONLY_BY_THE_TARGET_AFTER_SWITCHING
#define WITHDRAWAL_ONLY_BY_THE_TARGET_AFTER_SWITCHING 1 /* 11 */
#endif

/* ---- the bound in time of 10 and 11 ---- */
#ifndef NO_ADMISSION_UNDER_A_SET
#define NO_ADMISSION_UNDER_A_SET 1      /* 12: set-lifetime has passed, or FenceEnded, for each switching */
#endif
#ifndef NO_WITHDRAWAL_UNDER_A_SET
#define NO_WITHDRAWAL_UNDER_A_SET 1     /* 13: the same for the target's own withdrawal after switching */
#endif
#ifndef STAMP_BEFORE_THE_APPEND
#define STAMP_BEFORE_THE_APPEND 1       /* 14: a SET is never younger than its switching entry (decision 0005) */
#endif
#ifndef ENDED_ONLY_WHEN_ANSWERED
#define ENDED_ONLY_WHEN_ANSWERED 1      /* 15: FenceEnded closes a switching only if each of its SETs was answered */
#endif

/* ---- restore of an old snapshot (with -DRESTORE=1) ---- */
#ifndef NOTHING_STARTS_BEFORE_ALL_REPORTED
#define NOTHING_STARTS_BEFORE_ALL_REPORTED 1 /* 16: each host reported what it runs, or was proven off since. 2: only the own report */
#endif
#ifndef A_JOIN_IS_NO_REPORT
#define A_JOIN_IS_NO_REPORT 1           /* 17: rebooted does not count across lineages */
#endif
#ifndef PERMISSIONS_END_WITH_THEIR_LINEAGE
#define PERMISSIONS_END_WITH_THEIR_LINEAGE 1 /* 18: a report comes after the own orders of the lost line were dropped */
#endif
#ifndef NO_ADMISSION_UNDER_A_LOST_SET
#define NO_ADMISSION_UNDER_A_LOST_SET 1 /* 19: a restore counts as a switching against every host */
#endif

/* ---- not of the kernel: without them nothing is unsafe ---- */
#ifndef CLOSED_STARTS_NOTHING
#define CLOSED_STARTS_NOTHING 1
#endif
#ifndef TAKE_OVER
#define TAKE_OVER 1                     /* another member may take a request over */
#endif
#ifndef WITNESS_FENCES
#define WITNESS_FENCES 1                /* 0: only the surviving host asks and executes */
#endif
#ifndef TARGET_WITHDRAWS
#define TARGET_WITHDRAWS 1              /* the target's own withdrawal after switching: a way out, not a guard */
#endif
#ifndef STAND_DOWN
#define STAND_DOWN 1                    /* an executor that sees its target alive stops */
#endif

/* ---- faults of the world ---- */
#ifndef READINGS
#define READINGS 2                      /* off readings that make a proof */
#endif
#ifndef F_LIE
#define F_LIE 0                         /* how often the device says off while the host is on */
#endif
#ifndef F_HIBER
#define F_HIBER 0                       /* hosts can hibernate: off by the LED, then the same boot and the same VMs */
#endif
#ifndef RESTORE
#define RESTORE 0                       /* restores of the old snapshot */
#endif
#ifndef STANDBY
#define STANDBY 0                       /* hosts may be set to standby */
#endif

/* ---- bounds, and what is checked ---- */
#ifndef LIVES_A
#define LIVES_A 2                       /* boots of A, of B */
#endif
#ifndef LIVES_B
#define LIVES_B 2
#endif
#ifndef BOOTS
#define BOOTS 3                         /* further boots of the healthy host in calm times (CALM) */
#endif
#ifndef CRASHES
#define CRASHES 1                       /* of agents (beside those with their host) */
#endif
#ifndef STOPS
#define STOPS 1                         /* VM processes that end, and stop orders */
#endif
#ifndef REQUESTS
#define REQUESTS 2
#endif
#ifndef CALM
#define CALM 0                          /* 1: after any prefix faults end, one host is healthy, the other's agent is dead */
#endif
#ifndef ONLY_I1
#define ONLY_I1 0                       /* 1: I3 and I4 are not checked, to see what I1 alone needs */
#endif
