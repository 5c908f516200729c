/* loop: moments, by a clock that only this test moves; waiting elsewhere, errors. */
#include "process/loop.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/io.h"
#include "tap.h"
#include "world.h"

static void
test_moments(void)
{
	struct world w;
	struct party a, b, c;

	world_open(&w);
	world_party(&w, &a, 'a', -1);
	world_party(&w, &b, 'b', -1);
	world_party(&w, &c, 'c', -1);
	is_text(world_turn(&w, LOOP_FOREVER), "", "with nothing to wait for nobody is called");
	is_number(w.waited, -1, "and the wait has no end");
	loop_set(&w.loop, &b.timer, 1050);
	loop_set(&w.loop, &a.timer, 1020);
	loop_set(&w.loop, &c.timer, 1050);
	is_text(world_turn(&w, 5), "", "a turn may be shorter than the first moment is away");
	is_number(w.waited, 5, "it is as long as was said");
	is_text(world_turn(&w, LOOP_FOREVER), "a", "the first moment comes first");
	is_number(w.now, 1020, "not before its time");
	is_text(world_turn(&w, LOOP_FOREVER), "bc", "moments that are equal come in the order in which they were set");
	is_text(world_turn(&w, 7), "", "each comes once");
	loop_set(&w.loop, &a.timer, 10);
	is_text(world_turn(&w, LOOP_FOREVER), "a", "one that is past comes at once");
	is_number(w.waited, 0, "without a wait");
	loop_set(&w.loop, &a.timer, w.now + 10);
	loop_set(&w.loop, &a.timer, w.now + 30);
	is_text(world_turn(&w, 20), "", "one that is set anew is set once");
	loop_unset(&a.timer);
	is_text(world_turn(&w, 20), "", "one that is unset does not come");
	loop_set(&w.loop, &a.timer, w.now + ((uint64_t)1 << 40));
	is_text(world_turn(&w, LOOP_FOREVER), "", "one that is years away is waited for in parts");
	is_number(w.waited, INT_MAX, "as long as a wait can be");
	loop_close(&w.loop);
}

static void
test_moments_meddle(void)
{
	struct world w;
	struct party a, b;

	world_open(&w);
	world_party(&w, &a, 'a', -1);
	world_party(&w, &b, 'b', -1);
	a.unset = &b.timer;
	loop_set(&w.loop, &a.timer, 1010);
	loop_set(&w.loop, &b.timer, 1010);
	is_text(world_turn(&w, LOOP_FOREVER), "a", "one that is unset in the turn in which it is due is not called");
	a.unset = NULL;
	a.again = &a.timer;
	loop_set(&w.loop, &a.timer, 1010);
	is_text(world_turn(&w, LOOP_FOREVER), "a", "one that sets itself for now is called once a turn");
	is_text(world_turn(&w, LOOP_FOREVER), "a", "and in the next one again");
	loop_close(&w.loop);
}

static void
test_waiting_elsewhere(void)
{
	struct loop loop;
	struct loop_watch watch = { .fd = eventfd(0, EFD_CLOEXEC) };
	struct loop_timer timer = { .due = NULL };

	ok(loop_open(&loop) == 0, "a loop with the real clock");
	loop_ask(&loop, &watch, LOOP_READ);
	ok(!io_readable(loop.fd), "its descriptor tells nothing while nothing is ready");
	ok(eventfd_write(watch.fd, 1) == 0 && io_readable(loop.fd), "and tells when something is");
	is_number(loop_turn(&loop, LOOP_FOREVER), 0, "a turn ends by what nobody wants to be called for");
	loop_ask(&loop, &watch, 0);
	loop_set(&loop, &timer, loop_now(&loop) + 1);
	while (timer.list != NULL && loop_turn(&loop, LOOP_FOREVER) == 0)
		;
	ok(timer.list == NULL && loop_now(&loop) >= timer.at, "and by a moment");
	loop_shut(&loop, &watch);
	loop_close(&loop);
}

static void
test_errors(void)
{
	struct world w;
	struct party a;

	world_open(&w);
	world_party(&w, &a, 'a', -1);
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_text(world_turn(&w, 0), "", "without a descriptor there is nothing to tell");
	a.watch.fd = eventfd(0, EFD_CLOEXEC);
	close(a.watch.fd);
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_number(loop_turn(&w.loop, 0), EBADF, "what cannot be watched is told by the next turn");
	is_number(loop_turn(&w.loop, 0), EBADF, "and by all others");
	loop_close(&w.loop);
	loop_ask(&w.loop, &a.watch, 0);
	is_number(w.loop.fd, -1, "a loop that is closed can be asked for nothing any more");
}

int
main(void)
{
	test_moments();
	test_moments_meddle();
	test_waiting_elsewhere();
	test_errors();
	return done_testing();
}
