#include "process/wakeup.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include "core/clock.h"

/*
 * The two are not read at the same moment: what has passed between is not slept, and is in `slept` until it is read
 * again with less between.
 */
bool
wakeup_clocks_tell(struct wakeup_clocks *clocks, uint64_t monotonic, uint64_t boot)
{
	uint64_t slept = boot > monotonic ? boot - monotonic : 0;
	bool told = clocks->known && slept >= clocks->slept + WAKEUP_LEAST;

	if (!clocks->known || told || slept < clocks->slept)
		clocks->slept = slept;
	clocks->known = true;
	return told;
}

/* That the clocks were set is told by an error, and only once. */
static void
on_ready(void *owner, unsigned events)
{
	struct wakeup *wakeup = owner;
	uint64_t unused;

	(void)events;
	if (read(wakeup->watch.fd, &unused, sizeof unused) == (ssize_t)sizeof unused)
		loop_shut(wakeup->loop, &wakeup->watch);	/* its moment has come: a clock that is far ahead */
}

/* A moment that does not come: the kernel tells when the time of day is set, as it is when the machine wakes up. */
void
wakeup_open(struct wakeup *wakeup, struct loop *loop)
{
	const struct itimerspec never = { .it_value.tv_sec = (time_t)(INT64_C(1) << 32) };

	*wakeup = (struct wakeup){ .loop = loop };
	wakeup->watch = (struct loop_watch){ .ready = on_ready, .owner = wakeup,
	    .fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK) };
	if (wakeup->watch.fd >= 0 && timerfd_settime(wakeup->watch.fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
	    &never, NULL) == 0)
		loop_ask(loop, &wakeup->watch, LOOP_READ);
	(void)wakeup_happened(wakeup);
}

bool
wakeup_happened(struct wakeup *wakeup)
{
	uint64_t monotonic = clock_ms();

	return wakeup_clocks_tell(&wakeup->clocks, monotonic, clock_boot_ms());
}

void
wakeup_close(struct wakeup *wakeup)
{
	if (wakeup->loop != NULL)
		loop_shut(wakeup->loop, &wakeup->watch);
}
