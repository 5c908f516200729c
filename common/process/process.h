/*
 * process/process: one child: started, signalled, its status taken.
 *
 * Purpose:   a program with its own descriptors 0 to 2, environment and signals. No shell.
 * Ownership: process_ended() or process_wait() takes the status; from then on there is nobody who could
 *            be signalled, and process_signal() signals nobody: the number may be another's by now.
 * Errors:    errno's numbers.
 * Does not:  run the program's arguments through anything, or keep a child when it could not be made
 *            into the program.
 */
#ifndef SSM_PROCESS_PROCESS_H
#define SSM_PROCESS_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct process {
	pid_t pid;			/* 0: not started, or its status was taken */
	int fd;				/* readable when it has ended; -1 when pid is 0 */
	int status;			/* as of waitpid(), once it was taken */
	bool by_time;			/* fd tells when to look again: Linux before 5.3 */
};

#define PROCESS_INIT { .pid = 0, .fd = -1 }

struct process_plan {
	const char *path;		/* with a slash in it: this file; else looked for in PATH */
	char *const *argv;
	char *const *environment;	/* NULL: this process's */
	bool no_secrets;		/* but without long-term secrets */
	int in, out, messages;		/* what it has as 0, 1, 2 (3 or more here); -1: as this process */
	bool no_input;			/* standard input is empty */
	bool leads;			/* a session of its own, whose terminal is its standard input if that is one */
	bool usual_sigpipe;		/* SIGPIPE ends it, though this process may ignore it */
	bool ends_with_us;		/* it gets SIGTERM when this process ends, however that comes */
	bool own_group;			/* a process group of its own: what is typed at the terminal does not reach it */
	bool scripts;			/* a text without #! is for the shell, as execvp(3) has it */
	const sigset_t *mask;		/* its signal mask; NULL: this process's */
};

/* 0 when the program runs. SIGCHLD is no longer ignored afterwards: there would be no status. */
int process_start(struct process *process, const struct process_plan *plan)
    __attribute__((warn_unused_result));

/* Whether it has ended (or was never started). Does not wait. */
bool process_ended(struct process *process);

/* Waits for its end; the status. */
int process_wait(struct process *process);

/* Nothing happens when it was not started, or its status was taken. */
void process_signal(const struct process *process, int number);

#endif
