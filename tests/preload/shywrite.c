/*
 * shywrite: a preload that makes every second write to a pipe that does not wait find it full, as one does whose
 * reader makes room a moment too late.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
is_patient_pipe(int fd)
{
	struct stat of;

	return fstat(fd, &of) == 0 && S_ISFIFO(of.st_mode) && (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	static int turn;

	if (is_patient_pipe(fd) && turn++ % 2 == 0) {
		errno = EAGAIN;
		return -1;
	}
	return syscall(SYS_write, fd, bytes, len);
}
