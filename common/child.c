#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

/* All that is open while the program runs; -1 is closed. */
struct running {
	pid_t pid;
	int out, messages;		/* to read from */
	int out_end, messages_end;	/* the program's */
	int signals;
	sigset_t watched, mask;		/* what signals reads; the mask as it was before */
	struct sigaction child_action;
};

/* Signals that would end this process are read from a descriptor; the program must not be lost. */
static int
catch_signals(struct running *running)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };

	sigemptyset(&running->watched);
	sigaddset(&running->watched, SIGCHLD);
	sigaddset(&running->watched, SIGHUP);
	sigaddset(&running->watched, SIGINT);
	sigaddset(&running->watched, SIGTERM);
	sigprocmask(SIG_BLOCK, &running->watched, &running->mask);
	sigaction(SIGCHLD, &usual, &running->child_action);	/* ignored, there would be no status */
	running->signals = signalfd(-1, &running->watched, SFD_CLOEXEC);
	return running->signals < 0 ? errno : 0;
}

static void
release_signals(struct running *running)
{
	io_close(&running->signals);
	sigaction(SIGCHLD, &running->child_action, NULL);
	sigprocmask(SIG_SETMASK, &running->mask, NULL);
}

static int
spawn(struct running *running, const struct child *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t usual;
	int rc;

	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);		/* which this process may ignore */
	if ((rc = posix_spawn_file_actions_init(&actions)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attributes)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return rc;
	}
	if ((!child->no_input || (rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0)) == 0) &&
	    (rc = posix_spawn_file_actions_adddup2(&actions, running->out_end, STDOUT_FILENO)) == 0 &&
	    (rc = posix_spawn_file_actions_adddup2(&actions, running->messages_end,
	    STDERR_FILENO)) == 0 &&
	    (rc = posix_spawnattr_setsigmask(&attributes, &running->mask)) == 0 &&
	    (rc = posix_spawnattr_setsigdefault(&attributes, &usual)) == 0 &&
	    (rc = posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0)
		rc = posix_spawnp(&running->pid, child->path, &actions, &attributes, child->argv,
		    environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Adds what there is to *to; returns whether it fitted. The end closes *fd. */
static bool
take(int *fd, struct bytes *to, bool pass)
{
	char text[16384];
	ssize_t n = io_read(*fd, text, sizeof text);
	size_t room = to->max - to->len, len = n > 0 ? (size_t)n : 0;

	if (n <= 0)
		io_close(fd);
	if (pass && len > 0)
		io_write_all(STDERR_FILENO, (struct view){ text, len });
	bytes_add(to, (struct view){ text, len < room ? len : room });
	explicit_bzero(text, sizeof text);
	return len <= room && !bytes_failed(to);
}

/* The program gets the signal, then this process has what it would have had. */
static void
take_signal(struct running *running)
{
	struct signalfd_siginfo info;

	if (read(running->signals, &info, sizeof info) != sizeof info || info.ssi_signo == SIGCHLD)
		return;
	kill(running->pid, (int)info.ssi_signo);
	raise((int)info.ssi_signo);
	sigprocmask(SIG_SETMASK, &running->mask, NULL);		/* the end, unless it is ignored */
	sigprocmask(SIG_BLOCK, &running->watched, NULL);
}

static void
take_output(struct running *running, struct child *child)
{
	if (take(&running->out, &child->out, false))
		return;
	child->too_long = true;
	kill(running->pid, SIGTERM);
	io_close(&running->out);
	io_close(&running->messages);
}

/* Until all is read and the program has ended. */
static int
attend(struct running *running, struct child *child)
{
	bool ended = false;

	for (;;) {
		struct pollfd fds[] = { { .fd = running->signals, .events = POLLIN },
		    { .fd = running->messages, .events = POLLIN },
		    { .fd = running->out, .events = POLLIN } };

		if (!ended)
			ended = waitpid(running->pid, &child->status, WNOHANG) != 0;
		if (ended && running->out < 0 && running->messages < 0)
			return 0;
		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			return errno;
		if (fds[0].revents != 0)
			take_signal(running);
		if (fds[1].revents != 0)
			take(&running->messages, &child->messages, child->pass_messages);
		if (fds[2].revents != 0)
			take_output(running, child);
	}
}

int
child_run(struct child *child)
{
	struct running running = { .out = -1, .messages = -1, .out_end = -1, .messages_end = -1,
	    .signals = -1 };
	int rc = catch_signals(&running);

	bytes_reset(&child->out);
	bytes_reset(&child->messages);
	child->too_long = false;
	if (rc == 0 && (rc = io_pipe(&running.out, &running.out_end)) == 0 &&
	    (rc = io_pipe(&running.messages, &running.messages_end)) == 0)
		rc = spawn(&running, child);
	io_close(&running.out_end);
	io_close(&running.messages_end);
	if (rc == 0)
		rc = attend(&running, child);
	io_close(&running.out);
	io_close(&running.messages);
	release_signals(&running);
	return rc;
}

void
child_clear(struct child *child)
{
	bytes_clear(&child->out);
	bytes_clear(&child->messages);
}
