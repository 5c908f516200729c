/* ssm-request: an operation and its parameters in, request documents (not yet signed) out. */
#include <stdlib.h>

#include "cli/records.h"
#include "cli/settings_tell.h"
#include "json/text.h"
#include "request/maker.h"
#include "request/options.h"
#include "request/skeleton.h"

struct work {
	struct requestoptions *options;
	const struct operation *operation;
	struct maker maker;
	struct bytes id;		/* --id as JSON, or empty */
	struct bytes parameters;
};

/* One object of --input, which may have a key of its own. */
static enum ssm_err
make(void *context, struct json_doc *parameters, struct bytes *result, struct ssm_error *err)
{
	struct work *work = context;
	struct json_member *id = json_member(parameters, "id");
	enum ssm_err rc = shape_check(work->operation->input, parameters, "id", err);

	return rc != SSM_OK ? rc :
	    maker_add(&work->maker, parameters, id == NULL ? VIEW_NONE : id->raw, result, err);
}

/* The options' parameters; a subject is the id that stands for '-'. */
static enum ssm_err
make_from_options(void *context, struct view subject, struct bytes *result, struct ssm_error *err)
{
	struct work *work = context;
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	bytes_reset(&work->parameters);
	rc = parameters_add(&work->parameters, &work->options->parameters, subject, err);
	if (rc == SSM_OK)
		rc = json_parse(&doc, bytes_view(&work->parameters), "the parameters", err);
	if (rc == SSM_OK)
		rc = shape_check(work->operation->input, &doc, NULL, err);
	if (rc == SSM_OK && work->options->skeleton == SKELETON_OUTPUT)
		skeleton_json(result, work->operation->output, true);
	else if (rc == SSM_OK)
		rc = maker_add(&work->maker, &doc, bytes_view(&work->id), result, err);
	json_clear(&doc);
	return rc;
}

static void
make_one(struct records *records, struct work *work)
{
	struct bytes result = BYTES_INIT(MAKER_TEXT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = make_from_options(work, VIEW_NONE, &result, &err);

	if (rc == SSM_OK && work->options->parameters.shown > 0)
		cli_warn(records->cli, "the page starts with %lu sessions that the starting token leaves out",
		    work->options->parameters.shown);
	if (work->options->skeleton == SKELETON_OUTPUT)
		records->form = RECORDS_TEXTS;
	records_settle(records, rc, &result, &err, VIEW_NONE);
	bytes_clear(&result);
}

static enum id_kind
session_id(struct view text)
{
	(void)text;
	return ID_SESSION;
}

static enum id_kind
target_id(struct view text)
{
	(void)text;
	return ID_TARGET;
}

static void
make_all(struct records *records, struct work *work)
{
	struct requestoptions *given = work->options;
	struct ssm_error err = SSM_ERROR_INIT;
	const struct operation_option *subject = parameters_subject(&given->parameters);
	bool ids = given->skeleton == SKELETON_NONE && subject != NULL;

	if (parameters_read_input(&given->parameters, &err) != SSM_OK ||
	    maker_prepare(&work->maker, records->cli, work->operation, &given->request, &err) != SSM_OK) {
		records_fail(records, &err);
	} else if (given->input == NULL && !ids) {
		make_one(records, work);
	} else if (input_open(&records->in, ids ? "-" : given->input, JSON_DOCUMENT_MAX,
	    &err) != SSM_OK) {
		records_fail(records, &err);
	} else if (ids) {
		records_ids(records, strcmp(subject->member, "Target") == 0 ? target_id : session_id,
		    make_from_options, work);
	} else {
		records_documents(records, make, work);
	}
	ssm_error_clear(&err);
}

/* A sample of the input needs nothing but the table. */
static void
print_skeleton(struct records *records, const struct work *work)
{
	struct bytes text = BYTES_INIT(65536);
	struct ssm_error err = SSM_ERROR_INIT;

	if (work->options->skeleton == SKELETON_YAML)
		skeleton_yaml(&text, work->operation->input);
	else
		skeleton_json(&text, work->operation->input, false);
	records->form = RECORDS_TEXTS;
	records_settle(records, SSM_OK, &text, &err, VIEW_NONE);
	bytes_clear(&text);
}

static void
list_operations(struct records *records)
{
	struct bytes line = BYTES_INIT(256);
	struct ssm_error err = SSM_ERROR_INIT;

	records->form = RECORDS_LINES;
	for (const struct operation *row = operation_table(); row->command != NULL; row++) {
		bytes_print(&line, "%s\t%s", row->command, row->purpose);
		records_settle(records, SSM_OK, &line, &err, VIEW_NONE);
	}
	bytes_clear(&line);
}

/* The word that the environment or the profile has for it, for tools that read no shared file. */
static void
print_configured(struct records *records, const struct requestoptions *given)
{
	struct settings *settings = NULL;
	struct bytes line = BYTES_INIT(256);
	struct ssm_error err = SSM_ERROR_INIT;
	enum setting setting = given->configured == CONFIGURED_OUTPUT ? SETTING_OUTPUT : SETTING_TIMESTAMP_FORMAT;
	const char *word = "";
	enum ssm_err rc = settings_open(&settings, view_of(given->request.profile), &err);

	if (rc == SSM_OK)
		rc = settings_choice(settings, setting, NULL, &word, &err);
	bytes_add_text(&line, word);
	records->form = RECORDS_LINES;
	records_settle(records, rc, &line, &err, VIEW_NONE);
	settings_close(settings);
	bytes_clear(&line);
}

static void
run(struct records *records, struct work *work)
{
	enum skeleton_kind skeleton = work->options->skeleton;

	if (work->options->list)
		list_operations(records);
	else if (work->options->configured != CONFIGURED_NOTHING)
		print_configured(records, work->options);
	else if (skeleton == SKELETON_INPUT || skeleton == SKELETON_YAML)
		print_skeleton(records, work);
	else
		make_all(records, work);
}

int
main(int argc, char **argv)
{
	struct requestoptions given;
	struct work work = { .options = &given, .maker = MAKER_INIT, .id = BYTES_INIT(MAKER_TEXT_MAX),
	    .parameters = BYTES_INIT(MAKER_TEXT_MAX) };
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
	work.operation = given.parameters.operation;
	records_start(&records, &cli);
	if (given.id != NULL)
		jsontext_string(&work.id, view_of(given.id));
	records.id = bytes_view(&work.id);
	run(&records, &work);
	maker_clear(&work.maker);
	bytes_clear(&work.id);
	bytes_clear(&work.parameters);
	requestoptions_clear(&given);
	return records_finish(&records);
}
