/* ssm-start-session: a node's id in, or a session's, a session: the suite's pipeline, then ssm-stream in its place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/id.h"
#include "cli/errordocument.h"
#include "core/io.h"
#include "core/pathexpand.h"
#include "ports/listen.h"
#include "process/fifo.h"
#include "process/start.h"
#include "process/toolpath.h"
#include "resume/styledend.h"
#include "start/askedport.h"
#include "start/attend.h"
#include "start/newest.h"
#include "start/stages.h"
#include "start/streamcheck.h"

#define ANSWER_MAX ((size_t)24 * 1024 * 1024)	/* what ssm-call may print */
#define PATIENCE_MS 5000			/* for the service's answer, when the user has given up */

struct start {
	const struct cli *cli;
	struct startoptions *given;
	struct portslisten listen;	/* of -L: opened before the service is asked, ssm-stream's in the end */
	struct signals interrupt;
	struct pipeline pipeline;	/* that opens the session, or ends it */
	struct pipeline stream;		/* ssm-stream alone, for its arguments */
	char path[TOOLPATH_MAX];	/* of ssm-stream */
	char **environment;		/* it has the keys: ssm-stream has ssm-sign sign for it */
	struct streamcheck check;	/* of what ssm-stream would refuse */
	int events;			/* a FIFO for them, until ssm-stream has it, too; or -1 */
	int answer;			/* a file in memory, which ssm-stream reads: no argument, no variable */
};

/* ssm-stream opens it when there is a session. Who reads a FIFO would take a look at it for its end: it stays open. */
static enum ssm_err
check_events(struct start *start, struct ssm_error *err)
{
	const char *path = start->given->stream[STREAMOPTION_EVENTS];
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name = path == NULL ? NULL : pathexpand_given(&expanded, view_of(path));
	struct stat file;
	enum ssm_err rc = SSM_OK;

	if (name != NULL && (stat(name, &file) != 0 || !S_ISCHR(file.st_mode)) && (start->events = fifo_open(name)) < 0)
		rc = ssm_fail(err, SSM_E_INPUT, "OutputError", "cannot write events to '%s': %s", path,
		    errno == ENXIO ? "nobody reads them" : strerror(errno));
	if (start->events >= 0 && (fstat(start->events, &file) != 0 || !S_ISFIFO(file.st_mode)))
		io_close(&start->events);
	bytes_clear(&expanded);
	return rc;
}

/* With -L, or as a document's parameters have it. The document of -L is told the port that it has become. */
static enum ssm_err
open_ports(struct start *start, struct ssm_error *err)
{
	bool forwards = start->given->forwarding != NULL;

	if (!forwards && !askedport_find(start->given, start->cli, &start->given->forward.local))
		return SSM_OK;
	if (portslisten_add(&start->listen, &start->given->forward.local, err) != SSM_OK)
		return err->rc;
	start->given->listening = &start->listen;
	if (forwards && !startoptions_forward(start->given, startforward_port(start->listen.sockets[0].text)))
		return ssm_fail_memory(err);
	return SSM_OK;
}

/* All that can fail on this machine is done before the service is asked. */
static enum ssm_err
prepare(struct start *start, struct ssm_error *err)
{
	char session[32];

	if (streamcheck_hosts(&start->check, start->given, err) != SSM_OK ||
	    check_events(start, err) != SSM_OK || open_ports(start, err) != SSM_OK)
		return err->rc;
	if ((start->answer = memfd_create("session", MFD_CLOEXEC)) < 0)
		return ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot keep the session's document: %s",
		    strerror(errno));
	snprintf(session, sizeof session, "/dev/fd/%d", start->answer);
	stages_stream(&start->stream, start->given, session);
	start->environment = start_environment(environ, true);
	if (start->stream.failed || start->environment == NULL)
		return ssm_fail_memory(err);
	errno = ENOENT;
	if (!toolpath(start->path, "ssm-stream") || access(start->path, X_OK) != 0)
		return ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot start ssm-stream: %s", strerror(errno));
	return SSM_OK;
}

/* The stages speak in documents, which are read here and told to the user as he wants it. */
static struct cli
begin_pipeline(struct start *start)
{
	struct cli messages = *start->cli;

	pipeline_clear(&start->pipeline);
	pipeline_start(&start->pipeline, start->cli);
	start->pipeline.documents = true;
	messages.json_errors = true;
	return messages;
}

/* Standard input is the session's. */
static void
run_pipeline(struct start *start, struct attend *attend, int out)
{
	attend->pipeline = &start->pipeline;
	attend->interrupt = &start->interrupt;
	attend_run(attend, open("/dev/null", O_RDONLY | O_CLOEXEC), out);
}

/* A member of the service's answer, empty when there is none. */
static void
read_member(struct bytes *value, int answer, const char *name)
{
	struct bytes text = BYTES_INIT(ANSWER_MAX);
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (lseek(answer, 0, SEEK_SET) == 0 && io_read_descriptor(&text, answer) == 0 &&
	    json_parse(&doc, bytes_view(&text), "the answer", &err) == SSM_OK)
		bytes_set(value, json_text(&doc, name));
	lseek(answer, 0, SEEK_SET);
	json_clear(&doc);
	bytes_clear(&text);
	ssm_error_clear(&err);
}

/* The id of the session that the answer is about; false when there is none. */
static bool
read_session_id(char id[ID_SESSION_MAX + 1], int answer)
{
	struct bytes found = BYTES_INIT(ANSWER_MAX);

	read_member(&found, answer, "SessionId");
	if (id_is_session(bytes_view(&found)))
		snprintf(id, ID_SESSION_MAX + 1, "%.*s", VIEW_ARG(bytes_view(&found)));
	else
		id[0] = '\0';
	bytes_clear(&found);
	return id[0] != '\0';
}

/* Why the session has not been ended; false when it has, or was over. */
static bool
find_reason(const struct start *start, const struct attend *attend, struct ssm_error *err)
{
	struct view complaint = pipeline_complaint(&start->pipeline), id;
	bool over;

	if (attend->given_up)
		return ssm_fail(err, SSM_E_OTHER, "PipelineError", "another signal came") != SSM_OK;
	if (pipeline_trouble(&start->pipeline, err))
		return true;
	if (complaint.len == 0 || !errordocument_parse(view_take_line(&complaint), err, &id))
		return false;
	over = err->rc == SSM_E_NO || strcmp(err->code, "ValidationException") == 0;
	return !over;
}

static void
terminate(struct start *start, const char *session_id)
{
	const struct cli messages = begin_pipeline(start);
	struct attend attend = { .patience = 0 };
	struct ssm_error err = SSM_ERROR_INIT;

	cli_verbose(start->cli, "ending the session '%s', which nobody will be in", session_id);
	stages_terminate(&start->pipeline, start->given, session_id, &messages);
	run_pipeline(start, &attend, open("/dev/null", O_WRONLY | O_CLOEXEC));
	if (find_reason(start, &attend, &err))
		cli_warn(start->cli, "the session '%s' could not be ended: %s", session_id, err.message);
	ssm_error_clear(&err);
}

/* ssm-stream would refuse it and know of nobody who could end the session. */
static int
check_url(const struct start *start)
{
	struct bytes url = BYTES_INIT(ANSWER_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	int code = 0;

	read_member(&url, start->answer, "StreamUrl");
	if (bytes_failed(&url))
		ssm_fail_memory(&err);
	if (err.rc != SSM_OK || streamcheck_url(&start->check, bytes_view(&url), &err) != SSM_OK)
		code = cli_fail(start->cli, &err);
	bytes_clear(&url);
	return code;
}

/* One with a path ssm-stream makes anew, and removes its file in the end. */
static void
hand_ports_down(struct start *start)
{
	if (start->given->forwarding != NULL && start->given->forward.local.kind == PORTSADDRESS_UNIX)
		portslisten_close(&start->listen);
	for (size_t i = 0; i < start->listen.count; i++)
		fcntl(start->listen.sockets[i].fd, F_SETFD, 0);
}

/*
 * Becomes ssm-stream, with the signals held: one that comes now is its to take. Returns when it cannot be
 * started.
 */
static int
become_stream(struct start *start)
{
	struct ssm_error err = SSM_ERROR_INIT;

	fcntl(start->answer, F_SETFD, 0);
	if (start->events >= 0)
		fcntl(start->events, F_SETFD, 0);
	hand_ports_down(start);
	execve(start->path, start->stream.stages[0].arguments, start->environment);
	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "cannot start ssm-stream: %s", strerror(errno));
	fcntl(start->answer, F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < start->listen.count; i++)
		fcntl(start->listen.sockets[i].fd, F_SETFD, FD_CLOEXEC);
	return cli_fail(start->cli, &err);
}

/* The exit code, unless a signal was seen. */
static int
open_session(struct start *start)
{
	const struct cli messages = begin_pipeline(start);
	struct attend attend = { .patience = PATIENCE_MS };
	char session_id[ID_SESSION_MAX + 1];
	int code = 0;

	start->pipeline.documents = start->given->error_style == ERRORSTYLE_SUITE;
	stages_open(&start->pipeline, start->given, &messages);
	run_pipeline(start, &attend, fcntl(start->answer, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
	if (start->interrupt.seen == 0)
		code = styledend(start->cli, &start->pipeline, start->given->error_style, "StartSession");
	if (code == 0 && signals_seen(&start->interrupt) == 0 && (code = check_url(start)) == 0)
		code = become_stream(start);
	if (read_session_id(session_id, start->answer))
		terminate(start, session_id);
	else if (attend.given_up)
		cli_warn(start->cli, "the service has not answered; if a session was opened, ssm-describe-sessions "
		    "--state Active shows it");
	return code;
}

/* Out of the list in the file that is the answer's, which is emptied. */
static enum ssm_err
read_newest(char id[ID_SESSION_MAX + 1], int list, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(ANSWER_MAX);
	enum ssm_err rc;

	if (lseek(list, 0, SEEK_SET) != 0 || io_read_descriptor(&text, list) != 0 || ftruncate(list, 0) != 0 ||
	    lseek(list, 0, SEEK_SET) != 0)
		rc = ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot read the list of sessions: %s", strerror(errno));
	else
		rc = newest_find(id, bytes_view(&text), err);
	bytes_clear(&text);
	return rc;
}

/* The newest one of one's own; or the exit code, told. */
static int
find_newest(struct start *start, char id[ID_SESSION_MAX + 1])
{
	const struct cli messages = begin_pipeline(start);
	struct attend attend = { .patience = 0 };
	struct ssm_error err = SSM_ERROR_INIT;
	int code = 0;

	start->pipeline.documents = start->given->error_style == ERRORSTYLE_SUITE;
	stages_mine(&start->pipeline, start->given, &messages);
	run_pipeline(start, &attend, fcntl(start->answer, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
	if (start->interrupt.seen != 0 ||
	    (code = styledend(start->cli, &start->pipeline, start->given->error_style, "DescribeSessions")) != 0)
		return code;
	if (read_newest(id, start->answer, &err) != SSM_OK)
		return cli_fail(start->cli, &err);
	cli_warn(start->cli, "going on with '%s', the newest of your sessions", id);
	return 0;
}

/* The exit code, unless a signal was seen. The session is left as it was found, whatever comes. */
static int
resume_session(struct start *start)
{
	const char *id = start->given->resume_id;
	struct attend attend = { .patience = 0 };
	char newest[ID_SESSION_MAX + 1];
	struct cli messages;
	int code = 0;

	if (id == NULL && ((code = find_newest(start, newest)) != 0 || start->interrupt.seen != 0))
		return code;
	messages = begin_pipeline(start);
	start->pipeline.documents = start->given->error_style == ERRORSTYLE_SUITE;
	stages_resume(&start->pipeline, start->given, id != NULL ? id : newest, &messages);
	run_pipeline(start, &attend, fcntl(start->answer, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
	if (start->interrupt.seen == 0)
		code = styledend(start->cli, &start->pipeline, start->given->error_style, "ResumeSession");
	return code == 0 && signals_seen(&start->interrupt) == 0 ? become_stream(start) : code;
}

static int
start_session(struct start *start)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int code;

	if (prepare(start, &err) != SSM_OK)
		return cli_fail(start->cli, &err);
	signals_hold(&start->interrupt);
	code = start->given->resume ? resume_session(start) : open_session(start);
	signals_release(&start->interrupt);
	portslisten_close(&start->listen);	/* with the file of a socket, also when a signal is the end */
	signals_obey(&start->interrupt);
	return code;
}

static int
show(struct start *start)
{
	struct startoptions *given = start->given;

	if (given->resume && given->resume_id == NULL) {
		stages_mine(&start->pipeline, given, start->cli);
		stages_newest_shown(&start->pipeline);
	}
	if (given->forwarding != NULL && !startoptions_forward(given, given->forward.local.port))
		start->pipeline.failed = true;
	if (given->resume)
		stages_resume(&start->pipeline, given, given->resume_id, start->cli);
	else
		stages_open(&start->pipeline, given, start->cli);
	if (start->given->skeleton == NULL)
		stages_stream(&start->pipeline, start->given, NULL);
	return pipeline_show(&start->pipeline);
}

static int
print_skeleton(struct start *start)
{
	stages_open(&start->pipeline, start->given, start->cli);
	pipeline_run(&start->pipeline, -1, -1);
	return pipeline_end(&start->pipeline);
}

int
main(int argc, char **argv)
{
	struct startoptions given = STARTOPTIONS_INIT;
	struct start start = { .given = &given, .listen = PORTSLISTEN_INIT, .check = STREAMCHECK_INIT, .events = -1, .answer = -1 };
	struct cli cli;
	int code;

	(void)argc;
	cli_start(&cli, &startoptions_tool, argv);
	startoptions_read(&given, &cli);
	start.cli = &cli;
	pipeline_start(&start.pipeline, &cli);
	pipeline_start(&start.stream, &cli);
	code = given.show_pipeline ? show(&start) : given.skeleton != NULL ? print_skeleton(&start) :
	    start_session(&start);
	pipeline_clear(&start.pipeline);
	pipeline_clear(&start.stream);
	portslisten_close(&start.listen);
	streamcheck_clear(&start.check);
	free(start.environment);
	startoptions_clear(&given);
	return code;
}
