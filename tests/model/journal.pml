/* Appends: decided, in flight, landed. */
inline decide(m, kind, t) { k[m] = kind; kt[m] = t }

inline stand_down(m, t) {         /* sends nothing more; what was answered may still be said to have ended */
  ex[m*2+t] = (un[m*2+t] || !open[m*2+t] -> 0 : 5); rd[m*2+t] = 0;
  un[m*2+t] = (ex[m*2+t] -> un[m*2+t] : 0)
}

inline ended(m, t) {              /* FenceEnded: the newest switching of m can do nothing any more */
  open[m*2+t] = (open[m*2+t] == 1 -> 0 : open[m*2+t]);
  if :: ex[m*2+t] == 5 -> ex[m*2+t] = 0; un[m*2+t] = 0 :: else fi
}

inline no_switches(t) { open[t] = 0; open[2+t] = 0; open[4+t] = 0 }
inline no_request(t)  { rq[t] = 0; rqi[t] = 0; rqx[t] = 0 }

inline land(sl, m, acked) {       /* the append commits */
  s = kt[sl];
  if
  :: k[sl] == K_JOIN   -> join[s] = (join[s] < inc[s] -> inc[s] : join[s]);
                          if :: READINGS_YOUNGER_THAN_THE_JOIN -> rd[s] = 0; rd[2+s] = 0; rd[4+s] = 0 :: else fi;
                          if :: !A_JOIN_IS_NO_REPORT -> rep[s] = 1 :: else fi;
                          if :: rq[s] && rqi[s] < join[s] -> no_request(s) :: else fi
  :: k[sl] == K_START  -> if :: acked && m < 2 -> perm[m%2] = 1; stp[m%2] = 0 :: else fi
  :: k[sl] == K_STOP   -> if :: acked && m < 2 -> stp[m%2] = 1; perm[m%2] = 0 :: else fi
  :: k[sl] == K_REL    -> owner = NONE; oinc = 0; stp[s] = 0
  :: k[sl] == K_ASSIGN -> owner = s; oinc = join[s]; if :: !OWN_APPEND_BEFORE_EACH_START -> was[s] = join[s] :: else fi
  :: k[sl] == K_REQ    -> rq[s] = 1; rqi[s] = join[s]; rqx[s] = m; reqs--;
                          assert(ONLY_I1 || !rq[1-s])      /* I4: no opposite requests */
  :: k[sl] == K_SWITCH -> rq[s] = 2; rqx[s] = m; open[m*2+s] = (open[m*2+s] -> 3 : 1);
                          if :: acked -> ex[m*2+s] = 1; un[m*2+s] = 0 :: else fi
  :: k[sl] == K_WDR    -> if :: rq[s] == 2 -> no_switches(s) :: else fi; no_request(s)
  :: k[sl] == K_PROOF || k[sl] == K_PROOF_END
                       -> over[s] = rqi[s]; rep[s] = 1; no_request(s);
                          if :: k[sl] == K_PROOF_END -> ended(m, s) :: else fi
  :: k[sl] == K_END    -> ended(m, s); if :: rq[s] && rqx[s] == m -> rqx[s] = NONE :: else fi
  :: k[sl] == K_REBOOT -> over[s] = join[s]; no_request(s)
  :: k[sl] == K_ADMIT  -> adm[s] = join[s]; no_switches(s)
  :: k[sl] == K_REPORT || k[sl] == K_REPORT_VM
                       -> rep[s] = 1; if :: k[sl] == K_REPORT_VM -> owner = s; oinc = join[s] :: else fi
  fi;
  k[sl] = 0; kt[sl] = 0;
  if
  :: COMPARE_HEAD -> for (i : 0 .. 5) { k[i] = 0; kt[i] = 0 }; i = 0
  :: else
  fi;
  s = 0
}

#define NET(m) \
  :: d_step { k[m] -> land(m, m, 1) } \
  :: d_step { !calm && k[m] && !k[m+3] -> k[m+3] = k[m]; kt[m+3] = kt[m]; k[m] = 0; kt[m] = 0 }  /* unknown outcome */ \
  :: d_step { k[m+3] -> land(m+3, m, 0) } \
  :: d_step { k[m+3] -> k[m+3] = 0; kt[m+3] = 0 } \
  :: d_step { !calm && ag[m] && crash -> kill_agent(m); crash-- }
