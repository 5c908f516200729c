#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "secretenv.h"
#include "toolpath.h"

/* Descriptors of one stage; each end is -1 when it is inherited. */
struct ends {
	int in, out, messages;
};

static int
spawn(struct stage *stage, const struct ends *ends, char **environment, const sigset_t *mask)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char path[TOOLPATH_MAX];
	int rc;

	if (!toolpath(path, stage->tool))
		return ENOENT;
	if ((rc = posix_spawn_file_actions_init(&actions)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attributes)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return rc;
	}
	if ((ends->in < 0 || (rc = posix_spawn_file_actions_adddup2(&actions, ends->in, 0)) == 0) &&
	    (ends->out < 0 || (rc = posix_spawn_file_actions_adddup2(&actions, ends->out, 1)) == 0) &&
	    (ends->messages < 0 ||
	    (rc = posix_spawn_file_actions_adddup2(&actions, ends->messages, 2)) == 0) &&
	    (rc = posix_spawnattr_setsigmask(&attributes, mask)) == 0 &&
	    (rc = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK)) == 0)
		rc = posix_spawn(&stage->pid, path, &actions, &attributes, stage->arguments,
		    environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Starts stage i; *in is what it reads and becomes what the next one reads. */
static int
start_stage(struct pipeline *pipeline, size_t i, int *in, char **plain, const sigset_t *mask)
{
	struct stage *stage = &pipeline->stages[i];
	struct ends ends = { *in, -1, -1 };
	int next = -1, rc = 0;

	if (i + 1 < pipeline->stage_count)
		rc = io_pipe(&next, &ends.out);
	if (rc == 0 && !pipeline->cli->verbose)
		rc = io_pipe(&stage->messages_fd, &ends.messages);
	if (rc == 0)
		rc = spawn(stage, &ends, stage->holds_secrets ? environ : plain, mask);
	io_close(in);
	io_close(&ends.out);
	io_close(&ends.messages);
	*in = next;
	return rc;
}

static void
signal_stages(const struct pipeline *pipeline, int number)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].pid > 0)
			kill(pipeline->stages[i].pid, number);
}

static enum ssm_err
start_stages(struct pipeline *pipeline, const sigset_t *mask, struct ssm_error *err)
{
	char **plain = secretenv_without();
	int in = -1, rc = plain == NULL ? ENOMEM : 0;
	size_t i;

	for (i = 0; i < pipeline->stage_count && rc == 0; i++)
		rc = start_stage(pipeline, i, &in, plain, mask);
	io_close(&in);
	free(plain);
	if (rc == 0)
		return SSM_OK;
	signal_stages(pipeline, SIGTERM);
	return ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot start %s: %s",
	    pipeline->stages[i == 0 ? 0 : i - 1].tool, strerror(rc));
}

static void
take_messages(struct stage *stage)
{
	char text[4096];
	ssize_t n = io_read(stage->messages_fd, text, sizeof text);

	if (n <= 0)
		io_close(&stage->messages_fd);
	else if (stage->messages.len < PIPELINE_MESSAGES_MAX - sizeof text)
		bytes_add(&stage->messages, (struct view){ text, (size_t)n });
	explicit_bzero(text, sizeof text);
}

/* Hands a signal on; returns its number. */
static int
forward_signal(const struct pipeline *pipeline, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof info) != sizeof info)
		return 0;
	signal_stages(pipeline, (int)info.ssi_signo);
	return (int)info.ssi_signo;
}

/* Takes the status of stages that have ended; false when all have. */
static bool
reap(struct pipeline *pipeline)
{
	bool running = false;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &pipeline->stages[i];

		if (stage->pid > 0 && waitpid(stage->pid, &stage->status, WNOHANG) == stage->pid)
			stage->pid = -1;
		running = running || stage->pid > 0;
	}
	return running;
}

/* Until every stage has ended and its messages are read. Returns the last signal handed on, or 0. */
static int
wait_for_stages(struct pipeline *pipeline, int signals)
{
	int caught = 0;

	for (;;) {
		struct pollfd fds[PIPELINE_STAGES_MAX + 1] = { { .fd = signals, .events = POLLIN } };
		bool open = false;

		for (size_t i = 0; i < pipeline->stage_count; i++) {
			fds[i + 1].fd = pipeline->stages[i].messages_fd;
			fds[i + 1].events = POLLIN;
			open = open || fds[i + 1].fd >= 0;
		}
		if (!reap(pipeline) && !open)
			return caught;
		if (poll(fds, pipeline->stage_count + 1, -1) < 0)
			continue;
		if ((fds[0].revents & POLLIN) != 0) {
			int number = forward_signal(pipeline, signals);

			caught = number == SIGCHLD || number == 0 ? caught : number;
		}
		for (size_t i = 0; i < pipeline->stage_count; i++)
			if (fds[i + 1].revents != 0)
				take_messages(&pipeline->stages[i]);
	}
}

static bool
ended_by(const struct stage *stage, int number)
{
	return WIFSIGNALED(stage->status) && WTERMSIG(stage->status) == number;
}

/*
 * The stage whose failure is the pipeline's: the first, but one that only lost its reader gives way
 * to the reader.
 */
static const struct stage *
first_failure(const struct pipeline *pipeline)
{
	const struct stage *lost = NULL;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];

		if (stage->status == 0)
			continue;
		if (!ended_by(stage, SIGPIPE))
			return stage;
		lost = stage;
	}
	return lost;
}

static void
end_by_signal(int number)
{
	sigset_t one;

	signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(number);
}

static int
result(const struct pipeline *pipeline)
{
	const struct stage *stage = first_failure(pipeline);
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].status == 0 || &pipeline->stages[i] == stage)
			io_write_all(STDERR_FILENO, bytes_view(&pipeline->stages[i].messages));
	if (stage == NULL)
		return 0;
	if (ended_by(stage, SIGPIPE))
		end_by_signal(SIGPIPE);
	if (WIFEXITED(stage->status))
		return WEXITSTATUS(stage->status);
	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "%s was ended by signal %d (%s)", stage->tool,
	    WTERMSIG(stage->status), strsignal(WTERMSIG(stage->status)));
	return cli_fail(pipeline->cli, &err);
}

int
pipeline_run(struct pipeline *pipeline)
{
	struct ssm_error err = SSM_ERROR_INIT;
	sigset_t watched, before;
	int signals, caught;
	enum ssm_err rc;

	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGHUP);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGTERM);
	sigprocmask(SIG_BLOCK, &watched, &before);
	signal(SIGCHLD, SIG_DFL);		/* ignored, stages would leave no status */
	if (pipeline->failed || (signals = signalfd(-1, &watched, SFD_CLOEXEC)) < 0) {
		ssm_fail_memory(&err);
		return cli_fail(pipeline->cli, &err);
	}
	rc = start_stages(pipeline, &before, &err);
	caught = wait_for_stages(pipeline, signals);
	close(signals);
	if (caught != 0)
		end_by_signal(caught);
	return rc != SSM_OK ? cli_fail(pipeline->cli, &err) : result(pipeline);
}
