/* loop: descriptors that are ready, half closed, gone, many, or none that can wait. */
#include "process/loop.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/io.h"
#include "tap.h"
#include "world.h"

#define MANY 900

static void
test_readiness(void)
{
	struct world w;
	struct party a;
	int ends[2];
	char c;

	world_open(&w);
	ok(io_pipe(&ends[0], &ends[1]) == 0, "a pipe");
	world_party(&w, &a, 'a', ends[0]);
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_text(world_turn(&w, 0), "", "an empty pipe is not ready");
	ok(write(ends[1], "xy", 2) == 2, "two bytes come");
	is_text(world_turn(&w, 0), "a", "then it is");
	ok(read(ends[0], &c, 1) == 1, "one is read");
	is_text(world_turn(&w, 0), "a", "it is told as long as there is something");
	loop_ask(&w.loop, &a.watch, 0);
	is_text(world_turn(&w, 0), "", "who asks no longer is told nothing");
	close(ends[1]);
	is_text(world_turn(&w, 0), "", "of the end neither");
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	is_text(world_turn(&w, 0), "a", "who asks again has missed nothing");
	is_number(a.events, LOOP_READ, "an end is something to read");
	loop_ask(&w.loop, &a.watch, LOOP_GONE);
	is_text(world_turn(&w, 0), "a", "who asks for the end alone is told of it");
	is_number(a.events, LOOP_GONE, "as such");
	loop_shut(&w.loop, &a.watch);
	is_number(a.watch.fd, -1, "a watch that is shut has no descriptor");
	is_text(world_turn(&w, 0), "", "and is not called");
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
	world_party(&w, &a, 'a', ends[1]);
	loop_ask(&w.loop, &a.watch, LOOP_GONE);
	is_text(world_turn(&w, 0), "", "a pipe with a reader has nobody gone");
	close(ends[0]);
	is_text(world_turn(&w, 0), "a", "that a reader has gone is told though nothing is written");
	loop_ask(&w.loop, &a.watch, LOOP_WRITE | LOOP_GONE);
	world_turn(&w, 0);
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
	world_party(&w, &a, 'a', ends[0]);
	loop_ask(&w.loop, &a.watch, LOOP_READ | LOOP_WRITE | LOOP_GONE);
	world_turn(&w, 0);
	is_number(a.events, LOOP_WRITE, "there is room to write");
	ok(shutdown(ends[1], SHUT_WR) == 0, "the other side has said all");
	world_turn(&w, 0);
	is_number(a.events, LOOP_READ | LOOP_WRITE, "it is half closed: readable, writable, not gone");
	is_number(read(ends[0], &c, 1), 0, "what there is to read is the end");
	loop_ask(&w.loop, &a.watch, LOOP_WRITE);
	world_turn(&w, 0);
	is_number(a.events, LOOP_WRITE, "who has read the end goes on to write");
	close(ends[1]);
	loop_ask(&w.loop, &a.watch, LOOP_READ | LOOP_WRITE | LOOP_GONE);
	world_turn(&w, 0);
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
	world_party(&w, &a, 'a', eventfd(1, EFD_CLOEXEC));
	world_party(&w, &b, 'b', eventfd(1, EFD_CLOEXEC));
	a.drop = &b.watch;
	b.drop = &a.watch;
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	loop_ask(&w.loop, &b.watch, LOOP_READ);
	got = world_turn(&w, 0)[0];
	is_number(strlen(w.told), 1, "one that another dropped in the same turn is not called");
	is_number(world_turn(&w, 0)[0], got, "nor later");
	world_party(&w, c, 'c', eventfd(1, EFD_CLOEXEC));
	c->freed = true;
	loop_ask(&w.loop, &c->watch, LOOP_READ);
	world_turn(&w, 0);
	ok(strchr(w.told, 'c') != NULL, "one that frees itself is called");
	ok(strchr(world_turn(&w, 0), 'c') == NULL, "and then no more");
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
	is_text(world_turn(&w, 0), "", "%d descriptors are watched", MANY);
	for (size_t i = 0; i < MANY; i++)
		told += calls[i] == (i % 300 == 7) ? 1 : 0;
	is_number(told, MANY, "of many, those are told of that are ready");
	for (size_t i = 0; i < MANY; i++)
		if (eventfd_write(watches[i].fd, 1) != 0)
			diag("descriptor %zu cannot be written", i);
	memory = mallinfo2().uordblks;
	for (told = 0; told < MANY && turns < 4 * MANY; turns++) {
		world_turn(&w, 0);
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
	world_party(&w, &a, 'a', open("/dev/null", O_RDWR | O_CLOEXEC));
	world_party(&w, &b, 'b', memfd_create("file", MFD_CLOEXEC));
	loop_ask(&w.loop, &b.watch, LOOP_GONE);
	is_text(world_turn(&w, 20), "", "a file's other end is never gone");
	is_number(w.waited, 20, "who asks only for that waits");
	loop_ask(&w.loop, &a.watch, LOOP_READ);
	loop_ask(&w.loop, &b.watch, LOOP_WRITE);
	is_text(world_turn(&w, 20), "ba", "files are always ready");
	is_number(w.waited, 0, "without a wait");
	a.renew = &a.watch;
	b.renew = &b.watch;
	is_text(world_turn(&w, 20), "ba", "and called once a turn, though they ask anew");
	a.renew = b.renew = NULL;
	a.drop = &b.watch;
	b.drop = &a.watch;
	is_number(strlen(world_turn(&w, 20)), 1, "one that the other dropped is not called");
	loop_shut(&w.loop, &a.watch);
	loop_shut(&w.loop, &b.watch);
	loop_close(&w.loop);
}

int
main(void)
{
	test_readiness();
	test_reader_gone();
	test_half_closed();
	test_meddling();
	test_many();
	test_files();
	return done_testing();
}
