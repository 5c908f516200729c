/* listen: a socket's file that somebody has left, and many who start at once where it lies. */
#include "ports/listen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define ROUNDS 100
#define STARTERS 8

static void
leave_stale(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		abort();
	close(fd);
}

/* What it has is kept until all have tried. */
static void
start(const char *path, int gate, int tried, int all)
{
	struct portslisten listen = PORTSLISTEN_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct portsaddress address;
	char byte;
	bool has;

	has = portsaddress_parse(&address, view_of(path), &err) == SSM_OK && read(gate, &byte, 1) == 0 &&
	    portslisten_add(&listen, &address, &err) == SSM_OK;
	_exit(write(tried, "x", 1) == 1 && read(all, &byte, 1) == 0 && has ? 0 : 1);
}

/* How many of them listen. */
static int
race(const char *path)
{
	int gate[2], tried[2], all[2], count = 0, status;
	char byte;

	leave_stale(path);
	if (pipe(gate) != 0 || pipe(tried) != 0 || pipe(all) != 0)
		abort();
	for (int i = 0; i < STARTERS; i++)
		if (fork() == 0) {
			close(gate[1]);
			close(all[1]);
			start(path, gate[0], tried[1], all[0]);
		}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < STARTERS && read(tried[0], &byte, 1) == 1; i++)
		continue;
	close(tried[0]);
	close(tried[1]);
	close(all[0]);
	close(all[1]);
	while (wait(&status) > 0)
		count += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return count;
}

int
main(void)
{
	char directory[] = "/tmp/test_listen.XXXXXX", path[64];
	int wrong = 0;

	if (mkdtemp(directory) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/socket", directory);
	for (int i = 0; i < ROUNDS; i++)
		wrong += race(path) != 1;
	is_number(wrong, 0, "of those who start at once one has the socket");
	unlink(path);
	rmdir(directory);
	return done_testing();
}
