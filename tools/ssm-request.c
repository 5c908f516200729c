/* ssm-request: an operation and its parameters in, request documents (not yet signed) out. */
#include <stdlib.h>

#include "endpoint.h"
#include "jsontext.h"
#include "records.h"
#include "requestoptions.h"
#include "settings_tell.h"
#include "skeleton.h"

/* What all documents of a run share, as text around their own members. */
struct maker {
	struct requestoptions *options;
	const struct operation *operation;
	struct bytes head, tail;	/* before the body's text, and behind it */
	struct bytes id;		/* --id as JSON, or empty */
	struct bytes parameters, body;
};

#define MAKER_TEXT_MAX (8 * JSON_DOCUMENT_MAX)

static void
add_shared_members(struct maker *maker, struct view url, struct view region)
{
	const struct operation *operation = maker->operation;
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
    const struct requestoptions *given, struct view region, bool fips, struct ssm_error *err)
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
    const struct requestoptions *given, bool *fips, struct ssm_error *err)
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
	const struct requestoptions *given = maker->options;
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

/* Checked parameters, and the caller's own key as JSON, to one request document. */
static enum ssm_err
add_request(struct maker *maker, const struct json_doc *parameters, struct view id,
    struct bytes *result, struct ssm_error *err)
{
	bytes_reset(&maker->body);
	operation_body(&maker->body, maker->operation, parameters);
	bytes_add(result, bytes_view(&maker->head));
	jsontext_string(result, bytes_view(&maker->body));
	bytes_add(result, bytes_view(&maker->tail));
	if (id.len > 0)
		jsontext_member_raw(result, "id", id);
	jsontext_end(result);
	return bytes_failed(&maker->body) ? ssm_fail_memory(err) : SSM_OK;
}

/* One object of --input, which may have a key of its own. */
static enum ssm_err
make(void *context, struct json_doc *parameters, struct bytes *result, struct ssm_error *err)
{
	struct maker *maker = context;
	struct json_member *id = json_member(parameters, "id");
	enum ssm_err rc = operation_check(maker->operation, parameters, "id", err);

	return rc != SSM_OK ? rc :
	    add_request(maker, parameters, id == NULL ? VIEW_NONE : id->raw, result, err);
}

/* The options' parameters; a subject is the line that stands for '-'. */
static enum ssm_err
make_from_options(void *context, struct view subject, struct bytes *result, struct ssm_error *err)
{
	struct maker *maker = context;
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	bytes_reset(&maker->parameters);
	rc = parameters_add(&maker->parameters, &maker->options->parameters, subject, err);
	if (rc == SSM_OK)
		rc = json_parse(&doc, bytes_view(&maker->parameters), "the parameters", err);
	if (rc == SSM_OK)
		rc = operation_check(maker->operation, &doc, NULL, err);
	if (rc == SSM_OK && maker->options->skeleton == SKELETON_OUTPUT)
		skeleton_output(result, maker->operation->output);
	else if (rc == SSM_OK)
		rc = add_request(maker, &doc, bytes_view(&maker->id), result, err);
	json_clear(&doc);
	return rc;
}

/* Its last line end is the record's. */
static void
settle_skeleton(struct records *records, struct bytes *text, struct ssm_error *err)
{
	if (text->len > 0)
		text->len--;
	records_settle_line(records, SSM_OK, text, err);
}

static void
make_one(struct records *records, struct maker *maker)
{
	struct bytes result = BYTES_INIT(MAKER_TEXT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = make_from_options(maker, VIEW_NONE, &result, &err);

	if (rc == SSM_OK && maker->options->parameters.shown > 0)
		cli_warn(records->cli, "the page starts with %lu sessions that the starting token leaves out",
		    maker->options->parameters.shown);
	if (rc == SSM_OK && maker->options->skeleton == SKELETON_OUTPUT) {
		settle_skeleton(records, &result, &err);
	} else {
		records_settle(records, rc, &result, &err, VIEW_NONE);
	}
	bytes_clear(&result);
}

static void
make_all(struct records *records, struct maker *maker)
{
	struct requestoptions *given = maker->options;
	struct ssm_error err = SSM_ERROR_INIT;
	bool lines = given->skeleton == SKELETON_NONE && parameters_subject(&given->parameters) != NULL;

	if (parameters_read_input(&given->parameters, &err) != SSM_OK ||
	    prepare(maker, records->cli, &err) != SSM_OK) {
		records_fail(records, &err);
	} else if (given->input == NULL && !lines) {
		make_one(records, maker);
	} else if (input_open(&records->in, lines ? "-" : given->input, JSON_DOCUMENT_MAX,
	    &err) != SSM_OK) {
		records_fail(records, &err);
	} else if (lines) {
		records_lines(records, make_from_options, maker);
	} else {
		records_documents(records, make, maker);
	}
	ssm_error_clear(&err);
}

/* A sample of the input needs nothing but the table. */
static void
print_skeleton(struct records *records, const struct maker *maker)
{
	struct bytes text = BYTES_INIT(65536);
	struct ssm_error err = SSM_ERROR_INIT;

	if (maker->options->skeleton == SKELETON_YAML)
		skeleton_yaml(&text, maker->operation->input);
	else
		skeleton_input(&text, maker->operation->input);
	settle_skeleton(records, &text, &err);
	bytes_clear(&text);
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

/* The word that AWS_DEFAULT_OUTPUT or the profile has for it, for tools that read no shared file. */
static void
print_configured_output(struct records *records, const struct requestoptions *given)
{
	struct settings *settings = NULL;
	struct bytes line = BYTES_INIT(256);
	struct ssm_error err = SSM_ERROR_INIT;
	const char *format = "";
	enum ssm_err rc = settings_open(&settings, view_of(given->profile), &err);

	if (rc == SSM_OK)
		rc = settings_choice(settings, SETTING_OUTPUT, NULL, &format, &err);
	bytes_add_text(&line, format);
	records_settle_line(records, rc, &line, &err);
	settings_close(settings);
	bytes_clear(&line);
}

static void
run(struct records *records, struct maker *maker)
{
	enum skeleton_kind skeleton = maker->options->skeleton;

	if (maker->options->list)
		list_operations(records);
	else if (maker->options->configured_output)
		print_configured_output(records, maker->options);
	else if (skeleton == SKELETON_INPUT || skeleton == SKELETON_YAML)
		print_skeleton(records, maker);
	else
		make_all(records, maker);
}

int
main(int argc, char **argv)
{
	struct requestoptions given;
	struct maker maker = { .options = &given, .head = BYTES_INIT(MAKER_TEXT_MAX),
	    .tail = BYTES_INIT(MAKER_TEXT_MAX), .id = BYTES_INIT(MAKER_TEXT_MAX),
	    .parameters = BYTES_INIT(MAKER_TEXT_MAX), .body = BYTES_INIT(MAKER_TEXT_MAX) };
	struct ssm_error err = SSM_ERROR_INIT;
	struct records records;
	struct cli cli;
	bool good = requestoptions_start(&given, argc, argv);

	cli_start(&cli, &given.tool, argv);
	if (!good) {
		ssm_fail_memory(&err);
		return cli_fail(&cli, &err);
	}
	requestoptions_read(&given, &cli);
	maker.operation = given.parameters.operation;
	records_start(&records, &cli);
	if (given.id != NULL)
		jsontext_string(&maker.id, view_of(given.id));
	records.id = bytes_view(&maker.id);
	run(&records, &maker);
	bytes_clear(&maker.head);
	bytes_clear(&maker.tail);
	bytes_clear(&maker.id);
	bytes_clear(&maker.parameters);
	bytes_clear(&maker.body);
	requestoptions_clear(&given);
	return records_finish(&records);
}
