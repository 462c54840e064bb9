/* The arithmetic of set-lifetime, in ticks (decision 0005). The executor takes a stamp of the device's clock, has
 * FenceSwitching committed, and sends its SET whenever it is scheduled. The device takes a SET until WINDOW ticks after its
 * stamp and may keep it QUEUE ticks before it acts. The target learns of the entry some time after the commit and is
 * admitted (or withdraws) when more than LIFETIME ticks have passed on its own clock, which may run fast by one tick in
 * DRIFT. No SET may take effect after that. Real figures: window 150 s, set-lifetime 180 s, drift 1 %.
 * With STAMP_BEFORE_THE_APPEND=0 the stamp is taken after the commit, when the SET is made: no wait is long enough.
 */
#ifndef STAMP_BEFORE_THE_APPEND
#define STAMP_BEFORE_THE_APPEND 1
#endif
#ifndef WINDOW
#define WINDOW 8
#endif
#ifndef QUEUE
#define QUEUE 1
#endif
#ifndef DRIFT
#define DRIFT 10
#endif
#ifndef LIFETIME
#define LIFETIME (WINDOW + QUEUE + (WINDOW + QUEUE) / DRIFT + 1)
#endif
#define OLD (WINDOW + 1)          /* ages are counted up to where they make no more difference */

bool stamped, committed, learned, admitted, sent, fast;
byte age;                         /* of the stamp */
byte queued;                      /* 1 + ticks that the accepted SET has waited in the device */
byte waited;                      /* on the target's clock */

init {
  do
  :: d_step { !stamped && (STAMP_BEFORE_THE_APPEND -> !committed : committed) -> stamped = 1; age = 0 }
  :: d_step { !committed && (stamped || !STAMP_BEFORE_THE_APPEND) -> committed = 1 }
  :: d_step { committed && !learned -> learned = 1 }
  :: d_step { committed && stamped && !sent && age <= WINDOW -> sent = 1; queued = 1 }
  :: d_step { queued -> queued = 0; assert(!admitted) }                 /* it takes effect */
  :: d_step { learned && !admitted && waited > LIFETIME -> admitted = 1 }
  :: d_step { !queued || queued <= QUEUE ->                             /* one tick */
       age = (stamped && age < OLD -> age + 1 : age);
       queued = (queued -> queued + 1 : 0);
       waited = (learned && waited <= LIFETIME -> waited + 1 : waited) }
  :: d_step { learned && !fast && waited <= LIFETIME -> fast = 1; waited++ }  /* its clock has run ahead (over so short a time: once) */
  :: break
  od
}
