/* ssm-request: an operation and its parameters in, request documents (not yet signed) out. */
#include <stdlib.h>

#include "endpoint.h"
#include "jsontext.h"
#include "operation.h"
#include "records.h"
#include "settings_tell.h"
#include "utf8.h"

enum { OPT_REGION = CLI_LONG, OPT_PROFILE, OPT_ENDPOINT_URL, OPT_ID, OPT_INPUT, OPT_LIST,
	OPT_SESSION_ID };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Parameters" },
	{ OPT_SESSION_ID, "session-id", "ID", "the session; '-' reads one id a line" },
	{ OPT_INPUT, "input", "FILE", "parameters as JSON objects, '-' for standard input" },
	{ OPT_ID, "id", "TEXT", "your own key; comes back on the answer and in messages" },
	{ 0, NULL, NULL, "Where to" },
	{ OPT_REGION, "region", "REGION", "in place of AWS_REGION and the profile's" },
	{ OPT_PROFILE, "profile", "NAME", "of the shared files; the later stages use it too" },
	{ OPT_ENDPOINT_URL, "endpoint-url", "URL", "in place of the service's own endpoint" },
	{ 0, NULL, NULL, "Other" },
	{ OPT_LIST, "list", NULL, "name the operations" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-request resume-session --session-id \"$id\" | ssm-sign | ssm-call",
	"ssm-request resume-session --session-id - < ids.txt | ssm-sign | ssm-call",
	"ssm-request resume-session --region eu-west-1 --input sessions.ndjson",
	NULL,
};

static const struct cli_tool tool = {
	.name = "ssm-request",
	.synopsis = "OPERATION [options]",
	.purpose = "Make request documents for the Systems Manager API.",
	.options = options,
	.examples = examples,
};

struct request_options {
	const struct operation *operation;
	const char *session_id, *input, *id;
	const char *region, *profile, *endpoint_url;
	bool list;
};

/* What all documents of a run share, as text around their own members. */
struct maker {
	const struct request_options *options;
	struct bytes head, tail;	/* before the body's text, and behind it */
	struct bytes id;		/* --id as JSON, or empty */
	struct bytes parameters, body;
};

#define MAKER_TEXT_MAX (8 * JSON_DOCUMENT_MAX)

static void
add_shared_members(struct maker *maker, struct view url, struct view region)
{
	const struct operation *operation = maker->options->operation;
	struct bytes *head = &maker->head, *tail = &maker->tail;
	const char *profile = maker->options->profile;

	jsontext_begin(head);
	jsontext_member(head, "method", VIEW("POST"));
	jsontext_member(head, "url", url);
	jsontext_name(head, "headers");
	jsontext_begin(head);
	jsontext_member(head, "content-type", VIEW(OPERATION_CONTENT_TYPE));
	jsontext_name(head, "x-amz-target");
	bytes_add(head, VIEW("\"" OPERATION_TARGET_PREFIX "."));
	bytes_add_text(head, operation->name);
	bytes_add_char(head, '"');
	jsontext_end(head);
	jsontext_name(head, "body");
	bytes_add_char(tail, ',');
	jsontext_member(tail, "service", VIEW(OPERATION_SIGNING_NAME));
	jsontext_member(tail, "region", region);
	jsontext_member(tail, "operation", view_of(operation->name));
	if (profile != NULL && *profile != '\0')
		jsontext_member(tail, "profile", view_of(profile));
}

static enum ssm_err
choose_url(struct bytes *url, const struct cli *cli, const struct settings *settings,
    const struct request_options *given, struct view region, bool fips, struct ssm_error *err)
{
	bool dual_stack = settings_is_true(settings, SETTING_USE_DUALSTACK_ENDPOINT);
	struct setting_value custom;
	enum ssm_err rc;

	rc = settings_endpoint(settings, given->endpoint_url, "ssm", &custom, err);
	if (rc != SSM_OK)
		return rc;
	settings_tell(cli, settings, SETTING_IGNORE_ENDPOINT_URLS, NULL);
	settings_tell_value(cli, "endpoint_url", &custom);
	if (custom.text.ptr != NULL)
		return endpoint_custom(url, custom.text, custom.origin, err);
	settings_tell(cli, settings, SETTING_USE_FIPS_ENDPOINT, NULL);
	settings_tell(cli, settings, SETTING_USE_DUALSTACK_ENDPOINT, NULL);
	fips = fips || settings_is_true(settings, SETTING_USE_FIPS_ENDPOINT);
	endpoint_url(url, "ssm", region, fips, dual_stack);
	return SSM_OK;
}

static enum ssm_err
choose_region(struct bytes *region, const struct cli *cli, const struct settings *settings,
    const struct request_options *given, bool *fips, struct ssm_error *err)
{
	enum ssm_err rc = settings_region(settings, given->region, region, fips, err);

	settings_tell_profile(cli, settings);
	settings_tell(cli, settings, SETTING_REGION, given->region);
	if (rc == SSM_OK && *fips)
		cli_verbose(cli, "a FIPS pseudo-region: region %.*s, FIPS endpoint",
		    VIEW_ARG(bytes_view(region)));
	return rc;
}

static enum ssm_err
prepare(struct maker *maker, const struct cli *cli, struct ssm_error *err)
{
	const struct request_options *given = maker->options;
	struct settings *settings = NULL;
	struct bytes region = BYTES_INIT(1024), url = BYTES_INIT(JSON_DOCUMENT_MAX);
	const char *path;
	bool fips = false;
	int number;
	enum ssm_err rc;

	if ((rc = settings_open(&settings, view_of(given->profile), err)) == SSM_OK &&
	    (rc = choose_region(&region, cli, settings, given, &fips, err)) == SSM_OK &&
	    (rc = choose_url(&url, cli, settings, given, bytes_view(&region), fips, err)) == SSM_OK) {
		if ((number = settings_unreadable(settings, &path)) != 0)
			cli_warn(cli, "cannot read '%s': %s", path, strerror(number));
		add_shared_members(maker, bytes_view(&url), bytes_view(&region));
		if (bytes_failed(&url) || bytes_failed(&region) || bytes_failed(&maker->head) ||
		    bytes_failed(&maker->tail))
			rc = ssm_fail_memory(err);
		cli_verbose(cli, "region %.*s, endpoint %.*s", VIEW_ARG(bytes_view(&region)),
		    VIEW_ARG(bytes_view(&url)));
	}
	settings_close(settings);
	bytes_clear(&region);
	bytes_clear(&url);
	return rc;
}

/* One object of parameters to one request document. */
static enum ssm_err
make(void *context, struct json_doc *parameters, struct bytes *result, struct ssm_error *err)
{
	struct maker *maker = context;
	struct json_member *id = json_member(parameters, "id");
	enum ssm_err rc = operation_check(maker->options->operation, parameters, err);

	if (rc != SSM_OK)
		return rc;
	bytes_reset(&maker->body);
	operation_body(&maker->body, maker->options->operation, parameters);
	bytes_add(result, bytes_view(&maker->head));
	jsontext_string(result, bytes_view(&maker->body));
	bytes_add(result, bytes_view(&maker->tail));
	if (id != NULL)
		jsontext_member_raw(result, "id", id->raw);
	jsontext_end(result);
	return bytes_failed(&maker->body) ? ssm_fail_memory(err) : SSM_OK;
}

/* A session id as an object of parameters, so that all input is checked by the same table. */
static enum ssm_err
make_from_id(void *context, struct view session_id, struct bytes *result, struct ssm_error *err)
{
	struct maker *maker = context;
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	if (utf8_check(session_id) != session_id.len || view_find(session_id, '\0') < session_id.len)
		return ssm_fail(err, SSM_E_INPUT, "ParamValidationError",
		    "Parameter validation failed: SessionId %s",
		    view_find(session_id, '\0') < session_id.len ? "holds a NUL" : "is not UTF-8");
	bytes_reset(&maker->parameters);
	jsontext_begin(&maker->parameters);
	jsontext_member(&maker->parameters, "SessionId", session_id);
	if (maker->id.len > 0)
		jsontext_member_raw(&maker->parameters, "id", bytes_view(&maker->id));
	jsontext_end(&maker->parameters);
	if (bytes_failed(&maker->parameters))
		return ssm_fail_memory(err);
	rc = json_parse(&doc, bytes_view(&maker->parameters), "the parameters", err);
	if (rc == SSM_OK)
		rc = make(maker, &doc, result, err);
	json_clear(&doc);
	return rc;
}

static void
make_one(struct records *records, struct maker *maker)
{
	struct bytes result = BYTES_INIT(MAKER_TEXT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = make_from_id(maker, view_of(maker->options->session_id), &result, &err);

	records_settle(records, rc, &result, &err, VIEW_NONE);
	bytes_clear(&result);
}

static void
make_all(struct records *records, struct maker *maker)
{
	const struct request_options *given = maker->options;
	struct ssm_error err = SSM_ERROR_INIT;
	bool lines = given->session_id != NULL && strcmp(given->session_id, "-") == 0;

	if (prepare(maker, records->cli, &err) != SSM_OK) {
		records_fail(records, &err);
	} else if (given->session_id != NULL && !lines) {
		make_one(records, maker);
	} else if (input_open(&records->in, lines ? "-" : given->input, JSON_DOCUMENT_MAX,
	    &err) != SSM_OK) {
		records_fail(records, &err);
	} else if (lines) {
		records_lines(records, make_from_id, maker);
	} else {
		records_documents(records, make, maker);
	}
	ssm_error_clear(&err);
}

static void
list_operations(struct records *records)
{
	struct bytes line = BYTES_INIT(256);
	struct ssm_error err = SSM_ERROR_INIT;

	for (const struct operation *row = operation_table(); row->command != NULL; row++) {
		bytes_add_text(&line, row->command);
		bytes_add_char(&line, '\t');
		bytes_add_text(&line, row->purpose);
		records_settle_line(records, SSM_OK, &line, &err);
	}
	bytes_clear(&line);
}

static void
check_options(const struct cli *cli, struct request_options *given)
{
	cli_operands_max(cli, given->list ? 0 : 1);
	if (given->list)
		return;
	if (cli->operand_count == 0)
		cli_usage(cli, "which operation? 'ssm-request --list' names them");
	given->operation = operation_find(view_of(cli->operands[0]));
	if (given->operation == NULL || strcmp(given->operation->command, cli->operands[0]) != 0)
		cli_usage(cli, "unknown operation '%s'; 'ssm-request --list' names them",
		    cli->operands[0]);
	if (given->session_id == NULL && given->input == NULL)
		cli_usage(cli, "the following arguments are required: --session-id");
	if (given->session_id != NULL && given->input != NULL)
		cli_usage(cli, "--session-id and --input exclude each other");
	if (given->id != NULL && given->input != NULL)
		cli_usage(cli, "with --input each record has its own member 'id', not --id");
	if ((given->id != NULL && utf8_check(view_of(given->id)) != strlen(given->id)) ||
	    (given->profile != NULL && utf8_check(view_of(given->profile)) != strlen(given->profile)))
		cli_usage(cli, "--id and --profile take UTF-8");
}

static void
read_options(struct cli *cli, struct request_options *given)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_SESSION_ID: given->session_id = value; break;
		case OPT_INPUT: given->input = value; break;
		case OPT_ID: given->id = value; break;
		case OPT_REGION: given->region = value; break;
		case OPT_PROFILE: given->profile = value; break;
		case OPT_ENDPOINT_URL: given->endpoint_url = value; break;
		case OPT_LIST: given->list = true; break;
		}
	check_options(cli, given);
}

int
main(int argc, char **argv)
{
	struct request_options given = { .operation = NULL };
	struct maker maker = { .options = &given, .head = BYTES_INIT(MAKER_TEXT_MAX),
	    .tail = BYTES_INIT(MAKER_TEXT_MAX), .id = BYTES_INIT(MAKER_TEXT_MAX),
	    .parameters = BYTES_INIT(MAKER_TEXT_MAX), .body = BYTES_INIT(MAKER_TEXT_MAX) };
	struct records records;
	struct cli cli;

	(void)argc;
	cli_start(&cli, &tool, argv);
	read_options(&cli, &given);
	records_start(&records, &cli);
	if (given.id != NULL)
		jsontext_string(&maker.id, view_of(given.id));
	records.id = bytes_view(&maker.id);
	if (given.list)
		list_operations(&records);
	else
		make_all(&records, &maker);
	bytes_clear(&maker.head);
	bytes_clear(&maker.tail);
	bytes_clear(&maker.id);
	bytes_clear(&maker.parameters);
	bytes_clear(&maker.body);
	return records_finish(&records);
}
