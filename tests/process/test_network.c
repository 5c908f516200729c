/* network: changes are told at once, floods of them a few times; and none, where there is no socket. */
#include "process/network.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

static uint64_t now = 1000000;
static unsigned changes;

static uint64_t
read_clock(void *context)
{
	(void)context;
	return now;
}

static void
on_changed(void *owner)
{
	(void)owner;
	changes++;
}

static void
check_pace(void)
{
	static const uint64_t floods[] = { 0, 3000, 9000, 15000, 21000, 27000, 33000 };
	struct network_pace pace = { .pause = 0 };
	uint64_t at = 5000;

	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		at = network_pace_due(&pace, at);
		is_number(at - 5000, floods[i], "a flood of changes: number %zu", i + 1);
		network_pace_told(&pace, at);
		at++;
	}
	at += 60000;
	is_number(network_pace_due(&pace, at), at, "one a minute later: at once");
	network_pace_told(&pace, at);
	is_number(network_pace_due(&pace, at + 1), at + NETWORK_PAUSE, "and the pause is the short one");
}

/* All that is ready or due at the test's clock. */
static void
turn(struct loop *loop)
{
	for (int i = 0; i < 8; i++)
		ok(loop_turn(loop, 0) == 0, "a turn");
}

static void
check_messages(void)
{
	struct network network = NETWORK_INIT;
	struct loop loop;
	int pair[2] = { -1, -1 };

	ok(loop_open(&loop) == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0,
	    "a loop, and a socket");
	loop.clock = read_clock;
	network_open_socket(&network, &loop, pair[0], on_changed, NULL);
	turn(&loop);
	is_number(changes, 0, "no message, no change");
	for (int i = 0; i < 100; i++)
		ok(write(pair[1], "a message of the kernel", 23) == 23, "message %d", i);
	turn(&loop);
	is_number(changes, 1, "a hundred messages are a change");
	ok(write(pair[1], "x", 1) == 1, "one more");
	turn(&loop);
	is_number(changes, 1, "soon behind it: not yet");
	now += NETWORK_PAUSE;
	turn(&loop);
	is_number(changes, 2, "a pause later it is told");
	now += NETWORK_PAUSE;
	turn(&loop);
	is_number(changes, 2, "once");
	close(pair[1]);
	turn(&loop);
	is_number(network.watch.fd, -1, "a socket that is gone is let go");
	is_number(changes, 2, "and is no change");
	network_close(&network);
	loop_close(&loop);
}

/* As in a sandbox that allows none. */
static void
check_refused(void)
{
	struct network network = NETWORK_INIT;
	struct rlimit limit = { .rlim_cur = 0 }, none;
	struct loop loop;

	network_close(&network);
	ok(loop_open(&loop) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0, "a loop");
	loop.clock = read_clock;
	none = limit;
	none.rlim_cur = 3;
	ok(setrlimit(RLIMIT_NOFILE, &none) == 0, "no descriptor any more");
	network_open(&network, &loop, on_changed, NULL);
	is_number(network.watch.fd, -1, "no socket");
	setrlimit(RLIMIT_NOFILE, &limit);
	changes = 0;
	turn(&loop);
	is_number(changes, 0, "nothing is told, and the loop turns");
	network_close(&network);
	loop_close(&loop);
}

int
main(void)
{
	check_pace();
	check_messages();
	check_refused();
	return done_testing();
}
