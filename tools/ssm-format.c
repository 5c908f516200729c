/* ssm-format: response documents to the AWS CLI's output formats, or to what a filter makes of them. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/records.h"
#include "format/format.h"
#include "format/jqfilter.h"
#include "format/members.h"
#include "jmespath/jmespath.h"
#include "process/child.h"
#include "process/toolpath.h"
#include "service/answer.h"

#define DOCUMENT_MAX (RESPONSE_BODY_MAX + JSON_DOCUMENT_MAX)	/* an answer, with id and metadata */
#define ARENA_MAX ((size_t)1024 * 1024 * 1024)
#define WIDTH_UNKNOWN 80
#define CONFIGURED_MAX 64
#define MESSAGES_MAX (64 * 1024)

enum { OUTPUT = CLI_LONG, QUERY, JQ, ARG, COLOR, TITLE, OPERATION, METADATA, TIMESTAMPS };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Output" },
	{ OUTPUT, "output", "json|text|table|yaml|yaml-stream|off", "the format (json)" },
	{ QUERY, "query", "EXPRESSION", "print what a JMESPath expression selects" },
	{ COLOR, "color", "on|off|auto", "colours in tables (auto: on a terminal)" },
	{ TITLE, "title", "TEXT", "what stands above a table (default: ResumeSession)" },
	{ OPERATION, "operation", "NAME", "of an answer, only what its operation has, in that order" },
	{ TIMESTAMPS, "timestamps", "iso8601|wire", "its times (cli_timestamp_format)" },
	{ METADATA, "metadata", NULL, "show ResponseMetadata too" },
	{ 0, NULL, NULL, "Filters" },
	{ JQ, "jq", "FILTER", "print the results of a jq program" },
	{ 'r', "raw-output", NULL, "strings without quotes" },
	{ 'j', "join-output", NULL, "the same, without line ends" },
	{ 'c', "compact-output", NULL, "one line a result, also on a terminal" },
	{ ARG, "arg", "NAME VALUE", "$NAME in the program is the string VALUE" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END
};

static const char *const examples[] = {
	"ssm-resume-session --session-id \"$ID\" | ssm-format --query StreamUrl --output text",
	"ssm-resume-session --session-id \"$ID\" | ssm-format --jq '.StreamUrl' -r",
	"ssm-format --output table < responses.json",
	NULL
};

static void (*const libraries[])(struct bytes *) = { format_library, NULL };

static const struct cli_tool tool = {
	.name = "ssm-format",
	.synopsis = "[options]",
	.purpose = "Print the documents of standard input as the AWS CLI does, or what a filter makes of them.",
	.options = options,
	.examples = examples,
	.libraries = libraries,
};

struct work {
	const struct format *format;
	struct format_how how;
	struct members_shown shown;
	bool times_given;
	struct arena arena;
	const char *expression;			/* --query */
	struct jmespath *query;
	const char *program;			/* --jq */
	struct jqfilter_argument *arguments;
	size_t argument_count;
	struct jqfilter filter;
	struct jqfilter_form form;
	struct records *records;
};

static enum ssm_err
apply_format(void *context, struct json_doc *doc, struct bytes *result, struct ssm_error *err)
{
	struct work *work = context;
	const struct value *value;
	enum ssm_err rc;

	rc = members_select(&value, &work->arena, value_of_json(&work->arena, doc->text), &work->shown, err);
	if (rc == SSM_OK && work->query != NULL)
		rc = jmespath_search(&value, work->query, value, &work->arena, true, err);
	if (rc == SSM_OK)
		rc = format_value(work->format, result, value, &work->arena, &work->how, err);
	arena_clear(&work->arena);
	return rc;
}

static enum ssm_err
apply_filter(void *context, struct json_doc *doc, struct bytes *result, struct ssm_error *err)
{
	struct work *work = context;
	enum ssm_err rc;

	output_flush(&work->records->out);	/* libjq can be the end of the process */
	rc = jqfilter_run(&work->filter, result, doc->text, work->form, err);

	if (work->filter.ended)
		work->records->stop = true;
	return rc;
}

/* What WHEN says; a terminal may be told not to by NO_COLOR. */
static bool
choose_colour(const struct cli *cli, const char *when)
{
	if (strcmp(when, "on") == 0)
		return true;
	if (strcmp(when, "off") == 0)
		return false;
	if (strcmp(when, "auto") != 0)
		cli_usage(cli, "option '--color' takes 'on', 'off' or 'auto', not '%s'", when);
	return isatty(STDOUT_FILENO) && output_may_colour();
}

static long
terminal_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : WIDTH_UNKNOWN;
}

static void
choose_format(const struct cli *cli, struct work *work, const char *name)
{
	work->format = format_find(name);
	if (work->format == NULL)
		cli_usage(cli, "option '--output' takes one of %s, not '%s'", format_names, name);
}

static void
choose_operation(const struct cli *cli, struct work *work, const char *name)
{
	const struct operation *operation = operation_find(view_of(name));

	if (operation == NULL) {
		cli_usage(cli, "unknown operation '%s'; 'ssm-request --list' names them", name);
	} else {
		work->shown.operation = operation;
		work->how.title = operation->name;
	}
}

/* --arg has a second value: the next argument. */
static void
add_argument(struct cli *cli, struct work *work, const char *name)
{
	if (*cli->rest == NULL)
		cli_usage(cli, "option '--arg' needs two values: NAME VALUE");
	work->arguments[work->argument_count++] = (struct jqfilter_argument){ name, *cli->rest++ };
}

static void
read_option(struct cli *cli, struct work *work, int key, const char *value)
{
	switch (key) {
	case OUTPUT: choose_format(cli, work, value); break;
	case QUERY: work->expression = value; break;
	case JQ: work->program = value; break;
	case ARG: add_argument(cli, work, value); break;
	case COLOR: work->how.colour = choose_colour(cli, value); break;
	case TITLE: work->how.title = value; break;
	case OPERATION: choose_operation(cli, work, value); break;
	case TIMESTAMPS:
		work->times_given = true;
		work->shown.wire_times = cli_word(cli, "--timestamps", value, VIEW("iso8601|wire")) == 1;
		break;
	case METADATA: work->shown.metadata = true; break;
	case 'r': work->form.raw = true; break;
	case 'j': work->form.raw = work->form.join = true; break;
	default: cli->compact = true; cli->pretty = false; break;
	}
}

static void
check_options(const struct cli *cli, const struct work *work)
{
	if (work->program != NULL && work->expression != NULL)
		cli_usage(cli, "'--jq' and '--query' exclude each other");
	if (work->program != NULL && work->format != NULL && strcmp(work->format->name, "json") != 0)
		cli_usage(cli, "'--jq' prints JSON, not --output '%s'", work->format->name);
	if (work->program == NULL && (work->form.raw || work->argument_count > 0))
		cli_usage(cli, "'%s' goes with '--jq'", work->argument_count > 0 ? "--arg" :
		    work->form.join ? "--join-output" : "--raw-output");
}

static void
read_options(struct cli *cli, struct work *work)
{
	const char *value;
	int key;

	work->how.colour = choose_colour(cli, "auto");
	work->how.reset = work->how.terminal = isatty(STDOUT_FILENO) != 0;
	work->how.width = terminal_width();
	while ((key = cli_option(cli, &value)) != CLI_END)
		read_option(cli, work, key, value);
	cli_operands_max(cli, 0);
	check_options(cli, work);
	work->how.compact = cli->compact;
	if (work->format == NULL)
		work->format = format_find("json");
}

static enum ssm_err
compile_query(struct work *work, struct ssm_error *err)
{
	enum ssm_err rc = jmespath_compile(&work->query, view_of(work->expression), err);

	if (rc != SSM_OK)
		ssm_error_prefix(err, "Bad value for --query %s: ", work->expression);
	work->how.shared = true;
	return rc;
}

/* Where there can be times, and no option says how they are shown. The shared files are ssm-request's to read. */
static enum ssm_err
ask_for_times(struct work *work, struct ssm_error *err)
{
	struct child child = CHILD_INIT(CONFIGURED_MAX, MESSAGES_MAX);
	char path[TOOLPATH_MAX], name[] = "ssm-request", option[] = "--configured-timestamps";
	char *arguments[] = { name, option, NULL };
	struct view text, before = VIEW("ssm-request: ");
	int errnum;

	child.path = path;
	child.argv = arguments;
	child.no_input = true;
	errnum = toolpath(path, name) ? child_run(&child) : ENOENT;
	text = view_trim(bytes_view(&child.messages));
	text = view_slice(text, view_starts(text, before) ? before.len : 0, text.len);
	if (errnum != 0)
		ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot run ssm-request for cli_timestamp_format: %s; "
		    "--timestamps does without", strerror(errnum));
	else if (child.status != 0)
		ssm_fail(err, SSM_E_CONFIG, "ConfigurationError", "%.*s; --timestamps does without the shared files",
		    VIEW_ARG(text));
	work->shown.wire_times = view_is(view_trim(bytes_view(&child.out)), "wire");
	child_clear(&child);
	return err->rc;
}

static enum ssm_err
prepare(struct work *work, struct ssm_error *err)
{
	const struct operation *operation = work->shown.operation;

	if (operation != NULL && work->program == NULL && !work->times_given &&
	    shape_has(operation->output, SHAPE_TIMESTAMP) && ask_for_times(work, err) != SSM_OK)
		return err->rc;
	if (work->expression != NULL)
		return compile_query(work, err);
	if (work->program == NULL)
		return SSM_OK;
	return jqfilter_open(&work->filter, work->program, work->arguments, work->argument_count, err);
}

static void
format_input(struct records *r, struct work *work)
{
	r->form = RECORDS_TEXTS;
	work->records = r;
	work->form.pretty = r->out.pretty;
	work->form.colour = r->out.colour;
	work->form.terminal = r->out.terminal;
	input_start(&r->in, STDIN_FILENO, "standard input", DOCUMENT_MAX);
	r->in.any_value = true;
	records_documents(r, work->program != NULL ? apply_filter : apply_format, work);
}

static void
work_clear(struct work *work)
{
	jqfilter_close(&work->filter);
	jmespath_free(work->query);
	arena_clear(&work->arena);
	free(work->arguments);
}

int
main(int argc, char **argv)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct work work = { .how = { .title = "ResumeSession" }, .arena = ARENA_INIT(ARENA_MAX),
	    .filter = JQFILTER_INIT };
	struct records r;
	struct cli cli;
	int code;

	cli_start(&cli, &tool, argv);
	if ((work.arguments = calloc((size_t)argc + 1, sizeof *work.arguments)) == NULL)
		ssm_fail_memory(&err);
	else
		read_options(&cli, &work);
	if (err.rc == SSM_OK && prepare(&work, &err) == SSM_OK) {
		records_start(&r, &cli);
		format_input(&r, &work);
		code = records_finish(&r);
	} else {
		code = cli_fail(&cli, &err);
	}
	work_clear(&work);
	ssm_error_clear(&err);
	return code;
}
