/* The journal is put back to an old snapshot (here: the first state of the run) and its lineage rises. Every append in flight
 * is void, for its head is of the lost line. What agents remember is of the lost line until they notice: start orders and SETs
 * that were permitted in it may still be given. The rules (src/ActorHa.Core/Journal/Restore.cs):
 *   - no host is admitted; each reports, after it has dropped what the lost line permitted, what really runs on it;
 *   - nothing is started or assigned before each host has reported or was proven off since;
 *   - a join says nothing about VMs that run, for the snapshot may know neither that boot nor what was assigned to it;
 *   - SETs of the lost line are unknown: admission waits as after a switching against every host.
 */
#define ADOPT(m) \
  :: d_step { ag[m] && !ln[m] -> ln[m] = 1; \
       if :: m < 2 && PERMISSIONS_END_WITH_THEIR_LINEAGE -> perm[m%2] = 0 :: else fi; \
       if :: m < 2 -> stp[m%2] = 0 :: else fi; \
       if :: ex[m*2] == 2 -> late[A] = 1 :: else fi; \
       if :: ex[m*2+1] == 2 -> late[B] = 1 :: else fi; \
       ex[m*2] = 0; ex[m*2+1] = 0; rd[m*2] = 0; rd[m*2+1] = 0; un[m*2] = 0; un[m*2+1] = 0 }

#define REPORT(h) \
  :: d_step { member(h) && !k[h] && !rep[h] && !pend[h] && (!perm[h] || !PERMISSIONS_END_WITH_THEIR_LINEAGE) \
       -> decide(h, (vm[h] -> K_REPORT_VM : K_REPORT), h) }

#define RESTORES \
  :: d_step { restores && !calm -> restores--; \
       owner = A; oinc = 1; join[A] = 1; join[B] = 1; adm[A] = 0; adm[B] = 0; over[A] = 0; over[B] = 0; \
       no_request(A); no_request(B); no_switches(A); no_switches(B); \
       if :: NO_ADMISSION_UNDER_A_LOST_SET -> open[4] = 3; open[5] = 3 :: else fi; \
       rep[A] = 0; rep[B] = 0; ln[A] = 0; ln[B] = 0; ln[W] = 0; \
       for (i : 0 .. 5) { k[i] = 0; kt[i] = 0 }; i = 0 } \
  ADOPT(A) \
  ADOPT(B) \
  ADOPT(W) \
  REPORT(A) \
  REPORT(B)
