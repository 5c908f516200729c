/* forward: local connections of UNIX, a node that is played here, and a clock that goes by hand. */
#include "ports/forward.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ports/mux.h"
#include "stream/smux.h"
#include "tap.h"

#define PERIOD 251			/* of what the node says */
#define MESSAGE 1024

struct world {
	uint64_t now;
	struct loop loop;
	struct portslisten listen;
	struct portsforward *forward;
	char directory[64];
	char path[96];
	unsigned accepted, lingered, deaf;
};

static uint64_t
read_clock(void *context)
{
	return ((struct world *)context)->now;
}

static void
on_accepted(void *owner)
{
	((struct world *)owner)->accepted++;
}

static void
on_paused(void *owner, int error)
{
	(void)owner;
	diag("paused: %d", error);
}

static void
on_deaf(void *owner, const char *address, int error)
{
	((struct world *)owner)->deaf++;
	is_text(address, ((struct world *)owner)->path, "which socket it is (%d)", error);
}

static void
on_lingered(void *owner)
{
	((struct world *)owner)->lingered++;
}

/* At a socket of UNIX, or any port of TCP. */
static void
begin_at(struct world *world, bool basic, bool tcp)
{
	struct portsforward_plan plan = { .loop = &world->loop, .listen = &world->listen, .basic = basic, .calls = {
	    .accepted = on_accepted, .paused = on_paused, .deaf = on_deaf, .lingered = on_lingered, .owner = world } };
	struct ssm_error err = SSM_ERROR_INIT;
	struct portsaddress address;

	*world = (struct world){ .now = 1000, .listen = PORTSLISTEN_INIT, .directory = "/tmp/test_forward.XXXXXX" };
	if (mkdtemp(world->directory) == NULL || loop_open(&world->loop) != 0)
		abort();
	world->loop.clock = read_clock;
	world->loop.context = world;
	snprintf(world->path, sizeof world->path, "%s/socket", world->directory);
	if (portsaddress_parse(&address, tcp ? VIEW("127.0.0.1:0") : view_of(world->path), &err) != SSM_OK ||
	    portslisten_add(&world->listen, &address, &err) != SSM_OK ||
	    portsforward_open(&world->forward, &plan, &err) != SSM_OK)
		abort();
	portsforward_heard(world->forward, 0, 0, 0);
}

static void
begin(struct world *world, bool basic)
{
	begin_at(world, basic, false);
}

static void
end(struct world *world)
{
	portsforward_close(world->forward);
	portslisten_close(&world->listen);
	loop_close(&world->loop);
	rmdir(world->directory);
}

static void
pass(struct world *world, unsigned ms)
{
	for (unsigned i = 0; i < ms; i += 50) {
		world->now += 50;
		loop_turn(&world->loop, 0);
	}
}

static int
come(struct world *world)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, world->path, strlen(world->path) + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		abort();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	loop_turn(&world->loop, 0);
	return fd;
}

/* Over TCP, with little room on its own side. */
static int
come_narrow(struct world *world)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), room = 4096;
	const char *port = strchr(world->listen.sockets[0].text, ':') + 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		abort();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	loop_turn(&world->loop, 0);
	return fd;
}

/* What it said is with the node not before the node says so, however long it is on its way: only then silence begins. */
static void
check_quiet(bool basic)
{
	const char *mode = basic ? "one after the other" : "side by side";
	unsigned linger = basic ? FORWARD_LINGER_BASIC : FORWARD_LINGER;
	struct world world;
	int fd;

	begin(&world, basic);
	fd = come(&world);
	ok(send(fd, "question", 8, 0) == 8, "%s: a question", mode);
	shutdown(fd, SHUT_WR);
	pass(&world, 3 * linger);
	ok(world.lingered == 0, "%s: no silence while bytes wait here", mode);
	portsforward_took(world.forward, portsforward_waiting(world.forward).len);
	portsforward_heard(world.forward, 7, 6, 0);
	pass(&world, 3 * linger);
	ok(world.lingered == 0, "%s: nor while the last message is not acknowledged", mode);
	portsforward_heard(world.forward, 9, 7, 0);
	pass(&world, linger);
	ok(world.lingered == 0, "%s: once it is, it lasts as long as is said", mode);
	pass(&world, 600);
	ok(world.lingered == 1, "%s: and then the connection is ended", mode);
	close(fd);
	end(&world);
}

/* The node's bytes for the first connection. */
static size_t
fill(char *stream, size_t size)
{
	size_t len = 0, data = 0;

	for (; len + SMUX_HEADER_LEN + SMUX_DATA_MAX <= size; len += SMUX_HEADER_LEN + SMUX_DATA_MAX) {
		smux_header((unsigned char *)stream + len, SMUX_PSH, SMUX_DATA_MAX, 3);
		for (size_t i = 0; i < SMUX_DATA_MAX; i++)
			stream[len + SMUX_HEADER_LEN + i] = (char)(data++ % PERIOD);
	}
	return len;
}

/* Takes what there is; false where it is not what the node said next. */
static bool
read_some(int fd, size_t *got)
{
	unsigned char bytes[8192];
	ssize_t len = recv(fd, bytes, sizeof bytes, 0);

	for (ssize_t i = 0; i < len; i++)
		if (bytes[i] != (*got)++ % PERIOD)
			return false;
	return true;
}

/* A reader that takes its time with what it gets before the end, and speaks meanwhile, gets all. */
static void
check_last_words(bool stopped)
{
	const char *when = stopped ? "behind the session's end" : "while the session goes on";
	const size_t size = 8 * (SMUX_HEADER_LEN + SMUX_DATA_MAX), all = 8 * SMUX_DATA_MAX;
	char *stream = malloc(size + SMUX_HEADER_LEN);
	size_t got = 0, before = 1;
	struct world world;
	bool right = true;
	int fd;

	begin_at(&world, false, true);
	fd = come_narrow(&world);
	fill(stream, size);
	smux_header((unsigned char *)stream + size, SMUX_FIN, 0, 3);
	ok(portsforward_receive(world.forward, (struct view){ stream, size + SMUX_HEADER_LEN }) == size + SMUX_HEADER_LEN,
	    "%s: much is said to a slow reader, and the end", when);
	if (stopped)
		portsforward_stop(world.forward);
	while (right && got < all && before != got) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		before = got;
		right = poll(&p, 1, 10000) > 0 && read_some(fd, &got) && send(fd, "?", 1, MSG_NOSIGNAL) == 1;
		pass(&world, 1000);
	}
	ok(right && got == all, "%s: it gets all, whatever it says: %zu bytes", when, got);
	pass(&world, 15000);
	ok(!stopped || portsforward_is_empty(world.forward), "%s: and is not waited for any longer", when);
	close(fd);
	free(stream);
	end(&world);
}

/* A reader that was full when the session was ended here: what it gets has no hole, and no header of a frame in it. */
static void
check_hole(void)
{
	const size_t size = 16 << 20;
	char *stream = malloc(size);
	size_t len, at = 0, got = 0, part, taken;
	bool stopped = false, right = true;
	struct world world;
	int fd;

	begin(&world, false);
	fd = come(&world);
	for (len = fill(stream, size), taken = 0; at < len && right; at += taken) {
		part = len - at < MESSAGE ? len - at : MESSAGE;
		taken = portsforward_receive(world.forward, (struct view){ stream + at, part });
		if (taken < part && !stopped) {
			portsforward_stop(world.forward);
			stopped = true;
		} else if (stopped) {
			right = taken == part && (at / MESSAGE % 8 != 0 || read_some(fd, &got));
			loop_turn(&world.loop, 0);
		}
	}
	ok(stopped && right, "behind the end all is taken, and what was lost is no hole");
	for (int i = 0; i < 2000 && right; i++) {
		right = read_some(fd, &got);
		pass(&world, 50);
	}
	ok(right && got >= MUX_BUFFER_MAX, "what came before is read: %zu bytes", got);
	ok(portsforward_is_empty(world.forward) && portsforward_failure(world.forward) == NULL, "and nothing is wrong with it");
	close(fd);
	free(stream);
	end(&world);
}

/* The session's end is known, but others have still to read: who has not ended is not ended as if he had. */
static void
check_idle_at_the_end(void)
{
	struct world world;
	char byte;
	int fd;

	begin(&world, false);
	fd = come(&world);
	portsforward_took(world.forward, portsforward_waiting(world.forward).len);
	portsforward_last(world.forward);
	pass(&world, 3 * FORWARD_LINGER);
	ok(world.lingered == 0, "at the session's end nobody is ended for want of an answer who has not said everything");
	ok(recv(fd, &byte, 1, 0) < 0, "nor in any other way");
	portsforward_stop(world.forward);
	pass(&world, 1000);
	ok(portsforward_is_empty(world.forward), "but when it is over");
	close(fd);
	end(&world);
}

/* Whoever else has a socket may shut it down: that is told once, and is the end when there is no other. */
static void
check_deaf(void)
{
	struct world world;

	begin(&world, false);
	ok(portsforward_failure(world.forward) == NULL, "a socket listens");
	shutdown(world.listen.sockets[0].fd, SHUT_RDWR);
	for (int i = 0; i < 3; i++)
		loop_turn(&world.loop, 0);
	ok(world.deaf == 1, "one that was shut down is told once: %u", world.deaf);
	ok(portsforward_failure(world.forward) != NULL, "and nothing more can come");
	end(&world);
}

int
main(void)
{
	check_quiet(true);
	check_quiet(false);
	check_last_words(false);
	check_last_words(true);
	check_hole();
	check_idle_at_the_end();
	check_deaf();
	return done_testing();
}
