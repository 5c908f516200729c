#include "sso/filelock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
filelock_beside(const char *path)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 };
	const char *slash = strrchr(path, '/');
	char *name;
	int fd, rc;

	if (asprintf(&name, "%.*s.lock", slash == NULL ? 0 : (int)(slash - path) + 1, path) < 0)
		return -1;
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(name);
	if (fd < 0)
		return -1;
	while ((rc = fcntl(fd, F_OFD_SETLKW, &whole)) != 0 && errno == EINTR)
		;
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

void
filelock_release(int fd)
{
	if (fd >= 0)
		close(fd);
}
