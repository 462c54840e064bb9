/* Fencing of t by m: request, switching, SETs, readings, proof, end, withdrawal (FenceRules, FenceWalk). */
#define FENCE(m,t) \
  /* Request: kernel rule 8 stands in both conditions */ \
  :: d_step { member(m) && !k[m] && (!calm || t != g) && reqs > CALM - calm && !rq[t] && join[t] > over[t] \
       && (!ONE_CLOSED_HOST || (fit(1-t) && (m == W || fit(m%2)))) -> decide(m, K_REQ, t); land(m, m, 1) } \
  /* Switch, also as take-over and as the next try */ \
  :: d_step { member(m) && !k[m] && (!calm || t != g) && SWITCHING_ENTRY_BEFORE_SET && rq[t] && (!ex[m*2+t] || ex[m*2+t] >= 5) \
       && (TAKE_OVER || rqx[t] == m || rqx[t] == NONE) && (!ONE_CLOSED_HOST || m == W || fit(m%2)) \
       -> decide(m, K_SWITCH, t); land(m, m, 1) } \
  :: d_step { member(m) && !SWITCHING_ENTRY_BEFORE_SET && rq[t] && !ex[m*2+t] -> ex[m*2+t] = 1 } \
  /* a SET leaves; arrives and is answered; is not answered and may still arrive */ \
  :: d_step { ag[m] && (!calm || t != g) && ex[m*2+t] == 1 -> ex[m*2+t] = 2 } \
  :: d_step { ex[m*2+t] == 2 -> hit(t); if :: ag[m] -> ex[m*2+t] = 3 :: else fi } \
  :: d_step { !calm && ex[m*2+t] == 2 -> ex[m*2+t] = 3; un[m*2+t] = 1; late[t] = 1 } \
  :: d_step { ag[m] && (!calm || (t != g && pwr[t])) && ex[m*2+t] == 3 && rd[m*2+t] == 0 -> ex[m*2+t] = 2 }  /* again */ \
  /* stands down: the request is over or another's, the device takes the stamp no more, the target is seen alive */ \
  :: d_step { ag[m] && (ex[m*2+t] == 1 || ex[m*2+t] == 3 || ex[m*2+t] == 4) && !(rq[t] && (!SWITCHING_ENTRY_BEFORE_SET || rqx[t] == m)) \
       -> stand_down(m, t) } \
  :: d_step { ag[m] && ex[m*2+t] == 4 -> stand_down(m, t) } \
  :: d_step { STAND_DOWN && (!calm || t == g) && ag[m] && (ex[m*2+t] == 1 || ex[m*2+t] == 3) -> stand_down(m, t) } \
  /* End */ \
  :: d_step { member(m) && !k[m] && open[m*2+t] == 1 && (ex[m*2+t] == 5 || (!ENDED_ONLY_WHEN_ANSWERED && ex[m*2+t] != 2)) \
       -> decide(m, K_END, t) } \
  /* reads off: the first of two may have been asked by the NodeWatcher before the SET; the last one after it ended */ \
  :: d_step { ag[m] && rd[m*2+t] < READINGS && (!pwr[t] || lie) && (!READINGS_YOUNGER_THAN_THE_JOIN \
       || ex[m*2+t] == 3 || ex[m*2+t] == 4 || (rd[m*2+t] + 1 < READINGS && ex[m*2+t] != 2 && ex[m*2+t] != 6)) \
       -> if :: pwr[t] -> lie-- :: else fi; rd[m*2+t]++ } \
  :: d_step { ag[m] && rd[m*2+t] && pwr[t] -> rd[m*2+t] = 0 }                                  /* reads on */ \
  /* Prove: who has its readings sends nothing more */ \
  :: d_step { ag[m] && rd[m*2+t] >= READINGS && (ex[m*2+t] == 3 || ex[m*2+t] == 4 || (!READINGS_YOUNGER_THAN_THE_JOIN && ex[m*2+t] < 6)) \
       -> ex[m*2+t] = 6; rd[m*2+t] = 0 } \
  :: d_step { member(m) && !k[m] && ex[m*2+t] == 6 && rq[t] && (!SWITCHING_ENTRY_BEFORE_SET || (rqx[t] == m && rq[t] == 2)) \
       -> decide(m, (un[m*2+t] -> K_PROOF : K_PROOF_END), t) } \
  :: d_step { ag[m] && ex[m*2+t] == 6 && !(rq[t] && (!SWITCHING_ENTRY_BEFORE_SET || rqx[t] == m)) -> ex[m*2+t] = 0; un[m*2+t] = 0 } \
  /* WithdrawSeen, WithdrawOwn before switching */ \
  :: d_step { member(m) && !k[m] && rq[t] && (!calm || t == g) \
       && (!WITHDRAWAL_ONLY_BY_THE_TARGET_AFTER_SWITCHING || rq[t] == 1) -> decide(m, K_WDR, t) } \
  /* what kernel rule 7 forbids: a stale heartbeat with another boot id is taken for a reboot */ \
  :: d_step { !REBOOT_ONLY_BY_OWN_JOIN_ENTRY && member(m) && !k[m] && join[t] > over[t] && inc[t] > 1 -> decide(m, K_REBOOT, t) }

/* What concerns t whoever acts: its own withdrawals, SETs on their way, time. */
#define AGAINST(t) \
  :: d_step { member(t) && !k[t] && rq[t] == 1 && rqi[t] == inc[t] -> decide(t, K_WDR, t) } \
  :: d_step { TARGET_WITHDRAWS && member(t) && !k[t] && rq[t] == 2 && rqi[t] == inc[t] \
       && (!NO_WITHDRAWAL_UNDER_A_SET || !young(t)) -> decide(t, K_WDR, t) } \
  :: d_step { late[t] -> late[t] = 0; hit(t) } \
  :: d_step { late[t] -> late[t] = 0 } \
  /* set-lifetime has passed since t learned of every switching against it: their stamps, taken before, are too old */ \
  :: d_step { young(t) -> aged(A, t); aged(B, t); aged(W, t); late[t] = (STAMP_BEFORE_THE_APPEND -> 0 : late[t]) }

#define aged(m,t) \
  open[m*2+t] = (open[m*2+t] -> 2 : 0); \
  if :: STAMP_BEFORE_THE_APPEND && ex[m*2+t] == 2 -> un[m*2+t] = 1 :: else fi; \
  if :: STAMP_BEFORE_THE_APPEND && ex[m*2+t] >= 1 && ex[m*2+t] <= 3 -> ex[m*2+t] = 4 :: else fi
