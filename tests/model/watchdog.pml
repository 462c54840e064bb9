/* The arithmetic of the watchdog level, in ticks (DESIGN 5.4). A feeds its timer only while less than QUORUM_TIMEOUT has
 * passed since the start of its last committed write on a state without a request against it; the timer resets A TIMER ticks
 * after it was last fed; the asker waits WAIT after the commit of its request and takes A for dead. Between looking and
 * feeding A may be paused. FROM_START=0: a write counts from its end, and a read counts too.
 */
#ifndef QUORUM_TIMEOUT
#define QUORUM_TIMEOUT 3
#endif
#ifndef TIMER
#define TIMER 4
#endif
#ifndef WAIT
#define WAIT (QUORUM_TIMEOUT + 2*TIMER)
#endif
#ifndef FROM_START
#define FROM_START 1
#endif

byte age;                         /* of the last good write, as A counts it */
byte op;                          /* 0 none, else 1 + age of a write in flight */
byte timer = TIMER, waited;
bool looked, dead, committed, op_good;

init {
  do
  :: d_step { !dead && !op -> op = 1; op_good = !committed }             /* may succeed only if it started before the commit */
  :: d_step { op && op_good && FROM_START -> if :: age > op-1 -> age = op-1 :: else fi; op = 0 }
  :: d_step { op && !FROM_START -> age = 0; op = 0 }                     /* a read, perhaps stale, noticed at its end */
  :: d_step { op -> op = 0 }
  :: d_step { !dead && age < QUORUM_TIMEOUT -> looked = 1 }
  :: d_step { !dead && looked -> looked = 0; timer = TIMER }             /* feeds */
  :: d_step { !committed -> committed = 1 }
  :: d_step { age = (age < QUORUM_TIMEOUT -> age + 1 : QUORUM_TIMEOUT);  /* one tick */
              op = (op -> (op <= QUORUM_TIMEOUT -> op + 1 : op) : 0);
              waited = (committed && waited < WAIT -> waited + 1 : waited);
              timer = (timer -> timer - 1 : 0); dead = (timer == 0 || dead);
              assert(!(waited >= WAIT && !dead)) }
  od
}
