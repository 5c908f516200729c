/* ssm-stream: a session document in, then the session's bytes, to and from the node. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/input.h"
#include "console/escape.h"
#include "core/io.h"
#include "core/pathexpand.h"
#include "core/utf8.h"
#include "http/http.h"
#include "ports/listen.h"
#include "process/signals.h"
#include "session/session.h"
#include "sign/digest.h"

#define PING_SECONDS 25
#define PING_MOST 300
#define SECONDS_MAX 1000000
#define TARGET_MAX 4096			/* bytes: the service has none as long */

enum { OPT_SESSION = CLI_LONG, OPT_ESCAPE, OPT_PING, OPT_GIVE_UP, OPT_LINGER, OPT_EVENTS, OPT_STREAM_ENDPOINT,
	OPT_NO_RESUME, OPT_NO_ADOPT, OPT_SEPARATE_OUTPUT, OPT_TARGET, OPT_LISTEN, OPT_READY_FD };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Session" },
	{ OPT_SESSION, "session", "FILE", "its document; else on standard input, and the keyboard is /dev/tty" },
	{ OPT_ESCAPE, "escape", "CHAR", "what commands to this program begin with, ^X or none (~)" },
	{ OPT_LINGER, "linger", "SECONDS", "end the session when input is over and this long nothing came" },
	{ OPT_EVENTS, "events", "FILE", "write what becomes of the session to it, in documents" },
	{ OPT_NO_ADOPT, "no-adopt", NULL, "the session is new: it is not looked where another process has left it" },
	{ OPT_SEPARATE_OUTPUT, "separate-output", NULL, "outputs are apart: they are incomplete without an exit code" },
	{ OPT_TARGET, "target", "ID", "what it was started with: its data key is made for that, if it is encrypted" },
	{ 0, NULL, NULL, "Port" },
	{ OPT_LISTEN, "listen", "ADDRESS", "[HOST:]PORT, /PATH or /dev/fd/N in place of what the session says" },
	{ OPT_READY_FD, "ready-fd", "N", "write the addresses to it, a line each, once the session is ready" },
	{ 0, NULL, NULL, "Connection" },
	{ OPT_PING, "ping", "SECONDS", "between two signs of life, 1 to 300 (25)" },
	{ OPT_GIVE_UP, "give-up-after", "SECONDS", "resume no longer after a loss, 0 for no limit (0)" },
	{ OPT_NO_RESUME, "no-resume", NULL, "a lost connection is the end" },
	{ OPT_STREAM_ENDPOINT, "stream-endpoint-url", "URL", "in place of the StreamUrl's host" },
	{ 0, NULL, NULL, "Service" },
	CALLOPTION(REGION),
	CALLOPTION(PROFILE),
	CALLOPTION(ENDPOINT_URL),
	CALLOPTION(CONNECT_TIMEOUT),
	CALLOPTION(READ_TIMEOUT),
	CALLOPTION(CLI_CONNECT_TIMEOUT),
	CALLOPTION(CLI_READ_TIMEOUT),
	CALLOPTION(CA_BUNDLE),
	CALLOPTION(NO_VERIFY_SSL),
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-stream --session session.json",
	"ssm-request start-session --target \"$id\" | ssm-sign | ssm-call | ssm-stream",
	"printf 'uname -n\\nexit\\n' | ssm-stream --session session.json",
	NULL,
};

static void (*const libraries[])(struct bytes *) = { http_library, digest_library, NULL };

static const struct cli_tool tool = {
	.name = "ssm-stream",
	.synopsis = "[options] [--session FILE]",
	.purpose = "Be in a session: its StreamUrl's WebSocket on one side, a terminal or bytes on the other.",
	.options = options,
	.shared = calloptions_row,
	.examples = examples,
	.libraries = libraries,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
};

struct given {
	const char *session, *stream_endpoint;
	struct calloptions call;
	struct session_plan plan;
	struct portsaddress addresses[PORTSLISTEN_MAX];
	size_t addresses_count;
};

static unsigned
seconds(const struct cli *cli, const char *option, const char *value, long least, long most)
{
	return (unsigned)cli_number(cli, option, value, least, most) * 1000;
}

static void
take_address(struct cli *cli, struct given *given, const char *value)
{
	struct ssm_error err = SSM_ERROR_INIT;

	if (given->addresses_count == PORTSLISTEN_MAX)
		cli_usage(cli, "option '--listen' is given more than %d times", PORTSLISTEN_MAX);
	if (portsaddress_parse(&given->addresses[given->addresses_count++], view_of(value), &err) != SSM_OK)
		cli_usage(cli, "option '--listen': %s", err.message);
}

/* Children do not have it: its reader waits for its end. */
static int
take_descriptor(struct cli *cli, const char *value)
{
	int fd = (int)cli_number(cli, "--ready-fd", value, 1, INT_MAX), flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		cli_usage(cli, "option '--ready-fd': descriptor %d cannot be written to", fd);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static void
take_option(struct cli *cli, struct given *given, int key, const char *value)
{
	struct session_plan *plan = &given->plan;

	switch (key) {
	case OPT_SESSION: given->session = value; break;
	case OPT_STREAM_ENDPOINT: given->stream_endpoint = value; break;
	case OPT_EVENTS: plan->events = value; break;
	case OPT_NO_RESUME: plan->no_resume = true; break;
	case OPT_NO_ADOPT: plan->no_adopt = true; break;
	case OPT_SEPARATE_OUTPUT: plan->separate_output = true; break;
	case OPT_TARGET: plan->target = value; break;
	case OPT_PING: plan->ping = seconds(cli, "--ping", value, 1, PING_MOST); break;
	case OPT_GIVE_UP: plan->give_up = seconds(cli, "--give-up-after", value, 0, SECONDS_MAX); break;
	case OPT_LINGER: plan->linger = seconds(cli, "--linger", value, 0, SECONDS_MAX); break;
	case OPT_LISTEN: take_address(cli, given, value); break;
	case OPT_READY_FD: plan->ready_fd = take_descriptor(cli, value); break;
	case OPT_ESCAPE:
		if (!consoleescape_parse(view_of(value), &plan->escape))
			cli_usage(cli, "option '--escape' takes one character, ^X or none, not '%s'", value);
		break;
	default:
		calloptions_take(&given->call, cli, key, value);
		break;
	}
}

/* N of /dev/fd/N, unless it is one of the standard ones; -1 for all other paths. */
static int
handed_down(const char *path)
{
	unsigned long long fd;
	struct view name = view_of(path);
	bool is_one = view_starts(name, VIEW("/dev/fd/")) &&
	    view_number(view_slice(name, sizeof "/dev/fd/" - 1, name.len), &fd) && fd > STDERR_FILENO && fd < 65536;

	return is_one ? (int)fd : -1;
}

/* What is written to a descriptor is for one reader: the document's, or a socket, has another use, and is closed. */
static void
check_descriptor(const struct cli *cli, const struct given *given)
{
	int fd = given->plan.ready_fd;
	bool taken = given->session != NULL && handed_down(given->session) == fd;

	for (size_t i = 0; i < given->addresses_count; i++)
		taken |= given->addresses[i].kind == PORTSADDRESS_DESCRIPTOR && given->addresses[i].fd == fd;
	if (fd > 0 && taken)
		cli_usage(cli, "option '--ready-fd': descriptor %d has another use here", fd);
}

static void
read_options(struct cli *cli, struct given *given)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		take_option(cli, given, key, value);
	cli_operands_max(cli, 0);
	if (given->stream_endpoint != NULL && *given->stream_endpoint == '\0')
		cli_usage(cli, "option '--stream-endpoint-url' takes a URL");
	if (given->plan.target != NULL && (*given->plan.target == '\0' || strlen(given->plan.target) > TARGET_MAX ||
	    utf8_check(view_of(given->plan.target)) != strlen(given->plan.target)))
		cli_usage(cli, "option '--target' takes a node's id");
	check_descriptor(cli, given);
}

/* A descriptor that was handed down for the document is nobody else's business: children would have its token. */
static void
close_handed_down(const char *path)
{
	int fd = handed_down(path);

	if (fd >= 0)
		close(fd);
}

static enum ssm_err
read_file(struct bytes *text, const char *path, struct ssm_error *err)
{
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name = pathexpand_given(&expanded, view_of(path));
	enum ssm_err rc = SSM_OK;

	if (name == NULL)
		rc = ssm_fail_memory(err);
	else if (io_read_file(text, name) != 0)
		rc = ssm_fail(err, SSM_E_INPUT, "InputError", "cannot read '%s': %s", name, strerror(errno));
	else if (view_trim(bytes_view(text)).len == 0)
		rc = ssm_fail(err, SSM_E_OTHER, "InputError", "no document in '%s'", name);
	close_handed_down(path);
	bytes_clear(&expanded);
	return rc;
}

/* The first document on standard input; what is behind it is not read. */
static enum ssm_err
read_standard_input(struct bytes *text, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct input in;
	enum input_status status;

	input_start(&in, STDIN_FILENO, "standard input", SESSIONDOCUMENT_MAX);
	status = input_document(&in, &doc, err);
	if (status == INPUT_RECORD)
		bytes_set(text, doc.text);
	json_clear(&doc);
	input_close(&in);
	if (status == INPUT_END)
		return ssm_fail(err, SSM_E_OTHER, "InputError", "no document on standard input");
	return status == INPUT_RECORD && bytes_failed(text) ? ssm_fail_memory(err) : err->rc;
}

static enum ssm_err
read_document(struct given *given, const struct sessionsettings *settings, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(SESSIONDOCUMENT_MAX);
	const struct streamurl_rules rules = streamhosts_rules(&settings->hosts);
	enum ssm_err rc = given->session != NULL ? read_file(&text, given->session, err) :
	    read_standard_input(&text, err);

	if (rc == SSM_OK)
		rc = sessiondocument_read(given->plan.document, bytes_view(&text), "the session document", &rules, err);
	bytes_clear(&text);
	return rc;
}

/* Where the document came on standard input the keyboard is asked, as pagers do; where there is none input is over. */
static int
open_input(const struct given *given)
{
	return given->session != NULL ? STDIN_FILENO : open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/* Before anybody is asked for anything. */
static enum ssm_err
open_listeners(const struct given *given, struct portslisten *listen, struct ssm_error *err)
{
	enum ssm_err rc = SSM_OK;

	for (size_t i = 0; i < given->addresses_count && rc == SSM_OK; i++)
		rc = portslisten_add(listen, &given->addresses[i], err);
	return rc;
}

static int
run(struct cli *cli, struct given *given, struct session_end *end)
{
	struct portslisten listen = PORTSLISTEN_INIT;
	struct sessiondocument document = SESSIONDOCUMENT_INIT;
	struct sessionsettings settings = SESSIONSETTINGS_INIT;
	struct ssm_error err = SSM_ERROR_INIT, refused = SSM_ERROR_INIT;
	int code = 0;

	given->plan.cli = cli;
	given->plan.options = &given->call;
	given->plan.document = &document;
	given->plan.settings = &settings;
	given->plan.listen = &listen;
	if (open_listeners(given, &listen, &refused) != SSM_OK)
		given->plan.refused = &refused;		/* the session is there already, and is not left behind */
	if (sessionsettings_open(&settings, &given->call, given->stream_endpoint, &err) == SSM_OK &&
	    read_document(given, &settings, &err) == SSM_OK) {
		cli_verbose(cli, "session '%.*s', of the StreamUrl's host '%.*s'",
		    VIEW_ARG(sessiondocument_id(&document)), VIEW_ARG(document.url.host));
		given->plan.input = open_input(given);
		session_run(&given->plan, end);
	} else {
		code = cli_fail(cli, refused.rc != SSM_OK ? &refused : &err);
	}
	portslisten_close(&listen);
	sessiondocument_clear(&document);
	sessionsettings_close(&settings);
	ssm_error_clear(&refused);
	ssm_error_clear(&err);
	return code;
}

int
main(int argc, char **argv)
{
	struct given given = { .plan = { .escape = '~', .ping = PING_SECONDS * 1000,
	    .linger = SESSION_NO_LINGER } };
	struct session_end end = { .code = 0 };
	struct cli cli;
	int code;

	(void)argc;
	cli_start(&cli, &tool, argv);
	read_options(&cli, &given);
	signal(SIGPIPE, SIG_IGN);		/* a reader that has gone is seen when it is written to */
	signal(SIGXFSZ, SIG_IGN);		/* and so is a file that may not grow */
	if (calloptions_has(&given.call, CALLOPTION_NO_VERIFY_SSL))
		cli_warn(&cli, "certificates are not verified: any server can take the host's place");
	code = run(&cli, &given, &end);
	if (end.output_error != 0)
		end.code = cli_output_lost(&cli, end.output_error);
	if (end.signal != 0)
		signals_die(end.signal);
	cli_end(code != 0 ? code : end.code);
}
