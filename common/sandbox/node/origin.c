#include "sandbox/node/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER (64 * ORIGIN_PERIOD)
#define BYTES_A_PORT 1024

enum kind { ECHO, SINK, SOURCE, DEAF };

static const char *const names[] = { [ECHO] = "echo.sandbox", [SINK] = "sink.sandbox", [SOURCE] = "source.sandbox",
	[DEAF] = "deaf.sandbox" };

struct origin {
	struct loop *loop;
	struct loop_watch watch;
	enum kind kind;
	char buffer[BUFFER];
	size_t begin, end;		/* what of it is to be sent */
	uint64_t left;			/* of a source: bytes that are not in the buffer yet */
};

static bool
find(struct view host, enum kind *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (view_equal_nocase(host, view_of(names[i]))) {
			*kind = (enum kind)i;
			return true;
		}
	return false;
}

bool
origin_is_name(struct view host)
{
	enum kind kind;

	return find(host, &kind);
}

static void
ask(struct origin *origin)
{
	bool waits = origin->begin < origin->end;
	unsigned events = waits ? LOOP_WRITE : 0;

	if (origin->kind != ECHO || !waits)
		events |= LOOP_READ;
	loop_ask(origin->loop, &origin->watch, origin->kind == DEAF ? 0 : events);
}

/* The buffer begins at a multiple of the period again. */
static void
refill(struct origin *origin)
{
	size_t len = origin->left < BUFFER ? (size_t)origin->left : BUFFER;

	origin->begin = 0;
	origin->end = len;
	if (origin->left != UINT64_MAX)
		origin->left -= len;
}

/* False: it is over. */
static bool
send_some(struct origin *origin)
{
	ssize_t len = send(origin->watch.fd, origin->buffer + origin->begin, origin->end - origin->begin, MSG_NOSIGNAL);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	origin->begin += (size_t)len;
	if (origin->begin == origin->end && origin->kind == SOURCE)
		refill(origin);
	return origin->begin < origin->end || origin->kind == ECHO;
}

/* The same; only an echo keeps what it reads. */
static bool
read_some(struct origin *origin)
{
	char waste[BUFFER], *into = origin->kind == ECHO ? origin->buffer : waste;
	ssize_t len = read(origin->watch.fd, into, BUFFER);

	if (len > 0 && origin->kind == ECHO) {
		origin->begin = 0;
		origin->end = (size_t)len;
	}
	return len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
on_ready(void *owner, unsigned events)
{
	struct origin *origin = owner;

	if (((events & LOOP_READ) && !read_some(origin)) || ((events & LOOP_WRITE) && !send_some(origin)))
		loop_shut(origin->loop, &origin->watch);
	else
		ask(origin);
}

int
origin_open(struct origin **out, struct loop *loop, struct view host, unsigned port, int *near)
{
	struct origin *origin;
	enum kind kind;
	int ends[2];

	if (!find(host, &kind))
		return ENOENT;
	if ((origin = calloc(1, sizeof *origin)) == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
		int errnum = errno;

		free(origin);
		return errnum;
	}
	origin->kind = kind;
	origin->loop = loop;
	origin->watch = (struct loop_watch){ .fd = ends[0], .ready = on_ready, .owner = origin };
	*near = ends[1];
	if (origin->kind == SOURCE) {
		for (size_t i = 0; i < BUFFER; i++)
			origin->buffer[i] = (char)(i % ORIGIN_PERIOD);
		origin->left = port == ORIGIN_ENDLESS ? UINT64_MAX : (uint64_t)port * BYTES_A_PORT;
		refill(origin);
	}
	ask(origin);
	*out = origin;
	return 0;
}

void
origin_free(struct origin *origin)
{
	if (origin == NULL)
		return;
	loop_shut(origin->loop, &origin->watch);
	free(origin);
}
