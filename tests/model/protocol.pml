/* The protocol of ActorHa, for SPIN 6.5 (Debian packages spin and gcc). Run by ops/model; the rules by name, their places
 * in the code and what the runs show: README.md beside this file.
 *
 *   spin -a protocol.pml && gcc -O1 -DSAFETY -DHC4 -o pan pan.c && ./pan -m100000 -w24
 *   a rule removed:   spin -DPROOF=0 -a protocol.pml …          (every rule is a switch of rules.pml)
 *   shortest trace:   gcc -DSAFETY -DBFS …; ./pan; spin -DPROOF=0 -p -g -t protocol.pml
 *   no dead ends:     spin -DCALM=1 …                           (an invalid end state is a state that nothing leads out of)
 *
 * What it covers. One VM, two hosts A and B, a witness W, a chassis, the journal. Power loss, boot, crash and restart of
 * agents, pauses of any length between any two steps, appends whose outcome is unknown or that land late, VM processes
 * that end, start orders that outlive their agent, stop orders; SETs that are lost, ignored, or take effect long after
 * their sender has died; set-lifetime and FenceEnded; take-over of a request; a restore of an old snapshot (-DRESTORE=1);
 * standby (-DSTANDBY=1); a device that lies (-DF_LIE), hosts that hibernate (-DF_HIBER).
 *
 * How it is built. One process, one guarded step per thing that can happen. A member that is not scheduled is a paused
 * member. There is no detector: anybody may suspect anybody at any moment, so safety never rests on heartbeats, echoes,
 * challenges or timers, and they are not here. The journal is its materialised state. An append is decided at one moment
 * (guards on the newest state and on what the member sees itself) and lands at another; a landing moves head, which
 * defeats every other append in flight. A member may stop waiting (unknown outcome) or crash: its append stays in flight
 * as an orphan and may still land. Appends whose guards read only the journal are decided and landed in one step:
 * comparing head makes that exact.
 *
 * What it does not cover. More than one VM, two hosts, one orphan append per member; the bounds of rules.pml. Placement,
 * policies, quarantine, maintenance, operators, levels of fencing, a person's confirmation (reasoned in
 * ops/decisions and tested in the code). Appends are assumed linearizable. Time is here only as "set-lifetime has passed":
 * the arithmetic behind it is in set-lifetime.pml, that of the watchdog in watchdog.pml, the hand-over of a migrating VM in
 * migration.pml. The restored snapshot is the first state of the run. Liveness is "no dead end", not "in time".
 */
#include "rules.pml"
#include "state.pml"
#include "journal.pml"
#include "host.pml"
#include "fence.pml"
#include "restore.pml"

init {
  d_step {
    pwr[A] = 1; pwr[B] = 1; inc[A] = 1; inc[B] = 1; vm[A] = 1; ag[A] = 1; ag[B] = 1; ag[W] = 1;
    owner = A; oinc = 1; join[A] = 1; join[B] = 1; adm[A] = 1; adm[B] = 1; rep[A] = 1; rep[B] = 1;
    ln[A] = 1; ln[B] = 1; ln[W] = 1; was[A] = !OWN_APPEND_BEFORE_EACH_START
  }
  do
  HOST(A)
  HOST(B)
  FENCE(A,B)
  FENCE(B,A)
#if WITNESS_FENCES
  FENCE(W,A)
  FENCE(W,B)
#endif
  AGAINST(A)
  AGAINST(B)
  NET(A)
  NET(B)
  NET(W)
  :: d_step { !ag[W] -> ag[W] = 1; ln[W] = 1 }
#if RESTORE
  RESTORES
#endif
#ifdef COVER
  :: d_step { over[A] == 1 && over[B] == 1 && inc[B] == 2 && vm[B] -> assert(false) }  /* must be reachable */
#endif
#if CALM
  :: d_step { !calm -> calm = 1; g = A; kill_agent(B) }
  :: d_step { !calm -> calm = 1; g = B; kill_agent(A) }
  :: calm && pwr[g] && vm[g] -> break                          /* recovered */
#else
  :: break
#endif
  od
}
