#include "process/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>

#define LOOK 20

int
fifo_open(const char *path)
{
	int fd;

	for (int waited = 0; (fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC,
	    0666)) < 0 && errno == ENXIO && waited < FIFO_PATIENCE; waited += LOOK)
		poll(NULL, 0, LOOK);
	return fd;
}
