#include "request/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/utf8.h"
#include "request/yamltext.h"

enum { OPT_REGION = CLI_LONG, OPT_PROFILE, OPT_ENDPOINT_URL, OPT_ID, OPT_INPUT, OPT_LIST,
	OPT_CONFIGURED_OUTPUT, OPT_CONFIGURED_TIMESTAMPS,
	OPT_CLI_INPUT_JSON, OPT_CLI_INPUT_YAML, OPT_SKELETON, OPT_PARAMETER };

static const struct cli_option own_rows[] = {
	{ OPT_INPUT, "input", "FILE", "parameters as JSON objects, '-' for standard input" },
	{ OPT_CLI_INPUT_JSON, "cli-input-json", "JSON", "parameters as one object, or file://PATH" },
	{ OPT_CLI_INPUT_YAML, "cli-input-yaml", "YAML", "the same as YAML" },
	{ OPT_SKELETON, "generate-cli-skeleton", "[input|yaml-input|output]",
	    "print a sample of the parameters, or of the answer" },
	{ OPT_ID, "id", "TEXT", "your own key; comes back on the answer and in messages" },
	{ 0, NULL, NULL, "Where to" },
	{ OPT_REGION, "region", "REGION", "in place of AWS_REGION and the profile's" },
	{ OPT_PROFILE, "profile", "PROFILE", "of the shared files; the later stages use it too" },
	{ OPT_ENDPOINT_URL, "endpoint-url", "URL", "in place of the service's own endpoint" },
	{ 0, NULL, NULL, "Other" },
	{ OPT_LIST, "list", NULL, "name the operations" },
	{ OPT_CONFIGURED_OUTPUT, "configured-output", NULL, "name the output format that is configured" },
	{ OPT_CONFIGURED_TIMESTAMPS, "configured-timestamps", NULL, "name the form of times that is configured" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

/* Help shows the first three, or those of the operation. */
static const char *const examples[] = {
	"ssm-request resume-session --session-id \"$id\" | ssm-sign | ssm-call",
	"ssm-request resume-session --session-id - < ids.txt | ssm-sign | ssm-call",
	"ssm-request resume-session --region eu-west-1 --input sessions.ndjson",
	"ssm-request start-session --target i-0a1b2c3d --reason maintenance",
	"ssm-request start-session --target i-0a1b2c3d --parameters portNumber=80",
	"ssm-request terminate-session --session-id \"$id\" | ssm-sign | ssm-call",
	"ssm-request describe-sessions --state Active --filters key=Owner,value=me",
	"ssm-request get-connection-status --target i-0a1b2c3d | ssm-sign | ssm-call",
	"ssm-request generate-data-key --key-id alias/sessions --number-of-bytes 64",
};

static void
choose_examples(struct requestoptions *options, const struct operation *operation)
{
	size_t count = 0, begin = strlen("ssm-request ");

	for (size_t i = 0; i < ARRAY_LEN(examples) && count + 1 < ARRAY_LEN(options->examples); i++)
		if (operation == NULL || view_starts(view_of(examples[i] + begin), view_of(operation->command)))
			options->examples[count++] = examples[i];
}

static void
add_row(struct requestoptions *options, struct cli_option row)
{
	if (options->row_count + 1 < ARRAY_LEN(options->rows))
		options->rows[options->row_count++] = row;
}

static size_t
find_name(const struct requestoptions *options, const char *name)
{
	size_t i = 0;

	while (i < options->name_count && strcmp(options->names[i], name) != 0)
		i++;
	return i;
}

static void
add_operation(struct requestoptions *options, const struct operation *operation)
{
	for (const struct operation_option *row = operation->options; row->name != NULL; row++) {
		size_t i = find_name(options, row->name);

		if (i < options->name_count || i == ARRAY_LEN(options->names))
			continue;
		options->names[options->name_count++] = row->name;
		add_row(options, (struct cli_option){ OPT_PARAMETER + (int)i, row->name, row->argument,
		    row->help });
	}
}

static void
add_all_operations(struct requestoptions *options)
{
	for (const struct operation *row = operation_table(); row->command != NULL; row++)
		add_operation(options, row);
}

static const struct operation *
find_command(const char *command)
{
	const struct operation *operation = command == NULL ? NULL : operation_find(view_of(command));

	return operation != NULL && strcmp(operation->command, command) == 0 ? operation : NULL;
}

static void (*const libraries[])(struct bytes *) = { yamltext_library, NULL };

static void
describe_tool(struct requestoptions *options, const struct operation *operation)
{
	snprintf(options->synopsis, sizeof options->synopsis, "%s [options]",
	    operation == NULL ? "OPERATION" : operation->command);
	snprintf(options->purpose, sizeof options->purpose, operation == NULL ?
	    "Make request documents for the Systems Manager API%s." : "Make a request document: %s.",
	    operation == NULL ? "" : operation->purpose);
	options->tool = (struct cli_tool){ .name = "ssm-request", .synopsis = options->synopsis,
	    .purpose = options->purpose, .options = options->rows, .examples = options->examples,
	    .libraries = libraries };
}

bool
requestoptions_start(struct requestoptions *options, int argc, char **argv)
{
	const struct operation *operation = argc > 1 ? find_command(argv[1]) : NULL;

	*options = (struct requestoptions){ .parameters = PARAMETERS_INIT };
	describe_tool(options, operation);
	choose_examples(options, operation);
	if (operation != NULL) {
		add_row(options, (struct cli_option){ 0, NULL, NULL, "Parameters" });
		add_operation(options, operation);
	} else {
		add_row(options, (struct cli_option){ 0, NULL, NULL,
		    "Parameters (of one operation: ssm-request OPERATION --help)" });
		add_all_operations(options);
	}
	for (size_t i = 0; i < ARRAY_LEN(own_rows); i++)
		add_row(options, own_rows[i]);
	options->pool = calloc((size_t)argc + 1, sizeof *options->pool);
	return options->pool != NULL;
}

/* Of an operation's own list, else of any operation's. */
static const struct operation_option *
option_row(const struct operation *operation, const char *name)
{
	for (const struct operation_option *row = operation->options; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* An option that takes several values is told by its shape, in whichever operation has it. */
static bool
is_list(const char *name)
{
	for (const struct operation *op = operation_table(); op->command != NULL; op++) {
		const struct operation_option *row = option_row(op, name);

		if (row != NULL)
			return shape_member(op->input, view_of(row->member))->shape->type == SHAPE_LIST;
	}
	return false;
}

static void
take_values(struct requestoptions *options, struct cli *cli, size_t name, const char *value)
{
	struct parameter_given *given = &options->by_name[name];

	given->values = options->pool + options->pool_count;
	options->pool[options->pool_count++] = value;
	given->count = 1;
	while (is_list(options->names[name]) && *cli->rest != NULL && (*cli->rest)[0] != '-') {
		options->pool[options->pool_count++] = *cli->rest++;
		given->count++;
	}
}

static enum skeleton_kind
skeleton_of(const char *text)
{
	static const char *const names[] = { [SKELETON_NONE] = "", [SKELETON_INPUT] = "input",
	    [SKELETON_YAML] = "yaml-input", [SKELETON_OUTPUT] = "output" };

	for (size_t i = SKELETON_INPUT; text != NULL && i < ARRAY_LEN(names); i++)
		if (strcmp(text, names[i]) == 0)
			return (enum skeleton_kind)i;
	return SKELETON_NONE;
}

/* The form may be joined, or be the next argument, or be left out. */
static void
take_skeleton(struct requestoptions *options, struct cli *cli, const char *value)
{
	if (value == NULL && skeleton_of(*cli->rest) != SKELETON_NONE)
		value = *cli->rest++;
	options->skeleton = value == NULL ? SKELETON_INPUT : skeleton_of(value);
}

static void
take_document(struct requestoptions *options, struct cli *cli, const char *value, bool yaml)
{
	if (options->parameters.input != NULL && options->parameters.yaml != yaml)
		cli_usage(cli, "Only one --cli-input- parameter may be specified.");
	options->parameters.input = value;
	options->parameters.yaml = yaml;
}

static void
take_options(struct requestoptions *options, struct cli *cli)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_INPUT: options->input = value; break;
		case OPT_CLI_INPUT_JSON: take_document(options, cli, value, false); break;
		case OPT_CLI_INPUT_YAML: take_document(options, cli, value, true); break;
		case OPT_SKELETON: take_skeleton(options, cli, value); break;
		case OPT_ID: options->id = value; break;
		case OPT_REGION: options->request.region = value; break;
		case OPT_PROFILE: options->request.profile = value; break;
		case OPT_ENDPOINT_URL: options->request.endpoint_url = value; break;
		case OPT_LIST: options->list = true; break;
		case OPT_CONFIGURED_OUTPUT: options->configured = CONFIGURED_OUTPUT; break;
		case OPT_CONFIGURED_TIMESTAMPS: options->configured = CONFIGURED_TIMESTAMPS; break;
		default: take_values(options, cli, (size_t)(key - OPT_PARAMETER), value); break;
		}
}

static _Noreturn void
refuse_operation(const struct cli *cli, const char *typed)
{
	struct cli_option commands[8] = { CLI_OPTIONS_END };
	const struct cli_tool tool = { .options = commands };
	const struct operation *row = operation_table();
	const char *nearest;

	for (size_t i = 0; row->command != NULL && i + 1 < ARRAY_LEN(commands); i++, row++)
		commands[i] = (struct cli_option){ 0, row->command, NULL, "" };
	if ((nearest = tool_nearest(&tool, view_of(typed))) != NULL)
		cli_usage(cli, "unknown operation '%s', did you mean '%s'?", typed, nearest);
	cli_usage(cli, "unknown operation '%s'; 'ssm-request --list' names them", typed);
}

/* From names to the operation's rows. */
static void
sort_values(struct requestoptions *options, const struct cli *cli)
{
	const struct operation *operation = options->parameters.operation;

	for (size_t i = 0; i < options->name_count; i++) {
		const struct operation_option *row = option_row(operation, options->names[i]);

		if (options->by_name[i].count == 0)
			continue;
		if (row == NULL)
			cli_usage(cli, "'%s' has no option '--%s'; 'ssm-request %s --help' shows them",
			    operation->command, options->names[i], operation->command);
		options->parameters.given[row - operation->options] = options->by_name[i];
	}
}

static void
check_paging(const struct requestoptions *options, const struct cli *cli)
{
	struct bytes names = BYTES_INIT(256);

	if (parameters_conflict(&options->parameters, &names))
		cli_usage(cli, "Cannot specify --no-paginate along with pagination arguments: %.*s",
		    VIEW_ARG(bytes_view(&names)));
	bytes_clear(&names);
}

static void
check_text(const struct cli *cli, const char *value)
{
	if (value != NULL && utf8_check(view_of(value)) != strlen(value))
		cli_usage(cli, "--id and --profile take UTF-8");
}

static void
check_parameters(const struct requestoptions *options, const struct cli *cli)
{
	const struct parameters *parameters = &options->parameters;
	const char *missing = parameters_missing(parameters);

	if (options->input != NULL && parameters_any(parameters) != NULL)
		cli_usage(cli, "--%s and --input exclude each other", parameters_any(parameters));
	if (options->id != NULL && options->input != NULL)
		cli_usage(cli, "with --input each record has its own member 'id', not --id");
	if (missing != NULL && options->input == NULL && (options->skeleton == SKELETON_NONE ||
	    options->skeleton == SKELETON_OUTPUT))
		cli_usage(cli, "the following arguments are required: --%s", missing);
	if (options->input != NULL && options->skeleton != SKELETON_NONE)
		cli_usage(cli, "--generate-cli-skeleton and --input exclude each other");
	check_paging(options, cli);
	check_text(cli, options->id);
	check_text(cli, options->request.profile);
}

void
requestoptions_read(struct requestoptions *options, struct cli *cli)
{
	take_options(options, cli);
	cli_operands_max(cli, options->list || options->configured != CONFIGURED_NOTHING ? 0 : 1);
	if (options->list || options->configured != CONFIGURED_NOTHING)
		return;
	if (cli->operand_count == 0)
		cli_usage(cli, "which operation? 'ssm-request --list' names them");
	options->parameters.operation = find_command(cli->operands[0]);
	if (options->parameters.operation == NULL)
		refuse_operation(cli, cli->operands[0]);
	sort_values(options, cli);
	check_parameters(options, cli);
}

void
requestoptions_clear(struct requestoptions *options)
{
	parameters_clear(&options->parameters);
	free(options->pool);
	options->pool = NULL;
}
