#include "heldpipe.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

#define ANSWER_MAX ((size_t)24 * 1024 * 1024)	/* what ssm-call may print */

struct ends {
	int requests, requests_from;	/* written here, read by the first stage */
	int answers, answers_to;	/* read here, written by the last stage */
};

static void
close_ends(struct ends *ends)
{
	io_close(&ends->requests);
	io_close(&ends->requests_from);
	io_close(&ends->answers);
	io_close(&ends->answers_to);
}

static _Noreturn void
run_pipeline(struct pipeline *pipeline, struct interrupt *interrupt, struct ends *ends,
    void (*on_sigpipe)(int))
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, on_sigpipe);
	interrupt_stop(interrupt);
	if ((ends->requests_from >= 0 && dup2(ends->requests_from, STDIN_FILENO) < 0) ||
	    dup2(ends->answers_to, STDOUT_FILENO) < 0)
		_exit(255);
	close_ends(ends);
	pipeline_run(pipeline);
	_exit(pipeline_end(pipeline));
}

int
heldpipe_start(struct heldpipe *held, struct pipeline *pipeline, struct interrupt *interrupt,
    bool asking, void (*on_sigpipe)(int))
{
	struct ends ends = { -1, -1, -1, -1 };
	int rc = io_pipe(&ends.answers, &ends.answers_to);

	if (rc == 0 && asking)
		rc = io_pipe(&ends.requests_from, &ends.requests);
	if (rc == 0 && (held->pid = fork()) < 0)
		rc = errno;
	if (rc == 0 && held->pid == 0)
		run_pipeline(pipeline, interrupt, &ends, on_sigpipe);
	if (rc != 0) {
		held->pid = 0;
		close_ends(&ends);
		return rc;
	}
	io_close(&ends.requests_from);
	io_close(&ends.answers_to);
	output_start(&held->requests, ends.requests, OUTPUT_COMPACT);
	held->requests.no_wait = true;
	input_start(&held->answers, ends.answers, "the pipeline", ANSWER_MAX);
	held->answers.no_wait = true;
	return 0;
}

void
heldpipe_close_requests(struct heldpipe *held)
{
	io_close(&held->requests.fd);
	bytes_clear(&held->requests.pending);
}

void
heldpipe_signal(struct heldpipe *held, int number)
{
	if (held->pid > 0 && !held->told)
		kill(held->pid, number);
	held->told = true;
}

int
heldpipe_end(struct heldpipe *held, const struct cli *cli)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int status = 0;

	if (held->pid == 0)
		return 0;
	heldpipe_close_requests(held);
	input_close(&held->answers);
	while (waitpid(held->pid, &status, 0) < 0 && errno == EINTR)
		;
	held->pid = 0;
	if (held->told)
		return 0;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "the pipeline was ended by signal %d (%s)",
	    WTERMSIG(status), strsignal(WTERMSIG(status)));
	return cli_fail(cli, &err);
}
