/* A host: power, boot, its hypervisor, and what its own agent records about itself and its VM. */
#define HOST(h) \
  /* power and processes */ \
  :: d_step { !calm && pwr[h] -> dark(h) } \
  :: d_step { !pwr[h] && (!calm || h == g) && inc[h] < (h == A -> LIVES_A : LIVES_B) + BOOTS*calm - CALM -> boot(h) } \
  :: d_step { F_HIBER && pwr[h] && vm[h] && !hib[h] -> pwr[h] = 0; hib[h] = 1; kill_agent(h) } \
  :: d_step { F_HIBER && !pwr[h] && hib[h] -> pwr[h] = 1; hib[h] = 0; SINGLE_ACTIVE } \
  :: d_step { pwr[h] && !ag[h] && (!calm || h == g) -> ag[h] = 1; ln[h] = 1 } \
  :: d_step { pwr[h] && pend[h] -> pend[h] = 0; vm[h] = 1; SINGLE_ACTIVE } \
  :: d_step { !calm && vm[h] && pwr[h] && stops -> vm[h] = 0; stops-- } \
  /* MemberRules.Join, Admit */ \
  :: d_step { ag[h] && ln[h] && !k[h] && join[h] < inc[h] -> decide(h, K_JOIN, h) } \
  :: d_step { JOINED_IS_NOT_ADMITTED && member(h) && !k[h] && open_(h) && adm[h] != join[h] && rep[h] \
       && (!NO_ADMISSION_UNDER_A_SET || !young(h)) -> decide(h, K_ADMIT, h) } \
  /* VmRules.Start and the restart of VmRules.Observe; the start order itself */ \
  :: d_step { OWN_APPEND_BEFORE_EACH_START && member(h) && !k[h] && owns(h) && !vm[h] && !pend[h] && !perm[h] && settled(h) \
       && (!CLOSED_STARTS_NOTHING || !rq[h]) -> decide(h, K_START, h); land(h, h, 1) } \
  :: d_step { !OWN_APPEND_BEFORE_EACH_START && ag[h] && !perm[h] && !vm[h] && !pend[h] && was[h] == inc[h] && join[h] == inc[h] \
       && (!CLOSED_STARTS_NOTHING || !rq[h]) -> perm[h] = 1 } \
  :: d_step { ag[h] && perm[h] -> perm[h] = 0; pend[h] = !vm[h] } \
  /* VmRules.Release: an own stop entry, the stop that voids earlier starts, the release; in calm times only for standby */ \
  :: d_step { !calm && member(h) && !k[h] && owns(h) && !stp[h] && stops -> stops--; decide(h, K_STOP, h); land(h, h, 1) } \
  :: d_step { ag[h] && stp[h] == 1 -> stp[h] = 2; vm[h] = 0; pend[h] = 0 } \
  :: d_step { member(h) && !k[h] && owns(h) && (RELEASE_ONLY_WHEN_DRAINED -> stp[h] == 2 : (!calm && !vm[h] && !perm[h])) \
       -> decide(h, K_REL, h) } \
  /* VmRules.Take: each host takes for itself (decision 0007). Standby bars a host only while the other one could: as long \
     as nobody is known to be dead that is a matter of opinion, so it binds only in calm times. */ \
  :: d_step { member(h) && !k[h] && fit(h) && settled(h) && owner != h && (owner == NONE || !PROOF || isover(owner, oinc)) \
       && !(calm && sb[h] && usable(1-h)) -> decide(h, K_ASSIGN, h); land(h, h, 1) } \
  :: d_step { member(h) && !k[h] && fit(h) && settled(h) && owner == h && isover(h, oinc) \
       && !(calm && sb[h] && usable(1-h)) -> decide(h, K_ASSIGN, h); land(h, h, 1) } \
  :: d_step { STANDBY && !calm && !k[h] && member(h) -> sb[h] = 1 - sb[h] }

/* Fit by the journal is not enough to be the better place: who is judged usable must also be alive (in calm times only g is). */
#define usable(h)    (fit(h) && h == g)
