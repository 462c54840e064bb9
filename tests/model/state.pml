/* What there is: the journal's state, appends in flight, the physical world, memories of agents. */
#define A 0
#define B 1
#define W 2
#define NONE 3

/* ---- journal (committed state) ---- */
byte owner = NONE, oinc;          /* who holds the VM, in which incarnation */
byte join[2];                     /* newest incarnation that joined (older ones are over) */
byte adm[2];                      /* newest incarnation admitted */
byte over[2];                     /* newest incarnation proven off */
byte rq[2];                       /* fence request: 0 none, 1 requested, 2 switched */
byte rqi[2];                      /* against which incarnation */
byte rqx[2];                      /* asker, then executor */
byte open[6];                     /* switchings of m against t at [m*2+t] whose SETs may still take effect: 0 none,
                                     1 young, 3 young and an older one behind it, 2 older than set-lifetime on t's clock */
bool rep[2];                      /* reported what it runs, or proven off, in this lineage */
bool sb[2];                       /* standby */
byte reqs = REQUESTS;

/* ---- appends in flight: 0..2 a member waits for it, 3..5 orphan ---- */
byte k[6];  byte kt[6];
#define K_JOIN 1
#define K_START 2                 /* VmStarting */
#define K_REL 3                   /* VmReleased */
#define K_ASSIGN 4
#define K_REQ 5
#define K_SWITCH 6
#define K_WDR 7
#define K_PROOF 8                 /* HostFenced */
#define K_REBOOT 9                /* what REBOOT_ONLY_BY_OWN_JOIN_ENTRY forbids */
#define K_ADMIT 10
#define K_PROOF_END 11            /* HostFenced with FenceEnded: every SET was answered */
#define K_END 12                  /* FenceEnded */
#define K_STOP 13                 /* VmStopping */
#define K_REPORT 14               /* nothing runs here */
#define K_REPORT_VM 15            /* the VM runs here */

/* ---- the physical world ---- */
bool pwr[2], vm[2], pend[2];      /* pend: a start order given to the hypervisor; it outlives the agent */
bool hib[2];
byte inc[2];                      /* boots */
bool late[2];                     /* a SET nobody waits for any more, under a stamp that the device still takes */
bool offbyus[2];
byte crash = CRASHES, stops = STOPS, lie = F_LIE, restores = RESTORE;

/* ---- memory of the agent processes ---- */
bool ag[3];
bool ln[3];                       /* knows the present lineage */
bool perm[2];                     /* may give one start order */
byte stp[2];                      /* own stop: 1 permitted, 2 drained */
byte was[2];                      /* last incarnation in which the host owned the VM: a stale read */
byte ex[6];                       /* executor m against t at [m*2+t]: 0 no, 1 entitled, 2 SET out, 3 SET ended,
                                     4 SET ended and the stamp too old for another, 5 stood down,
                                     6 has its readings: sends nothing more */
byte rd[6];                       /* readings off */
bool un[6];                       /* a SET of this switching was not answered */
bool calm; byte g;                /* with CALM: faults have ended, host g is healthy, the other one's agent is dead */
byte i, s;                        /* scratch, 0 between steps */

#define isover(h,n)  ((PROOF_PER_INCARNATION -> (n) <= over[h] : over[h] > 0) || (n) < join[h])
#define young(t)     (open[t] % 2 || open[2+(t)] % 2 || open[4+(t)] % 2)
#define member(m)    (ag[m] && ln[m] && ((m) == W || join[(m)%2] == inc[(m)%2]))
#define open_(h)     (!rq[h] && join[h] > over[h])
#define fit(h)       (open_(h) && (!JOINED_IS_NOT_ADMITTED || adm[h] == join[h]))
#define owns(h)      (owner == h && oinc == inc[h])
#define settled(h)   (NOTHING_STARTS_BEFORE_ALL_REPORTED == 2 -> rep[h] : ((rep[A] && rep[B]) || !NOTHING_STARTS_BEFORE_ALL_REPORTED))
#define twice        (vm[A] && vm[B] && pwr[A] && pwr[B])

/* the VM runs once: I1 */
#define SINGLE_ACTIVE assert(!twice)

inline kill_agent(m) {            /* its memory is gone, what it sent is not */
  ag[m] = 0; ln[m] = 0;
  if :: m < 2 -> perm[m%2] = 0; stp[m%2] = 0 :: else fi;
  if :: k[m] && !k[m+3] -> k[m+3] = k[m]; kt[m+3] = kt[m] :: else fi;
  k[m] = 0; kt[m] = 0;
  if :: ex[m*2] == 2 -> late[A] = 1 :: else fi;
  if :: ex[m*2+1] == 2 -> late[B] = 1 :: else fi;
  ex[m*2] = 0; ex[m*2+1] = 0; rd[m*2] = 0; rd[m*2+1] = 0; un[m*2] = 0; un[m*2+1] = 0
}
inline dark(h) { pwr[h] = 0; vm[h] = 0; pend[h] = 0; kill_agent(h) }
inline boot(h) { pwr[h] = 1; inc[h]++; offbyus[h] = 0; hib[h] = 0; vm[h] = 0; pend[h] = 0 }

inline hit(t) {                   /* a SET takes effect */
  if
  :: pwr[t] ->
     /* I3: what was admitted and owns a VM dies only under a request against exactly this life */
     assert(ONLY_I1 || !(owns(t) && join[t] == inc[t] && (adm[t] == inc[t] || !JOINED_IS_NOT_ADMITTED)
                         && !(rq[t] && rqi[t] == inc[t])));
     assert(ONLY_I1 || !offbyus[1-t]);       /* I4: never both off by our own act */
     offbyus[t] = 1; dark(t)
  :: else
  fi
}
