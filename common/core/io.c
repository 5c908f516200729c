#include "core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static bool
wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

ssize_t
io_read(int fd, void *to, size_t len)
{
	ssize_t n;

	while ((n = read(fd, to, len)) < 0)
		if (errno == EAGAIN ? !wait_for(fd, POLLIN) : errno != EINTR)
			return -1;
	return n;
}

int
io_write_all(int fd, struct view v)
{
	while (v.len > 0) {
		ssize_t n = write(fd, v.ptr, v.len);

		if (n < 0) {
			if (errno == EAGAIN ? !wait_for(fd, POLLOUT) : errno != EINTR)
				return -1;
			continue;
		}
		v.ptr += n;
		v.len -= (size_t)n;
	}
	return 0;
}

static bool
is_ready(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 0) > 0;
}

bool
io_readable(int fd)
{
	return is_ready(fd, POLLIN);
}

bool
io_writable(int fd)
{
	return is_ready(fd, POLLOUT);
}

int
io_read_descriptor(struct bytes *to, int fd)
{
	bytes_reset(to);
	for (;;) {
		size_t room = to->max - to->len < 16384 ? to->max - to->len : 16384;
		char past = '\0', *at = room == 0 ? &past : bytes_room(to, room);
		ssize_t n;

		if (at == NULL) {
			errno = ENOMEM;
			return -1;
		}
		if ((n = io_read(fd, at, room == 0 ? 1 : room)) <= 0)
			return (int)n;
		if (room == 0) {
			errno = EFBIG;
			return -1;
		}
		bytes_grew(to, (size_t)n);
	}
}

int
io_read_file(struct bytes *to, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc, saved;

	if (fd < 0)
		return -1;
	rc = io_read_descriptor(to, fd);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

int
io_pipe(int *read_end, int *write_end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	*read_end = ends[0];
	*write_end = ends[1];
	return 0;
}

void
io_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
