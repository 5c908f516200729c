#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "core/io.h"
#include "pipeline/messages.h"
#include "pipeline/stage.h"
#include "process/signals.h"

/* The last stage first: it is to know of the signal before its input ends. */
static void
signal_stages(const struct pipeline *pipeline, int number)
{
	for (size_t i = pipeline->stage_count; i-- > 0;)
		process_signal(&pipeline->stages[i].process, number);
}

static void
fail_start(struct pipeline *pipeline, size_t i, int errnum)
{
	ssm_fail(&pipeline->err, SSM_E_OTHER, "PipelineError", "cannot start %s: %s",
	    pipeline->stages[i].tool, strerror(errnum));
	signal_stages(pipeline, SIGTERM);
	stage_skip(pipeline);
}

/* False when no other stage is to be started now. */
static bool
start_stage(struct pipeline *pipeline, size_t i)
{
	enum stage_state next = stage_readiness(pipeline, i);
	int rc;

	if (next == STAGE_WAITS)
		return false;
	if (next == STAGE_ENDED) {
		stage_skip(pipeline);
		return false;
	}
	if ((rc = stage_start(pipeline, i)) != 0)
		fail_start(pipeline, i, rc);
	return rc == 0;
}

/* Each as soon as there is something for it to read. */
static void
start_in_turn(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].state == STAGE_WAITS && !start_stage(pipeline, i))
			return;
}

/*
 * The later ones first, since they have more to do before they read, but those that are declared late;
 * that makes one call a fifth shorter.
 */
static void
start_at_once(struct pipeline *pipeline, bool late)
{
	for (size_t i = pipeline->stage_count; i-- > 0;) {
		const struct stage *stage = &pipeline->stages[i];

		if (stage->late == late && stage->state == STAGE_WAITS && !start_stage(pipeline, i))
			return;
	}
}

bool
pipeline_is_over(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].state != STAGE_ENDED || pipeline->stages[i].heard.fd >= 0)
			return false;
	return true;
}

/* Starts what can be started, and watches the inputs of those that cannot yet. */
static void
start_stages(struct pipeline *pipeline)
{
	if (pipeline->batch && !pipeline->at_once) {
		start_in_turn(pipeline);
	} else {
		start_at_once(pipeline, false);
		start_at_once(pipeline, true);
	}
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &pipeline->stages[i];

		if (stage->state == STAGE_WAITS)
			loop_ask(pipeline->loop, &stage->input, stage->input_over ? 0 : LOOP_READ);
	}
	if (pipeline_is_over(pipeline))
		io_close(&pipeline->messages);
}

static void
on_input(void *owner, unsigned events)
{
	struct stage *stage = owner;

	(void)events;
	start_stages(stage->pipeline);
}

static void
tell_over(const struct pipeline *pipeline)
{
	if (pipeline->over != NULL && pipeline_is_over(pipeline))
		pipeline->over(pipeline->owner);
}

static void
on_end(void *owner, unsigned events)
{
	struct stage *stage = owner;

	(void)events;
	stage_reap(stage);
	start_stages(stage->pipeline);
	tell_over(stage->pipeline);
}

static void
on_messages(void *owner, unsigned events)
{
	struct stage *stage = owner;
	char text[4096];
	ssize_t n = io_read(stage->heard.fd, text, sizeof text);

	(void)events;
	if (n <= 0)
		loop_shut(stage->pipeline->loop, &stage->heard);
	messages_take(stage->pipeline, stage, (struct view){ text, n > 0 ? (size_t)n : 0 });
	explicit_bzero(text, sizeof text);
	if (n <= 0)
		tell_over(stage->pipeline);
}

void
pipeline_begin(struct pipeline *pipeline, struct loop *loop, int in, int out)
{
	pipeline->loop = loop;
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &pipeline->stages[i];

		stage->pipeline = pipeline;
		stage->input.owner = stage->heard.owner = stage->end.owner = stage;
		stage->input.ready = on_input;
		stage->heard.ready = on_messages;
		stage->end.ready = on_end;
	}
	pipeline->stages[0].input.fd = in;
	pipeline->stages[pipeline->stage_count - 1].output = out;
	if (pipeline->failed) {
		ssm_fail_memory(&pipeline->err);
		stage_skip(pipeline);
	}
	start_stages(pipeline);
}

void
pipeline_signal(struct pipeline *pipeline, int number, bool typed)
{
	if (!typed || number != SIGINT)
		signal_stages(pipeline, number);
	pipeline->caught = number;
	start_stages(pipeline);
}

void
pipeline_kill(struct pipeline *pipeline)
{
	signal_stages(pipeline, SIGKILL);
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &pipeline->stages[i];

		loop_ask(pipeline->loop, &stage->end, 0);
		process_wait(&stage->process);
		loop_shut(pipeline->loop, &stage->heard);
		loop_shut(pipeline->loop, &stage->input);
		io_close(&stage->output);
		stage->state = STAGE_ENDED;
	}
	io_close(&pipeline->messages);
}

/* What lasts as long as pipeline_run() does. */
struct run {
	struct pipeline *pipeline;
	struct signals interrupt;
};

static void
on_signal(void *owner, unsigned events)
{
	struct run *run = owner;
	struct signals_came came;

	(void)events;
	while (signals_take(&run->interrupt, &came))
		pipeline_signal(run->pipeline, came.number, came.typed);
}

void
pipeline_run(struct pipeline *pipeline, int in, int out)
{
	struct run run = { .pipeline = pipeline };
	struct loop_watch signals = { .ready = on_signal, .owner = &run };
	struct loop loop;
	int rc = loop_open(&loop);

	signals_hold(&run.interrupt);
	signals.fd = run.interrupt.fd;
	/* cppcheck-suppress autoVariables ; taken back below */
	pipeline->mask = &run.interrupt.before;
	loop_ask(&loop, &signals, LOOP_READ);
	if (rc == 0)
		pipeline_begin(pipeline, &loop, in, out);
	while (rc == 0 && !pipeline_is_over(pipeline))
		rc = loop_turn(&loop, LOOP_FOREVER);
	if (rc != 0) {
		pipeline_kill(pipeline);
		ssm_fail(&pipeline->err, SSM_E_OTHER, "PipelineError", "cannot wait for the stages: %s",
		    strerror(rc));
	}
	loop_close(&loop);
	pipeline->mask = NULL;
	if (pipeline->caught == 0)
		signals_stop(&run.interrupt);
}

/*
 * The stage whose failure is the pipeline's: the first, but one that lost its reader gives way to the
 * reader, and one that was told to end did not fail.
 */
static const struct stage *
first_failure(const struct pipeline *pipeline)
{
	const struct stage *found = NULL;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];

		if (stage->process.status == 0 || (stage->reader_gone && stage_ended_by(stage, SIGTERM)))
			continue;
		found = stage;
		if (!stage_ended_by(stage, SIGPIPE))
			break;
	}
	return found;
}

struct view
pipeline_complaint(const struct pipeline *pipeline)
{
	const struct stage *stage = first_failure(pipeline);

	return stage == NULL || pipeline->caught != 0 ? VIEW_NONE : bytes_view(&stage->messages);
}

void
pipeline_reword(struct pipeline *pipeline, struct view text)
{
	const struct stage *stage = first_failure(pipeline);

	if (stage != NULL)
		bytes_set(&pipeline->stages[stage - pipeline->stages].messages, text);
}

bool
pipeline_trouble(const struct pipeline *pipeline, struct ssm_error *err)
{
	const struct stage *stage = first_failure(pipeline);

	if (pipeline->err.rc != SSM_OK)
		ssm_fail(err, pipeline->err.rc, pipeline->err.code, "%s", pipeline->err.message);
	else if (stage != NULL && WIFSIGNALED(stage->process.status))
		ssm_fail(err, SSM_E_OTHER, "PipelineError", "%s was ended by signal %d (%s)", stage->tool,
		    WTERMSIG(stage->process.status), strsignal(WTERMSIG(stage->process.status)));
	return err->rc != SSM_OK;
}

/* Of the stages that did well, and of the one whose failure is the pipeline's. */
static void
print_messages(const struct pipeline *pipeline, const struct stage *failed)
{
	if (pipeline->cli->verbose || pipeline->cli->quiet)
		return;
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].process.status == 0 || &pipeline->stages[i] == failed)
			messages_tell(pipeline, &pipeline->stages[i]);
}

static int
result(const struct pipeline *pipeline, bool dies)
{
	struct ssm_error err = SSM_ERROR_INIT;
	const struct stage *stage = first_failure(pipeline);

	if (pipeline->err.rc == SSM_OK) {
		print_messages(pipeline, stage);
		if (dies && stage != NULL && stage_ended_by(stage, SIGPIPE))
			signals_die(SIGPIPE);
	}
	if (pipeline_trouble(pipeline, &err))
		return cli_fail(pipeline->cli, &err);
	return stage == NULL ? 0 : WEXITSTATUS(stage->process.status);
}

int
pipeline_result(const struct pipeline *pipeline)
{
	return result(pipeline, false);
}

int
pipeline_end(const struct pipeline *pipeline)
{
	if (pipeline->caught != 0)
		signals_die(pipeline->caught);
	return result(pipeline, true);
}
