/* ssm-check: session ids and targets in, one line that says how they are and a monitoring state out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "check/report.h"
#include "check/run.h"
#include "cli/output.h"
#include "core/atomicfile.h"
#include "core/clock.h"
#include "core/io.h"
#include "core/pathexpand.h"
#include "core/utf8.h"

enum { OPT_SESSION_ID = CLI_LONG, OPT_TARGET, OPT_UNKNOWN, OPT_WAIT, OPT_PROMETHEUS, OPT_PROMETHEUS_IDS,
	OPT_NAME, OPT_JSON };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "What to check, besides the operands" },
	{ OPT_SESSION_ID, "session-id", "ID", "this session, whatever its id looks like; repeatable" },
	{ OPT_TARGET, "target", "ID", "this managed node; repeatable" },
	{ 0, NULL, NULL, "What is well" },
	{ 'w', "warning", "RANGE", "warn outside of it; METRIC=RANGE for another than time" },
	{ 'c', "critical", "RANGE", "the same for critical (over=0 and notconnected=0)" },
	{ OPT_UNKNOWN, "unknown", "RANGE", "how many may be unknown (0)" },
	{ 0, NULL, NULL, "Time" },
	{ 't', "timeout", "SECONDS", "for the whole run (10, and what --wait says)" },
	{ OPT_WAIT, "wait", "SECONDS", "ask again so long while that can help" },
	CALLOPTION(CONNECT_TIMEOUT),
	CALLOPTION(READ_TIMEOUT),
	{ 0, NULL, NULL, "How to ask" },
	CALLOPTION(REGION),
	CALLOPTION(PROFILE),
	CALLOPTION(ENDPOINT_URL),
	CALLOPTION(MAX_CONCURRENCY),
	CALLOPTION(RATE),
	CALLOPTION(RETRY_MODE),
	CALLOPTION(MAX_ATTEMPTS),
	CALLOPTION(CA_BUNDLE),
	CALLOPTION(NO_VERIFY_SSL),
	{ 0, NULL, NULL, "What to tell" },
	{ OPT_JSON, "json", NULL, "a JSON document in place of the line" },
	{ OPT_PROMETHEUS, "prometheus", "FILE", "metrics too; '-': in place of the line" },
	{ OPT_NAME, "name", "NAME", "label 'check' of the metrics (FILE's name without .prom)" },
	{ OPT_PROMETHEUS_IDS, "prometheus-ids", NULL, "metrics of each id too, of 100 at most" },
	{ 'q', "quiet", NULL, "nothing at all when the state is ok" },
	{ 'v', "verbose", NULL, "list those that are ok; the tools' own reports on stderr" },
	{ 0, NULL, NULL, "Common" },
	{ 'h', "help", NULL, "this text" },
	{ 'V', "version", NULL, "name and version" },
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-check -q -w 2 -c 5 \"$session_id\" mi-0a1b2c3d4e5f67890",
	"ssm-check -c over=3 --prometheus /var/lib/node_exporter/ssm.prom - < ids.txt",
	"ssm-check --wait 60 i-0a1b2c3d4e5f67890",
	NULL,
};

#define TIMEOUT 10			/* seconds */
#define TIMEOUT_MAX 86400
#define IDS_MAX 100			/* with metrics of their own */
#define REPORT_MAX ((size_t)512 * 1024 * 1024)
#define NAME_LEN_MAX 256

static int say_unknown(const struct cli *cli, const struct ssm_error *err);

static const struct cli_tool tool = {
	.name = "ssm-check",
	.synopsis = "[options] ID ... | -",
	.purpose = "Check sessions and managed nodes: a line and an exit code for cron and for monitoring.",
	.options = options,
	.shared = calloptions_row,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
	.fail = say_unknown,
};

struct check_options {
	struct checklist list;
	struct checkrules rules;
	struct calloptions call;
	long timeout, wait;
	const char *prometheus, *name;
	bool prometheus_ids, json;
};

/* What monitoring shows is standard output, and any failure of the check's own leaves things unknown. */
static int
say_unknown(const struct cli *cli, const struct ssm_error *err)
{
	bool lost = err->rc == SSM_E_OUTPUT;
	struct bytes line = BYTES_INIT(8 * SSM_MESSAGE_MAX);

	(void)cli;
	checkreport_unknown(&line, view_of(err->message));
	bytes_add_char(&line, '\n');
	io_write_all(lost ? STDERR_FILENO : STDOUT_FILENO, bytes_view(&line));
	bytes_clear(&line);
	return STATE_UNKNOWN;
}

static void
add_id(const struct cli *cli, struct checklist *list, enum check_kind kind, const char *id)
{
	struct ssm_error err = SSM_ERROR_INIT;

	if (checklist_add(list, kind, view_of(id), &err) != SSM_OK)
		exit(cli_fail(cli, &err));
}

static void
read_range(const struct cli *cli, struct threshold table[CHECK_METRICS], const char *option,
    const char *value)
{
	if (!checkrules_read(table, view_of(value)))
		cli_usage(cli, "option '%s' takes a range, as 10, 5:10, ~:10 or @5:10, or one of time, ok, over, "
		    "notconnected and unknown with '=' and a range, not '%s'", option, value);
}

static void
read_options(struct cli *cli, struct check_options *given)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_SESSION_ID: add_id(cli, &given->list, CHECK_SESSION, value); break;
		case OPT_TARGET: add_id(cli, &given->list, CHECK_TARGET, value); break;
		case 'w': read_range(cli, given->rules.warning, "--warning", value); break;
		case 'c': read_range(cli, given->rules.critical, "--critical", value); break;
		case OPT_UNKNOWN:
			if (!threshold_parse(&given->rules.unknown, view_of(value)))
				cli_usage(cli, "option '--unknown' takes a range, as 5 or 0:5, not '%s'", value);
			break;
		case 't': given->timeout = cli_number(cli, "--timeout", value, 1, TIMEOUT_MAX); break;
		case OPT_WAIT: given->wait = cli_number(cli, "--wait", value, 0, TIMEOUT_MAX); break;
		case OPT_PROMETHEUS: given->prometheus = value; break;
		case OPT_PROMETHEUS_IDS: given->prometheus_ids = true; break;
		case OPT_NAME: given->name = value; break;
		case OPT_JSON: given->json = true; break;
		default: calloptions_take(&given->call, cli, key, value);
		}
	if (given->timeout == 0)
		given->timeout = TIMEOUT + given->wait;
}

static void
check_options(const struct cli *cli, const struct check_options *given)
{
	bool ids = given->list.count > 0 || cli->operand_count > 0;

	if (!ids)
		cli_usage(cli, "which sessions or targets? name their ids, or '-' to read them");
	if (given->prometheus == NULL && (given->prometheus_ids || given->name != NULL))
		cli_usage(cli, "--prometheus-ids and --name are for --prometheus");
	if (given->json && given->prometheus != NULL && strcmp(given->prometheus, "-") == 0)
		cli_usage(cli, "--json and '--prometheus -' exclude each other");
	if (given->name != NULL && utf8_check(view_of(given->name)) != strlen(given->name))
		cli_usage(cli, "--name takes UTF-8");
}

static void
read_ids(const struct cli *cli, struct check_options *given)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct input in;
	enum ssm_err rc;

	for (int i = 0; i < cli->operand_count; i++) {
		const char *id = cli->operands[i];

		if (strcmp(id, "-") != 0) {
			if (checklist_add_any(&given->list, view_of(id), &err) != SSM_OK)
				exit(cli_fail(cli, &err));
			continue;
		}
		input_start(&in, STDIN_FILENO, "standard input", JSON_DOCUMENT_MAX);
		rc = checklist_read(&given->list, &in, &err);
		input_close(&in);
		if (rc != SSM_OK)
			exit(cli_fail(cli, &err));
	}
	if (given->list.count == 0)
		cli_usage(cli, "no ids on standard input");
	if (given->prometheus_ids && given->list.count > IDS_MAX)
		cli_usage(cli, "--prometheus-ids is for %d ids at most, not %zu", IDS_MAX, given->list.count);
}

/* The file's name without its directory and ".prom", so that checks in one directory differ. */
static const char *
choose_name(const struct check_options *given, char name[NAME_LEN_MAX])
{
	const char *slash = strrchr(given->prometheus, '/');
	const char *base = slash == NULL ? given->prometheus : slash + 1;
	size_t len = strlen(base);

	if (given->name != NULL)
		return *given->name == '\0' ? NULL : given->name;
	if (strcmp(given->prometheus, "-") == 0 || utf8_check(view_of(base)) != len)
		return NULL;
	len -= len > 5 && strcmp(base + len - 5, ".prom") == 0 ? 5 : 0;
	snprintf(name, NAME_LEN_MAX, "%.*s", (int)len, base);
	return name;
}

static int
publish(const char *path, struct view text)
{
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name = pathexpand_given(&expanded, view_of(path));
	int number = name == NULL ? ENOMEM : atomicfile_publish(name, text) == 0 ? 0 : errno;

	bytes_clear(&expanded);
	return number;
}

/* Metrics that nobody gets are trouble of the check's own: they may not look as if all were well. */
static void
write_metrics(const struct check_options *given, struct checkreport *report,
    struct checkverdict *verdict, uint64_t start, char trouble[SSM_MESSAGE_MAX])
{
	struct bytes text = BYTES_INIT(REPORT_MAX);
	char name[NAME_LEN_MAX];
	struct checkmetrics metrics = { .name = choose_name(given, name), .ids = given->prometheus_ids,
	    .duration = (double)(clock_ms() - start) / 1000.0, .now = time(NULL) };
	int errnum = 0;

	checkreport_metrics(&text, report, &metrics);
	if (bytes_failed(&text))
		errnum = ENOMEM;
	else if (strcmp(given->prometheus, "-") == 0)
		errnum = io_write_all(STDOUT_FILENO, bytes_view(&text)) == 0 ? 0 : errno;
	else
		errnum = publish(given->prometheus, bytes_view(&text));
	bytes_clear(&text);
	if (errnum == 0)
		return;
	snprintf(trouble, SSM_MESSAGE_MAX, "cannot write '%s': %s", given->prometheus, strerror(errnum));
	report->trouble = trouble;
	verdict->state = checkjudge_worse(verdict->state, STATE_UNKNOWN);
}

static int
print(const struct cli *cli, const struct check_options *given, const struct checkreport *report)
{
	struct bytes text = BYTES_INIT(REPORT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct output out;

	output_start(&out, STDOUT_FILENO, OUTPUT_AUTO);
	if (given->json)
		checkreport_json(&text, report);
	else
		checkreport_text(&text, report);
	if (bytes_failed(&text)) {
		ssm_fail_memory(&err);
		return cli_fail(cli, &err);
	}
	if (given->json)
		output_document(&out, bytes_view(&text));
	else
		output_line(&out, bytes_view(&text));
	bytes_clear(&text);
	return output_close(&out) ? (int)report->verdict->state : cli_output_lost(cli, out.error);
}

static int
tell(const struct cli *cli, const struct check_options *given, uint64_t start)
{
	struct checkverdict verdict;
	struct checkreport report = { .list = &given->list, .rules = &given->rules, .verdict = &verdict,
	    .all = cli->verbose };
	char trouble[SSM_MESSAGE_MAX];
	bool in_place = given->prometheus != NULL && strcmp(given->prometheus, "-") == 0;

	checkjudge(&verdict, &given->list, &given->rules);
	if (given->prometheus != NULL)
		write_metrics(given, &report, &verdict, start, trouble);
	if ((in_place && report.trouble == NULL) || (cli->quiet && verdict.state == STATE_OK))
		return (int)verdict.state;
	return print(cli, given, &report);
}

int
main(int argc, char **argv)
{
	struct check_options given = { .list = CHECKLIST_INIT };
	uint64_t start = clock_ms();
	struct signals interrupt;
	struct checkrun run;
	struct cli cli;
	int code = STATE_UNKNOWN;

	(void)argc;
	cli_start(&cli, &tool, argv);
	checkrules_start(&given.rules);
	read_options(&cli, &given);
	check_options(&cli, &given);
	read_ids(&cli, &given);
	signals_hold(&interrupt);
	run = (struct checkrun){ .cli = &cli, .options = &given.call, .list = &given.list,
	    .interrupt = &interrupt, .until = start + (uint64_t)given.timeout * 1000,
	    .wait_until = start + (uint64_t)given.wait * 1000 };
	checkrun(&run);
	signals_release(&interrupt);
	if (interrupt.seen == 0)
		code = tell(&cli, &given, start);
	checklist_clear(&given.list);
	signals_obey(&interrupt);
	return code;
}
