/* session-manager-plugin: what the AWS CLI and others call to be in a session, with their arguments and its texts. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/io.h"
#include "http/http.h"
#include "plugin/arguments.h"
#include "plugin/endpoint.h"
#include "plugin/request.h"
#include "plugin/texts.h"
#include "process/signals.h"
#include "session/session.h"
#include "sign/digest.h"

#define PING_SECONDS 25
#define TARGET_MAX 4096
#define TEXT_MAX (1024 * 1024)		/* of an argument that is said back */

/* Callers know of no options. */
static const struct cli_option options[] = { CLI_OPTIONS_END };

static const char *const examples[] = { NULL };

static void (*const libraries[])(struct bytes *) = { http_library, digest_library, NULL };

static const struct cli_tool tool = {
	.name = "session-manager-plugin",
	.synopsis = "RESPONSE REGION StartSession [PROFILE REQUEST ENDPOINT]",
	.purpose = "Be in a session that the AWS CLI or another program has started.",
	.options = options,
	.examples = examples,
	.libraries = libraries,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
};

static const char *
given(const char *argument)
{
	return *argument == '\0' ? NULL : argument;
}

static void
choose_calls(struct calloptions *call, const struct pluginarguments *arguments)
{
	call->values[CALLOPTION_REGION] = given(arguments->region);
	call->values[CALLOPTION_PROFILE] = given(arguments->profile);
	if (pluginendpoint_is_usable(view_of(arguments->endpoint)))
		call->values[CALLOPTION_ENDPOINT_URL] = arguments->endpoint;
}

/* What callers set for AWS's client. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value == NULL ? NULL : given(value);
}

static bool
is_unsigned_first(void)
{
	const char *value = variable("SSM_PLUGIN_SKIP_CLIENT_CONFIGURE");

	return value != NULL && strcmp(value, "true") == 0;
}

/*
 * A profile that there is not is told by what needs its keys, when the session is to be resumed: the first connection does
 * without a signature then.
 */
static enum ssm_err
open_settings(struct session_plan *plan, const struct calloptions *call, struct ssm_error *err)
{
	struct calloptions without = *call;
	enum ssm_err rc = sessionsettings_open(plan->settings, call, NULL, err);

	if (rc == SSM_OK || strcmp(err->code, "ProfileNotFound") != 0 || !calloptions_has(call, CALLOPTION_PROFILE))
		return rc;
	ssm_error_clear(err);
	plan->unsigned_first = true;
	without.values[CALLOPTION_PROFILE] = NULL;
	return sessionsettings_open(plan->settings, &without, NULL, err);
}

static enum ssm_err
read_document(struct session_plan *plan, const struct pluginarguments *arguments, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(SESSIONDOCUMENT_MAX);
	const struct streamurl_rules rules = streamhosts_rules(&plan->settings->hosts);
	enum ssm_err rc = pluginarguments_take_response(&text, arguments, err);

	if (rc == SSM_OK)
		rc = sessiondocument_read(plan->document, bytes_view(&text), "the response", &rules, err);
	pluginarguments_conceal(arguments, bytes_view(&plan->document->token_value));
	bytes_clear(&text);
	return rc;
}

/* What is wrong with the call is said where the official client says it, and to whom that is not shown, as all tools do. */
static int
tell_failure(const struct cli *cli, const struct ssm_error *err)
{
	struct bytes line = BYTES_INIT(4 * SSM_MESSAGE_MAX);
	int code = ssm_exit_code(err->rc);

	plugintexts_of_session(&line, SESSIONVOICE_FAILED, VIEW_NONE, view_of(err->message));
	if (!isatty(STDOUT_FILENO))
		cli_message(cli, err, 0, VIEW_NONE);
	cli_print(cli, &line);
	return code;
}

static int
run(const struct cli *cli, const struct pluginarguments *arguments, struct session_end *end)
{
	struct sessiondocument document = SESSIONDOCUMENT_INIT;
	struct sessionsettings settings = SESSIONSETTINGS_INIT;
	struct calloptions call = { .values = { NULL } };
	struct bytes target = BYTES_INIT(TARGET_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct session_plan plan = { .cli = cli, .options = &call, .document = &document, .settings = &settings,
	    .input = STDIN_FILENO, .escape = '~', .ping = PING_SECONDS * 1000, .linger = SESSION_NO_LINGER,
	    .no_adopt = true, .unsigned_first = is_unsigned_first(), .drop_in = true,
	    .listen_host = variable("SSM_PLUGIN_LOCAL_HOST"), .words = plugintexts_of_session };
	int code = 0;

	choose_calls(&call, arguments);
	pluginrequest_target(&target, view_of(arguments->request));
	plan.target = target.len > 0 ? bytes_cstr(&target) : NULL;
	if (open_settings(&plan, &call, &err) == SSM_OK && read_document(&plan, arguments, &err) == SSM_OK)
		session_run(&plan, end);
	else
		code = tell_failure(cli, &err);
	sessiondocument_clear(&document);
	sessionsettings_close(&settings);
	bytes_clear(&target);
	ssm_error_clear(&err);
	return code;
}

/* What is answered without a session. */
static int
answer(const struct cli *cli, const struct pluginarguments *arguments, enum pluginarguments_form form)
{
	struct bytes text = BYTES_INIT(TEXT_MAX);
	int code;

	if (form == PLUGINARGUMENTS_NONE)
		plugintexts_installed(&text);
	else if (form == PLUGINARGUMENTS_VERSION)
		bytes_print(&text, "%s\n", SESSION_CLIENT_VERSION);
	else if (form == PLUGINARGUMENTS_UNKNOWN)
		plugintexts_unknown(&text, view_of(arguments->response));
	else
		plugintexts_invalid(&text);
	code = cli_print(cli, &text);
	return code == 0 && form == PLUGINARGUMENTS_INVALID ? ssm_exit_code(SSM_E_INPUT) : code;
}

int
main(int argc, char **argv)
{
	struct pluginarguments arguments;
	struct session_end end = { .code = 0 };
	enum pluginarguments_form form = pluginarguments_read(&arguments, argv);
	struct cli cli;
	int code;

	(void)argc;
	cli_start(&cli, &tool, argv);
	cli.errors_only = !isatty(STDERR_FILENO);	/* the official client never says anything there */
	if (form != PLUGINARGUMENTS_SESSION)
		cli_end(answer(&cli, &arguments, form));
	signal(SIGPIPE, SIG_IGN);		/* a reader that has gone is seen when it is written to */
	signal(SIGXFSZ, SIG_IGN);		/* and so is a file that may not grow */
	code = run(&cli, &arguments, &end);
	if (end.output_error != 0)
		end.code = cli_output_lost(&cli, end.output_error);
	if (end.signal != 0)
		signals_die(end.signal);
	cli_end(code != 0 ? code : end.code);
}
