/*
 * session/schedule: when the service is asked again for a lost session.
 *
 * Purpose:   at once, then after 0.25 s, and twice as long each time up to 10 s, each with chance in it, so that many
 *            clients of one lost network do not come back together. A connection that stood for 10 s begins
 *            anew. However it goes, at most SCHEDULE_CALLS that are counted are made in any SCHEDULE_SPAN: a server that
 *            takes connections and drops them gets no storm. Behind a call that reached nobody the pause is a second at
 *            most, or a hundredth of the time since the loss: nobody is spared by a longer one, and who waits for a
 *            network waits long enough.
 * Units:     milliseconds of any clock that does not go back.
 * Does not:  look at a clock, draw random numbers, wait.
 */
#ifndef SSM_SESSION_SCHEDULE_H
#define SSM_SESSION_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_CALLS 5
#define SCHEDULE_SPAN 10000
#define SCHEDULE_FIRST 250
#define SCHEDULE_LONGEST 10000
#define SCHEDULE_UNREACHED 1000
#define SCHEDULE_PART 100		/* of the time since the loss */
#define SCHEDULE_STABLE 10000		/* a connection that stood so long was a good one */

struct sessionschedule {
	uint64_t calls[SCHEDULE_CALLS];	/* when the last ones were made, in a ring */
	size_t count;			/* of all that were made */
	unsigned delay;			/* before the next, at most */
	uint64_t lost;			/* since when it does not stand, or 0 */
	uint64_t opened;		/* since when the connection stands, or 0 */
};

/* The connection stands; it is gone. */
void sessionschedule_opened(struct sessionschedule *schedule, uint64_t now);
void sessionschedule_lost(struct sessionschedule *schedule, uint64_t now);

/* When the next call may be made; `chance` is any random number. The delay is the longer one from then on. */
uint64_t sessionschedule_next(struct sessionschedule *schedule, uint64_t now, uint32_t chance);

/* The same, behind a call that reached nobody. */
uint64_t sessionschedule_unreached(struct sessionschedule *schedule, uint64_t now, uint32_t chance);

/* As soon as may be, whatever the delay was: the network has changed, or a person asks. */
uint64_t sessionschedule_at_once(struct sessionschedule *schedule, uint64_t now);

/* One was made then, and reached somebody. */
void sessionschedule_called(struct sessionschedule *schedule, uint64_t at);

#endif
