#include "pipeline_stage.h"

#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "toolpath.h"

/* Descriptors of one stage; each end is -1 when it is inherited. */
struct ends {
	int in, out, messages;
};

static int
add_end(posix_spawn_file_actions_t *actions, int end, int fd)
{
	return end < 0 ? 0 : posix_spawn_file_actions_adddup2(actions, end, fd);
}

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
	if ((rc = add_end(&actions, ends->in, STDIN_FILENO)) == 0 &&
	    (rc = add_end(&actions, ends->out, STDOUT_FILENO)) == 0 &&
	    (rc = add_end(&actions, ends->messages, STDERR_FILENO)) == 0 &&
	    (rc = posix_spawnattr_setsigmask(&attributes, mask)) == 0 &&
	    (rc = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK)) == 0)
		rc = posix_spawn(&stage->pid, path, &actions, &attributes, stage->arguments,
		    environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* The pipe from stage i - 1 to stage i, unless it is there or one of the two is not. */
static int
join(struct pipeline *pipeline, size_t i)
{
	struct stage *stages = pipeline->stages;

	return i == 0 || i == pipeline->stage_count || stages[i].input >= 0 ? 0 :
	    io_pipe(&stages[i].input, &stages[i - 1].output);
}

int
stage_start(struct pipeline *pipeline, size_t i, char **environment, const sigset_t *mask)
{
	struct stage *stage = &pipeline->stages[i];
	int messages = -1, rc;

	if ((rc = join(pipeline, i)) == 0)
		rc = join(pipeline, i + 1);
	if (rc == 0 && !pipeline->batch)
		rc = io_pipe(&stage->messages_fd, &messages);
	if (rc == 0) {
		struct ends ends = { stage->input, stage->output, messages };

		rc = spawn(stage, &ends, environment, mask);
	}
	io_close(&stage->output);
	io_close(&messages);
	if (rc == 0)
		stage->state = STAGE_RUNS;
	return rc;
}

static short
look(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0 ? p.revents : 0;
}

/*
 * A stage that still has its end of the pipe open would notice at its next write, which may be far
 * away: it is told. SIGTERM, so that what it runs itself ends too.
 */
static void
desert(struct stage *writer, int input)
{
	if (writer->state != STAGE_RUNS || (look(input) & POLLHUP) != 0)
		return;
	writer->deserted = true;
	kill(writer->pid, SIGTERM);
}

void
stage_reap(struct pipeline *pipeline, size_t i)
{
	struct stage *stage = &pipeline->stages[i];

	if (stage->state != STAGE_RUNS ||
	    waitpid(stage->pid, &stage->status, WNOHANG) != stage->pid)
		return;
	stage->state = STAGE_ENDED;
	if (i > 0)
		desert(&pipeline->stages[i - 1], stage->input);
	io_close(&stage->input);
}

enum stage_state
stage_readiness(struct pipeline *pipeline, size_t i)
{
	struct stage *stage = &pipeline->stages[i];
	bool failed = false;
	short found;

	if (pipeline->caught != 0)
		return STAGE_ENDED;
	if (i == 0 || !pipeline->batch || pipeline->at_once)
		return STAGE_RUNS;
	if (((found = look(stage->input)) & POLLIN) != 0)
		return STAGE_RUNS;
	if (found == 0)
		return STAGE_WAITS;
	stage->input_over = true;
	for (size_t k = 0; k < i; k++) {
		if (pipeline->stages[k].state == STAGE_RUNS)
			return STAGE_WAITS;
		failed = failed || pipeline->stages[k].status != 0;
	}
	return failed ? STAGE_ENDED : STAGE_RUNS;
}

void
stage_skip(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &pipeline->stages[i];

		if (stage->state != STAGE_WAITS)
			continue;
		stage->state = STAGE_ENDED;
		io_close(&stage->input);
		io_close(&stage->output);
	}
}

bool
stage_ended_by(const struct stage *stage, int number)
{
	return WIFSIGNALED(stage->status) && WTERMSIG(stage->status) == number;
}
