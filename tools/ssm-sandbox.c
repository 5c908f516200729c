/* ssm-sandbox: a local Session Manager endpoint, for a command or until interrupted. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aws/partition.h"
#include "cli/cli.h"
#include "core/clock.h"
#include "core/io.h"
#include "sandbox/command.h"
#include "sandbox/server.h"
#include "sandbox/service/keyring.h"
#include "sign/digest.h"

enum { PORT = CLI_LONG, REGION, SESSIONS, LIST, DELAY, TEMPORARY,
	CLOCK_OFFSET, FAULT, SHELL, STREAM_URL, SIGNED, KEEP_CELLS, AGENT_VERSION, PACED,
	KMS_KEY, KMS_CHALLENGE };

#define USUAL_AGENT "3.3.987.0"
#define AGENT_VERSION_MAX 40
#define CLOCK_OFFSET_MAX (366L * 24 * 60 * 60)

static const struct cli_option option_table[] = {
	{ 0, NULL, NULL, "Endpoint" },
	{ PORT, "port", "N", "listen on 127.0.0.1 port N; 0, the default, picks one" },
	{ REGION, "region", "REGION", "the region it is (default: us-east-1)" },
	{ TEMPORARY, "temporary-keys", NULL, "set temporary keys with a session token" },
	{ CLOCK_OFFSET, "clock-offset", "SECONDS", "its clock is ahead by this, behind when negative" },
	{ STREAM_URL, "stream-url", "aws|local", "form of StreamUrls; any client can dial a local one" },
	{ SIGNED, "signed-channels", NULL, "refuse data channels whose request is not signed" },
	{ KEEP_CELLS, "keep-cell-numbers", NULL, "of StreamUrls, for clients that resume with their first" },
	{ 0, NULL, NULL, "Sessions" },
	{ SHELL, "shell", "PATH", "what sessions run (default: $SHELL, or /bin/sh)" },
	{ AGENT_VERSION, "agent-version", "V", "what the agent is, and does (default: " USUAL_AGENT ")" },
	{ PACED, "paced", NULL, "read ports as slowly as the public agent does" },
	{ SESSIONS, "sessions", "FILE", "take the table of sessions from a JSON file" },
	{ LIST, "list-sessions", NULL, "print the table, as such a file, and end" },
	{ DELAY, "delay", "MS", "answer every request MS milliseconds late" },
	{ KMS_KEY, "kms-key", "ID", "encrypt sessions with this key, as alias/sandbox" },
	{ KMS_CHALLENGE, "kms-challenge", "sent|required|none", "the random challenge of their agents" },
	{ FAULT, "fault", "RULE", "what goes wrong, as rst:every=100; repeatable" },
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END
};

static const char *const examples[] = {
	"ssm-sandbox -- ssm-resume-session --session-id sandbox-disconnected",
	"ssm-sandbox -v -- sh",
	"eval \"$(ssm-sandbox --port 8080 &)\"; ...; kill $SSM_SANDBOX_PID",
	NULL
};

static void (*const libraries[])(struct bytes *) = { sandbox_library, digest_library, NULL };

static const struct cli_tool tool = {
	.name = "ssm-sandbox",
	.synopsis = "[options] [-- COMMAND [ARGUMENT...]]",
	.purpose = "Be a Session Manager on this machine: run COMMAND against it, or print the environment\n"
	    "that leads to it and serve until interrupted.",
	.options = option_table,
	.examples = examples,
	.libraries = libraries,
};

struct options {
	unsigned port;
	const char *region, *sessions, *shell, *agent_version, *kms_key;
	enum encryption_challenge challenge;
	bool list, temporary, signed_channels, local_urls, keep_cells, paced;
	unsigned delay_ms;
	long clock_offset;
	struct faults faults;
};

static long
seconds(const struct cli *cli, const char *value)
{
	bool behind = value[0] == '-';
	long number = cli_number(cli, "--clock-offset", value + behind, 0, CLOCK_OFFSET_MAX);

	return behind ? -number : number;
}

static const char *
agent_version(const struct cli *cli, const char *value)
{
	if (*value == '\0' || strspn(value, "0123456789.") != strlen(value) || strlen(value) > AGENT_VERSION_MAX)
		cli_usage(cli, "option '--agent-version' needs numbers with dots between them, not '%s'", value);
	return value;
}

static void
add_fault(const struct cli *cli, struct options *options, const char *value)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct fault_rule rule;

	if (fault_rule_read(&rule, view_of(value), &err) != SSM_OK)
		cli_usage(cli, "option '--fault': %s", err.message);
	if (!faults_add(&options->faults, &rule, clock_ms()))
		cli_usage(cli, "option '--fault' is given more than %d times", FAULTS_MAX);
}

static void
read_options(struct cli *cli, struct options *options)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case PORT: options->port = (unsigned)cli_number(cli, "--port", value, 0, 65535); break;
		case REGION: options->region = value; break;
		case SESSIONS: options->sessions = value; break;
		case LIST: options->list = true; break;
		case DELAY:
			options->delay_ms = (unsigned)cli_number(cli, "--delay", value, 0, SANDBOX_DELAY_MAX);
			break;
		case TEMPORARY: options->temporary = true; break;
		case SHELL:
			if (*value == '\0')
				cli_usage(cli, "option '--shell' needs the path of a program");
			if (strchr(value, '/') != NULL && access(value, X_OK) != 0)
				cli_usage(cli, "option '--shell': cannot run '%s': %s", value, strerror(errno));
			options->shell = value;
			break;
		case AGENT_VERSION: options->agent_version = agent_version(cli, value); break;
		case PACED: options->paced = true; break;
		case SIGNED: options->signed_channels = true; break;
		case KEEP_CELLS: options->keep_cells = true; break;
		case KMS_KEY:
			if (*value == '\0')
				cli_usage(cli, "option '--kms-key' needs a key's id, alias or ARN");
			options->kms_key = value;
			break;
		case KMS_CHALLENGE:
			options->challenge = (enum encryption_challenge)cli_word(cli, "--kms-challenge", value,
			    VIEW("sent|required|none"));
			break;
		case STREAM_URL:
			options->local_urls = cli_word(cli, "--stream-url", value, VIEW("aws|local")) == 1;
			break;
		case FAULT: add_fault(cli, options, value); break;
		case CLOCK_OFFSET: options->clock_offset = seconds(cli, value); break;
		}
	if (cli->after_dashes == NULL)
		cli_operands_max(cli, 0);
	else if (*cli->after_dashes == NULL)
		cli_usage(cli, "no COMMAND after '--'");
	else if (cli->operands != cli->after_dashes)
		cli_usage(cli, "unexpected argument '%s' before '--'", cli->operands[0]);
}

static void
report(void *context, const char *line)
{
	cli_verbose(context, "%s", line);
}

/* stdout is given up afterwards, so that $(ssm-sandbox &) has its end. */
static int
print_environment(const struct cli *cli, struct view lines)
{
	int errnum = 0, null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (io_write_all(STDOUT_FILENO, lines) != 0 || (null >= 0 && dup2(null, STDOUT_FILENO) < 0))
		errnum = errno;
	if (null >= 0)
		close(null);
	return errnum == 0 ? 0 : cli_output_lost(cli, errnum);
}

static int
list_sessions(const struct cli *cli, const struct sandbox_sessions *table)
{
	struct bytes text = BYTES_INIT(4 * 1024 * 1024);

	sandbox_sessions_format(&text, table);
	return cli_print(cli, &text);
}

static const char *
shell(const struct options *options)
{
	const char *usual = getenv("SHELL");

	if (options->shell != NULL)
		return options->shell;
	return usual != NULL && usual[0] == '/' ? usual : "/bin/sh";
}

static enum ssm_err
prepare(struct sandbox_service *service, const struct options *options, struct ssm_error *err)
{
	time_t now = time(NULL) + options->clock_offset;

	service->region = view_of(options->region);
	service->delay_ms = options->delay_ms;
	service->clock_offset = options->clock_offset;
	service->signed_channels = options->signed_channels;
	service->local_urls = options->local_urls;
	service->kms_key = options->kms_key;
	service->challenge = options->challenge;
	service->faults = options->faults;
	service->key = options->temporary ? &sandbox_key_temporary : &sandbox_key_long_term;
	service->shell = shell(options);
	service->agent_version = options->agent_version;
	service->paced = options->paced;
	sandbox_channels_init(&service->channels);
	service->channels.keep_cells = options->keep_cells;
	if (region_check(service->region, err) != SSM_OK)
		return err->rc = SSM_E_INPUT;
	if ((service->digest = digest_new()) == NULL)
		return ssm_fail(err, SSM_E_OTHER, "CryptoError", "libcrypto cannot compute SHA-256");
	if ((service->keyring = keyring_new(service->digest)) == NULL)
		return ssm_fail(err, SSM_E_OTHER, "CryptoError", "libcrypto cannot encrypt with AES-256-GCM");
	return options->sessions == NULL ? sandbox_sessions_builtin(&service->sessions, now, err) :
	    sandbox_sessions_read(&service->sessions, options->sessions, now, err);
}

/* The command runs, or the environment is printed. Not 0: that is the exit code. */
static int
begin(struct cli *cli, struct sandbox_command *command, struct view lines)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int errnum;

	if (cli->after_dashes == NULL)
		return print_environment(cli, lines);
	if ((errnum = sandbox_command_start(command, cli->after_dashes)) == 0)
		return 0;
	ssm_fail(&err, SSM_E_OTHER, "CommandError", "cannot run '%s': %s", cli->after_dashes[0],
	    strerror(errnum));
	cli_fail(cli, &err);
	return errnum == ENOENT ? 127 : 126;
}

static int
serve(struct cli *cli, struct sandbox_service *service, const struct options *options)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct sandbox_command command = { .signals = SIGNALS_INIT, .process = PROCESS_INIT };
	struct bytes lines = BYTES_INIT(1024 * 1024);
	struct sandbox_server server = { .service = service, .listen_fd = -1, .command = &command,
	    .report = cli->verbose ? report : NULL, .context = cli };
	unsigned port = options->port;
	int code;

	bytes_print(&lines, "export SSM_SANDBOX_PID=%ld\n", (long)getpid());
	if (sandbox_listen(&server.listen_fd, &port, &err) != SSM_OK ||
	    sandbox_command_init(&command, &err) != SSM_OK ||
	    sandbox_environment_set(&lines, port, options->region,
	    service->key, &err) != SSM_OK) {
		code = cli_fail(cli, &err);
	} else if ((service->port = port, code = begin(cli, &command, bytes_view(&lines))) == 0) {
		if (sandbox_serve(&server, &err) != SSM_OK)
			code = cli_fail(cli, &err);
		sandbox_command_stop(&command);
		if (code == 0 && command.signal != 0)
			signals_die(command.signal);
		if (code == 0 && command.started)
			code = sandbox_command_exit_code(&command);
	}
	bytes_clear(&lines);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options = { .region = "us-east-1", .agent_version = USUAL_AGENT };
	struct sandbox_service service = SANDBOX_SERVICE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct cli cli;
	int code;

	(void)argc;
	cli_start(&cli, &tool, argv);
	read_options(&cli, &options);
	if (prepare(&service, &options, &err) != SSM_OK)
		code = cli_fail(&cli, &err);
	else if (options.list)
		code = list_sessions(&cli, &service.sessions);
	else
		code = serve(&cli, &service, &options);
	sandbox_service_clear(&service);
	return code;
}
