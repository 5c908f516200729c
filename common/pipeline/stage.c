#include "pipeline/stage.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>

#include "core/io.h"
#include "process/toolpath.h"

static int
spawn(struct stage *stage, int messages)
{
	const struct pipeline *pipeline = stage->pipeline;
	char path[TOOLPATH_MAX];
	struct process_plan plan = { .path = path, .argv = stage->arguments,
	    .no_secrets = !stage->holds_secrets, .in = stage->input.fd,
	    .out = stage->output, .messages = messages, .usual_sigpipe = pipeline->usual_sigpipe,
	    .ends_with_us = true, .own_group = stage->aside, .mask = pipeline->mask };

	return toolpath(path, stage->tool) ? process_start(&stage->process, &plan) : ENOENT;
}

/* The pipe from stage i - 1 to stage i, unless it is there or one of the two is not. */
static int
join(struct pipeline *pipeline, size_t i)
{
	struct stage *stages = pipeline->stages;

	return i == 0 || i == pipeline->stage_count || stages[i].input.fd >= 0 ? 0 :
	    io_pipe(&stages[i].input.fd, &stages[i - 1].output);
}

int
stage_start(struct pipeline *pipeline, size_t i)
{
	struct stage *stage = &pipeline->stages[i];
	int messages = -1, rc;

	loop_ask(pipeline->loop, &stage->input, 0);
	if ((rc = join(pipeline, i)) == 0)
		rc = join(pipeline, i + 1);
	if (rc == 0 && stage->work != NULL && stage->work(stage)) {
		io_close(&stage->output);
		stage->state = STAGE_ENDED;
		return 0;
	}
	if (rc == 0 && !pipeline->batch)
		rc = io_pipe(&stage->heard.fd, &messages);
	if (rc == 0)
		rc = spawn(stage, pipeline->batch ? pipeline->messages : messages);
	io_close(&stage->output);
	io_close(&messages);
	if (rc != 0) {
		io_close(&stage->heard.fd);
		return rc;
	}
	stage->state = STAGE_RUNS;
	stage->end.fd = stage->process.fd;
	loop_ask(pipeline->loop, &stage->end, LOOP_READ);
	loop_ask(pipeline->loop, &stage->heard, LOOP_READ);
	return 0;
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
end_writer(struct stage *writer, int input)
{
	if (writer->state != STAGE_RUNS || (look(input) & POLLHUP) != 0)
		return;
	writer->reader_gone = true;
	process_signal(&writer->process, SIGTERM);
}

void
stage_reap(struct stage *stage)
{
	struct pipeline *pipeline = stage->pipeline;

	loop_ask(pipeline->loop, &stage->end, 0);
	if (!process_ended(&stage->process)) {
		loop_ask(pipeline->loop, &stage->end, LOOP_READ);
		return;
	}
	stage->end.fd = -1;
	stage->state = STAGE_ENDED;
	if (stage > pipeline->stages)
		end_writer(stage - 1, stage->input.fd);
	io_close(&stage->input.fd);
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
	if (((found = look(stage->input.fd)) & POLLIN) != 0)
		return STAGE_RUNS;
	if (found == 0)
		return STAGE_WAITS;
	stage->input_over = true;
	for (size_t k = 0; k < i; k++) {
		if (pipeline->stages[k].state == STAGE_RUNS)
			return STAGE_WAITS;
		failed = failed || pipeline->stages[k].process.status != 0;
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
		loop_shut(pipeline->loop, &stage->input);
		io_close(&stage->output);
	}
}

bool
stage_ended_by(const struct stage *stage, int number)
{
	return WIFSIGNALED(stage->process.status) && WTERMSIG(stage->process.status) == number;
}
