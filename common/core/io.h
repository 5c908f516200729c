/*
 * core/io: reading and writing file descriptors to the end of the job.
 *
 * Purpose: read(2) and write(2) with short counts, EINTR and EAGAIN dealt with, so that end of
 *          input is only what read says is 0 and a lost byte is always an error.
 * Errors:  -1 with errno set, but where another thing is said.
 */
#ifndef SSM_CORE_IO_H
#define SSM_CORE_IO_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/bytes.h"

/* One read of up to len bytes; waits when the descriptor is non-blocking. 0 is the end. */
ssize_t io_read(int fd, void *to, size_t len);

/* All of v, or -1. */
int io_write_all(int fd, struct view v);

/* Whether a read would return at once (data, end of file or an error). */
bool io_readable(int fd);

/* Whether a write of some bytes would return at once. */
bool io_writable(int fd);

/*
 * A whole regular file, pipe or descriptor into *to (its cap is the limit). Returns -1 with errno,
 * EFBIG when it is longer than the cap, EISDIR when it is a directory.
 */
int io_read_file(struct bytes *to, const char *path);
int io_read_descriptor(struct bytes *to, int fd);

/* A pipe that no child inherits unasked: 0, or an errno. Ends that are not open are -1. */
int io_pipe(int *read_end, int *write_end);

/* Closes an end that is open, and forgets it. */
void io_close(int *fd);

#endif
