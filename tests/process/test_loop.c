/* loop: descriptors and moments, by a clock that only this test moves. */
#include "process/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/io.h"
#include "tap.h"

#define MANY 900

/* A loop whose waiting moves the clock on, and takes no time. */
struct world {
	struct loop loop;
	uint64_t now;
	int waited;			/* how long the last turn was ready to wait */
	char told[32];			/* letters of who was called, in order */
};

static uint64_t
world_clock(void *context)
{
	return ((struct world *)context)->now;
}

static void
world_wait(void *context, int fd, int timeout)
{
	struct world *world = context;

	(void)fd;
	world->waited = timeout;
	world->now += timeout > 0 ? (uint64_t)timeout : 0;
}

static void
world_open(struct world *world)
{
	*world = (struct world){ .now = 1000 };
	if (loop_open(&world->loop) != 0)
		skip_all("no epoll");
	world->loop.clock = world_clock;
	world->loop.wait = world_wait;
	world->loop.context = world;
}

/* Who is called in one turn. */
static const char *
turn(struct world *world, unsigned longest)
{
	world->told[0] = '\0';
	if (loop_turn(&world->loop, longest) != 0)
		snprintf(world->told, sizeof world->told, "error");
	return world->told;
}

/* One that is called: it notes its letter, then does what the case wants. */
struct party {
	struct world *world;
	char letter;
	struct loop_timer timer, *unset, *again;
	struct loop_watch watch, *drop, *renew;
	unsigned events;
	bool freed;
};

static void
act(struct party *party)
{
	struct world *world = party->world;

	strncat(world->told, &party->letter, 1);
	if (party->unset != NULL)
		loop_unset(party->unset);
	if (party->again != NULL)
		loop_set(&world->loop, party->again, world->now);
	if (party->drop != NULL)
		loop_ask(&world->loop, party->drop, 0);
	if (party->renew != NULL) {
		loop_ask(&world->loop, party->renew, 0);
		loop_ask(&world->loop, party->renew, LOOP_READ);
	}
	if (party->freed) {
		loop_shut(&world->loop, &party->watch);
		free(party);
	}
}

static void
on_due(void *owner)
{
	act(owner);
}

static void
on_ready(void *owner, unsigned events)
{
	((struct party *)owner)->events = events;
	act(owner);
}

static struct party
make(struct world *world, char letter, int fd)
{
	return (struct party){ .world = world, .letter = letter, .timer = { .due = on_due },
	    .watch = { .fd = fd, .ready = on_ready } };
}

static void
own(struct party *party)
{
	party->timer.owner = party->watch.owner = party;
}

static void
test_moments(void)
{
	struct world w;
	struct party a, b, c;

	world_open(&w);
	a = make(&w, 'a', -1), b = make(&w, 'b', -1), c = make(&w, 'c', -1);
	own(&a), own(&b), own(&c);
	is_text(turn(&w, LOOP_FOREVER), "", "with nothing to wait for nobody is called");
	is_number(w.waited, -1, "and the wait has no end");
	loop_set(&w.loop, &b.timer, 1050);
	loop_set(&w.loop, &a.timer, 1020);
	loop_set(&w.loop, &c.timer, 1050);
	is_text(turn(&w, 5), "", "a turn may be shorter than the first moment is away");
	is_number(w.waited, 5, "it is as long as was said");
	is_text(turn(&w, LOOP_FOREVER), "a", "the first moment comes first");
	is_number(w.now, 1020, "not before its time");
	is_text(turn(&w, LOOP_FOREVER), "bc", "moments that are equal come in the order in which they were set");
	is_text(turn(&w, 7), "", "each comes once");
	loop_set(&w.loop, &a.timer, 10);
	is_text(turn(&w, LOOP_FOREVER), "a", "one that is past comes at once");
	is_number(w.waited, 0, "without a wait");
	loop_set(&w.loop, &a.timer, w.now + 10);
	loop_set(&w.loop, &a.timer, w.now + 30);
	is_text(turn(&w, 20), "", "one that is set anew is set once");
	loop_unset(&a.timer);
	is_text(turn(&w, 20), "", "one that is unset does not come");
	loop_set(&w.loop, &a.timer, w.now + ((uint64_t)1 << 40));
	is_text(turn(&w, LOOP_FOREVER), "", "one that is years away is waited for in parts");
	is_number(w.waited, INT_MAX, "as long as a wait can be");
	loop_close(&w.loop);
}

static void
test_moments_meddle(void)
{
	struct world w;
	struct party a, b;

	world_open(&w);
	a = make(&w, 'a', -1), b = make(&w, 'b', -1);
	own(&a), own(&b);
	a.unset = &b.timer;
	loop_set(&w.loop, &a.timer, 1010);
	loop_set(&w.loop, &b.timer, 1010);
	is_text(turn(&w, LOOP_FOREVER), "a", "one that is unset in the turn in which it is due is not called");
	a.unset = NULL;
	a.again = &a.timer;
	loop_set(&w.loop, &a.timer, 1010);
	is_text(turn(&w, LOOP_FOREVER), "a", "one that sets itself for now is called once a turn");
	is_text(turn(&w, LOOP_FOREVER), "a", "and in the next one again");
	loop_close(&w.loop);
}

static void
test_readiness(void)
{
	struct world w;
	struct party a;
	int ends[2];
	char c;

	world_open(&w);
	ok(io_pipe(&ends[0], &ends[1]) == 0, "a pipe");
	a = make(&w, 'a', ends[0]);
	own(&a);
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_text(turn(&w, 0), "", "an empty pipe is not ready");
	ok(write(ends[1], "xy", 2) == 2, "two bytes come");
	is_text(turn(&w, 0), "a", "then it is");
	ok(read(ends[0], &c, 1) == 1, "one is read");
	is_text(turn(&w, 0), "a", "it is told as long as there is something");
	loop_ask(&w.loop, &a.watch, 0);
	is_text(turn(&w, 0), "", "who asks no longer is told nothing");
	close(ends[1]);
	is_text(turn(&w, 0), "", "of the end neither");
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_text(turn(&w, 0), "a", "who asks again has missed nothing");
	is_number(a.events, LOOP_READ, "an end is something to read");
	loop_ask(&w.loop, &a.watch, LOOP_GONE);
	is_text(turn(&w, 0), "a", "who asks for the end alone is told of it");
	is_number(a.events, LOOP_GONE, "as such");
	loop_shut(&w.loop, &a.watch);
	is_number(a.watch.fd, -1, "a watch that is shut has no descriptor");
	is_text(turn(&w, 0), "", "and is not called");
	loop_close(&w.loop);
}

static void
test_reader_gone(void)
{
	struct world w;
	struct party a;
	int ends[2];

	world_open(&w);
	ok(io_pipe(&ends[0], &ends[1]) == 0, "a pipe");
	a = make(&w, 'a', ends[1]);
	own(&a);
	loop_ask(&w.loop, &a.watch, LOOP_GONE);
	is_text(turn(&w, 0), "", "a pipe with a reader has nobody gone");
	close(ends[0]);
	is_text(turn(&w, 0), "a", "that a reader has gone is told though nothing is written");
	loop_ask(&w.loop, &a.watch, LOOP_WRITE | LOOP_GONE);
	turn(&w, 0);
	is_number(a.events, LOOP_WRITE | LOOP_GONE, "a write would return at once, to say so");
	loop_shut(&w.loop, &a.watch);
	loop_close(&w.loop);
}

static void
test_half_closed(void)
{
	struct world w;
	struct party a;
	int ends[2];
	char c;

	world_open(&w);
	ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "a connection");
	a = make(&w, 'a', ends[0]);
	own(&a);
	loop_ask(&w.loop, &a.watch, LOOP_READ | LOOP_WRITE | LOOP_GONE);
	turn(&w, 0);
	is_number(a.events, LOOP_WRITE, "there is room to write");
	ok(shutdown(ends[1], SHUT_WR) == 0, "the other side has said all");
	turn(&w, 0);
	is_number(a.events, LOOP_READ | LOOP_WRITE, "it is half closed: readable, writable, not gone");
	is_number(read(ends[0], &c, 1), 0, "what there is to read is the end");
	loop_ask(&w.loop, &a.watch, LOOP_WRITE);
	turn(&w, 0);
	is_number(a.events, LOOP_WRITE, "who has read the end goes on to write");
	close(ends[1]);
	loop_ask(&w.loop, &a.watch, LOOP_READ | LOOP_WRITE | LOOP_GONE);
	turn(&w, 0);
	is_number(a.events, LOOP_READ | LOOP_WRITE | LOOP_GONE, "closed on both sides it is gone");
	loop_shut(&w.loop, &a.watch);
	loop_close(&w.loop);
}

/* A pair of watches that are both ready. */
static void
test_meddling(void)
{
	struct world w;
	struct party a, b, *c = malloc(sizeof *c);
	char got;

	if (c == NULL)
		return;
	world_open(&w);
	a = make(&w, 'a', eventfd(1, EFD_CLOEXEC)), b = make(&w, 'b', eventfd(1, EFD_CLOEXEC));
	own(&a), own(&b);
	a.drop = &b.watch;
	b.drop = &a.watch;
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	loop_ask(&w.loop, &b.watch, LOOP_READ);
	got = turn(&w, 0)[0];
	is_number(strlen(w.told), 1, "one that another dropped in the same turn is not called");
	is_number(turn(&w, 0)[0], got, "nor later");
	*c = make(&w, 'c', eventfd(1, EFD_CLOEXEC));
	own(c);
	c->freed = true;
	loop_ask(&w.loop, &c->watch, LOOP_READ);
	turn(&w, 0);
	ok(strchr(w.told, 'c') != NULL, "one that frees itself is called");
	ok(strchr(turn(&w, 0), 'c') == NULL, "and then no more");
	loop_shut(&w.loop, &a.watch);
	loop_shut(&w.loop, &b.watch);
	loop_close(&w.loop);
}

static void
count(void *owner, unsigned events)
{
	(void)events;
	++*(unsigned *)owner;
}

static void
test_many(void)
{
	static struct loop_watch watches[MANY];
	static unsigned calls[MANY];
	struct world w;
	unsigned told = 0, turns = 0;
	size_t memory;

	world_open(&w);
	for (size_t i = 0; i < MANY; i++) {
		watches[i] = (struct loop_watch){ .fd = eventfd(i % 300 == 7, EFD_CLOEXEC), .ready = count,
		    .owner = &calls[i] };
		loop_ask(&w.loop, &watches[i], LOOP_READ);
	}
	is_text(turn(&w, 0), "", "%d descriptors are watched", MANY);
	for (size_t i = 0; i < MANY; i++)
		told += calls[i] == (i % 300 == 7) ? 1 : 0;
	is_number(told, MANY, "of many, those are told of that are ready");
	for (size_t i = 0; i < MANY; i++)
		if (eventfd_write(watches[i].fd, 1) != 0)
			diag("descriptor %zu cannot be written", i);
	memory = mallinfo2().uordblks;
	for (told = 0; told < MANY && turns < 4 * MANY; turns++) {
		turn(&w, 0);
		told = 0;
		for (size_t i = 0; i < MANY; i++)
			told += calls[i] > (i % 300 == 7);
	}
	ok(turns <= MANY / LOOP_BATCH + 2, "when all are ready each has its turn, %u turns", turns);
	is_number(mallinfo2().uordblks, memory, "and no memory is taken");
	for (size_t i = 0; i < MANY; i++)
		loop_shut(&w.loop, &watches[i]);
	loop_close(&w.loop);
}

static void
test_files(void)
{
	struct world w;
	struct party a, b;

	world_open(&w);
	a = make(&w, 'a', open("/dev/null", O_RDWR | O_CLOEXEC));
	b = make(&w, 'b', memfd_create("file", MFD_CLOEXEC));
	own(&a), own(&b);
	loop_ask(&w.loop, &b.watch, LOOP_GONE);
	is_text(turn(&w, 20), "", "a file's other end is never gone");
	is_number(w.waited, 20, "who asks only for that waits");
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	loop_ask(&w.loop, &b.watch, LOOP_WRITE);
	is_text(turn(&w, 20), "ba", "files are always ready");
	is_number(w.waited, 0, "without a wait");
	a.renew = &a.watch;
	b.renew = &b.watch;
	is_text(turn(&w, 20), "ba", "and called once a turn, though they ask anew");
	a.renew = b.renew = NULL;
	a.drop = &b.watch;
	b.drop = &a.watch;
	is_number(strlen(turn(&w, 20)), 1, "one that the other dropped is not called");
	loop_shut(&w.loop, &a.watch);
	loop_shut(&w.loop, &b.watch);
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
	a = make(&w, 'a', -1);
	own(&a);
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_text(turn(&w, 0), "", "without a descriptor there is nothing to tell");
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
	test_readiness();
	test_reader_gone();
	test_half_closed();
	test_meddling();
	test_many();
	test_files();
	test_waiting_elsewhere();
	test_errors();
	return done_testing();
}
