/*
 * peak: runs a command and prints its peak resident memory in KiB on descriptor 3.
 *
 * A program of its own because the kernel counts what a process was before exec: measured from
 * Python, every tool seems as large as Python.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2 || (pid = fork()) < 0)
		return 125;
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid || dprintf(3, "%ld\n", usage.ru_maxrss) < 0)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
