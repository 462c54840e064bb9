/* Live migration from A to B (DESIGN 6; Core does not migrate live yet, it moves by stop and start). HAND_OVER=1: B's process
 * waits; A pauses the VM before the switch-over, appends the hand-over, then lets the last state go; B resumes after that
 * entry. While the outcome is unknown the VM stays paused; A resumes only after an append of its own, which defeats the
 * hand-over in flight (OWN_APPEND_BEFORE_EACH_START). HAND_OVER=0: the hypervisor switches over by itself, the journal follows.
 */
#ifndef HAND_OVER
#define HAND_OVER 1
#endif
#ifndef OWN_APPEND_BEFORE_EACH_START
#define OWN_APPEND_BEFORE_EACH_START 1
#endif

byte src = 1;                     /* A's process: 0 gone, 1 runs, 2 paused */
byte dst;                         /* B's process: 0 none, 1 incoming, 2 complete and halted, 3 runs */
bool owner_b, hand, off_a, off_b; /* hand: the hand-over entry is in flight */

init {
  do
  :: d_step { src == 1 && !dst && !owner_b && !off_b -> dst = 1 }
  :: d_step { src == 1 && dst == 1 -> src = 2 }
  :: d_step { HAND_OVER && src == 2 && !owner_b -> hand = 1 }
  :: d_step { hand -> owner_b = 1; hand = 0 }                            /* lands, perhaps late */
  :: d_step { src == 2 && dst == 1 && (!HAND_OVER || owner_b) -> dst = 2 }
  :: d_step { dst == 2 && (!HAND_OVER || owner_b) -> dst = 3 }
  :: d_step { !HAND_OVER && dst == 3 && !owner_b -> owner_b = 1 }        /* recorded afterwards */
  :: d_step { src != 1 && !off_a && !owner_b -> src = 1; hand = (OWN_APPEND_BEFORE_EACH_START -> 0 : hand) }  /* "it failed": resume, restart */
  :: d_step { src -> src = 0 }
  :: d_step { dst -> dst = 0 }                                           /* processes die */
  :: d_step { !dst && !off_b && owner_b -> dst = 3 }                     /* started cold on B */
  :: d_step { !off_a && !off_b -> off_a = 1; src = 0 }
  :: d_step { !off_a && !off_b -> off_b = 1; dst = 0 }
  :: d_step { off_a && !owner_b -> owner_b = 1; hand = 0 }               /* fenced, placed on the other host */
  :: d_step { off_b && owner_b -> owner_b = 0; hand = 0 }
  :: assert(!(src == 1 && dst == 3)); break                              /* it runs once */
  od
}
