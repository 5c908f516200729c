#include "pipeline.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "pipeline_stage.h"
#include "secretenv.h"

/* What lasts as long as the run. */
struct run {
	struct pipeline *pipeline;
	char **plain;			/* the environment without secrets */
	int signals;
	sigset_t before;		/* the signal mask, as stages get it */
};

/* The last stage first: it is to know of the signal before its input ends. */
static void
signal_stages(const struct pipeline *pipeline, int number)
{
	for (size_t i = pipeline->stage_count; i-- > 0;)
		if (pipeline->stages[i].state == STAGE_RUNS)
			kill(pipeline->stages[i].pid, number);
}

static void
fail_start(struct pipeline *pipeline, size_t i, int number)
{
	ssm_fail(&pipeline->err, SSM_E_OTHER, "PipelineError", "cannot start %s: %s",
	    pipeline->stages[i].tool, strerror(number));
	signal_stages(pipeline, SIGTERM);
	stage_skip(pipeline);
}

/* False when no other stage is to be started now. */
static bool
start_stage(struct run *run, size_t i)
{
	struct pipeline *pipeline = run->pipeline;
	enum stage_state next = stage_readiness(pipeline, i);
	int rc;

	if (next == STAGE_WAITS)
		return false;
	if (next == STAGE_ENDED) {
		stage_skip(pipeline);
		return false;
	}
	rc = stage_start(pipeline, i, pipeline->stages[i].holds_secrets ? environ : run->plain,
	    &run->before);
	if (rc != 0)
		fail_start(pipeline, i, rc);
	return rc == 0;
}

/* Each as soon as there is something for it to read. */
static void
start_in_turn(struct run *run)
{
	for (size_t i = 0; i < run->pipeline->stage_count; i++)
		if (run->pipeline->stages[i].state == STAGE_WAITS && !start_stage(run, i))
			return;
}

/*
 * The later ones first, since they have more to do before they read, but those that are declared late;
 * that makes one call a fifth shorter.
 */
static void
start_at_once(struct run *run, bool late)
{
	for (size_t i = run->pipeline->stage_count; i-- > 0;) {
		const struct stage *stage = &run->pipeline->stages[i];

		if (stage->late == late && stage->state == STAGE_WAITS && !start_stage(run, i))
			return;
	}
}

/* Starts what can be started. */
static void
start_stages(struct run *run)
{
	if (run->pipeline->batch && !run->pipeline->at_once) {
		start_in_turn(run);
	} else {
		start_at_once(run, false);
		start_at_once(run, true);
	}
}

/* With --verbose messages are seen as they come, and kept all the same. */
static void
take_messages(const struct pipeline *pipeline, struct stage *stage)
{
	char text[4096];
	ssize_t n = io_read(stage->messages_fd, text, sizeof text);
	struct view taken = { text, n > 0 ? (size_t)n : 0 };

	if (n <= 0)
		io_close(&stage->messages_fd);
	if (pipeline->cli->verbose)
		io_write_all(STDERR_FILENO, taken);
	if (stage->messages.len < PIPELINE_MESSAGES_MAX - sizeof text)
		bytes_add(&stage->messages, taken);
	explicit_bzero(text, sizeof text);
}

/* What is typed at a terminal has reached the stages already: they are of one process group. */
static void
forward_signal(struct run *run)
{
	struct signalfd_siginfo info;
	int number;

	if (read(run->signals, &info, sizeof info) != sizeof info || info.ssi_signo == SIGCHLD)
		return;
	number = (int)info.ssi_signo;
	if (number != SIGINT || info.ssi_code != SI_KERNEL)
		signal_stages(run->pipeline, number);
	run->pipeline->caught = number;
}

/* What to wait for: signals, messages, and input of the stage that is to be started next. */
static size_t
gather(const struct run *run, struct pollfd *fds)
{
	const struct pipeline *pipeline = run->pipeline;
	size_t count = 0;

	fds[count++] = (struct pollfd){ .fd = run->signals, .events = POLLIN };
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];
		bool wanted = stage->state == STAGE_WAITS && !stage->input_over;

		fds[count++] = (struct pollfd){ .fd = stage->messages_fd, .events = POLLIN };
		fds[count++] = (struct pollfd){ .fd = wanted ? stage->input : -1, .events = POLLIN };
	}
	return count;
}

static bool
is_over(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].state != STAGE_ENDED || pipeline->stages[i].messages_fd >= 0)
			return false;
	return true;
}

static void
attend(struct run *run)
{
	struct pipeline *pipeline = run->pipeline;
	struct pollfd fds[2 * PIPELINE_STAGES_MAX + 1];

	for (;;) {
		for (size_t i = 0; i < pipeline->stage_count; i++)
			stage_reap(pipeline, i);
		start_stages(run);
		if (is_over(pipeline))
			return;
		if (poll(fds, gather(run, fds), -1) < 0)
			continue;
		if (fds[0].revents != 0)
			forward_signal(run);
		for (size_t i = 0; i < pipeline->stage_count; i++)
			if (fds[2 * i + 1].revents != 0)
				take_messages(pipeline, &pipeline->stages[i]);
	}
}

/* What this process was started to ignore, as under nohup, it goes on to ignore. */
static void
choose_watched(sigset_t *watched)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction action;

	sigemptyset(watched);
	sigaddset(watched, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(watched, numbers[i]);
}

void
pipeline_run(struct pipeline *pipeline)
{
	struct run run = { .pipeline = pipeline, .signals = -1 };
	sigset_t watched;

	choose_watched(&watched);
	sigprocmask(SIG_BLOCK, &watched, &run.before);
	signal(SIGCHLD, SIG_DFL);		/* ignored, stages would leave no status */
	run.signals = signalfd(-1, &watched, SFD_CLOEXEC);
	run.plain = secretenv_without();
	if (pipeline->failed || run.signals < 0 || run.plain == NULL)
		ssm_fail_memory(&pipeline->err);
	else
		attend(&run);
	io_close(&run.signals);
	free(run.plain);
	if (pipeline->caught == 0)
		sigprocmask(SIG_SETMASK, &run.before, NULL);
}

/*
 * The stage whose failure is the pipeline's: the first, but one that lost its reader gives way to the
 * reader, and one that was told to end did not fail.
 */
static const struct stage *
first_failure(const struct pipeline *pipeline, bool *lost)
{
	const struct stage *found = NULL;

	*lost = false;
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i];

		if (stage->status == 0 || (stage->deserted && stage_ended_by(stage, SIGTERM)))
			continue;
		*lost = stage_ended_by(stage, SIGPIPE);
		found = stage;
		if (!*lost)
			break;
	}
	return found;
}

struct view
pipeline_complaint(const struct pipeline *pipeline)
{
	bool lost;
	const struct stage *stage = first_failure(pipeline, &lost);

	return stage == NULL || pipeline->caught != 0 ? VIEW_NONE : bytes_view(&stage->messages);
}

void
pipeline_reword(struct pipeline *pipeline, struct view text)
{
	bool lost;
	const struct stage *stage = first_failure(pipeline, &lost);

	if (stage != NULL)
		bytes_set(&pipeline->stages[stage - pipeline->stages].messages, text);
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
	bool lost;
	const struct stage *stage = first_failure(pipeline, &lost);
	struct ssm_error err = SSM_ERROR_INIT;
	bool told = pipeline->cli->verbose || pipeline->cli->quiet;

	for (size_t i = 0; i < pipeline->stage_count && !told; i++)
		if (pipeline->stages[i].status == 0 || &pipeline->stages[i] == stage)
			io_write_all(STDERR_FILENO, bytes_view(&pipeline->stages[i].messages));
	if (stage == NULL)
		return 0;
	if (lost)
		end_by_signal(SIGPIPE);
	if (WIFEXITED(stage->status))
		return WEXITSTATUS(stage->status);
	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "%s was ended by signal %d (%s)", stage->tool,
	    WTERMSIG(stage->status), strsignal(WTERMSIG(stage->status)));
	return cli_fail(pipeline->cli, &err);
}

int
pipeline_end(const struct pipeline *pipeline)
{
	if (pipeline->caught != 0)
		end_by_signal(pipeline->caught);
	if (pipeline->err.rc != SSM_OK)
		return cli_fail(pipeline->cli, &pipeline->err);
	return result(pipeline);
}
