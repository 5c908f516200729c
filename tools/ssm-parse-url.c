/* ssm-parse-url: StreamUrls, as operands, lines or members of documents, to what they say. */
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "aws/streamurl.h"
#include "cli/cli.h"
#include "cli/records.h"
#include "json/omit.h"
#include "json/text.h"

enum { ALLOW_HOST = CLI_LONG };

static const char TOKEN[] = "TokenValue";

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Options" },
	{ 'f', "field", "stream-url|scheme|host|port|partition|region|session-id|api-version|stream|"
	    "role|cell-number|fips|dual-stack|legacy|query",
	    "print the bare value; repeat it for more, tab-separated" },
	{ ALLOW_HOST, "allow-host", "PATTERN", "admit [ws://]HOST[:PORT], *.SUFFIX or * as well" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END
};

static const char *const examples[] = {
	"ssm-parse-url -f region -f session-id \"$STREAM_URL\"",
	"ssm-resume-session --session-id \"$ID\" | ssm-parse-url",
	"ssm-parse-url --allow-host localhost < urls.txt",
	NULL
};

static const struct cli_tool tool = {
	.name = "ssm-parse-url",
	.synopsis = "[options] [URL ...]",
	.purpose = "Check StreamUrls and take them apart: one JSON object each, or bare fields. Without a URL\n"
	"read lines, or JSON documents with a StreamUrl, from standard input.",
	.options = options,
	.examples = examples,
};

enum kind { TEXT, NUMBER, FLAG, PAIRS };

/* The document's members in order, and where their values are in a struct streamurl. */
static const struct field {
	const char *name, *member;
	enum kind kind;
	size_t at;
} fields[] = {
	{ "stream-url", "StreamUrl", TEXT, offsetof(struct streamurl, text) },
	{ "scheme", "Scheme", TEXT, offsetof(struct streamurl, scheme) },
	{ "host", "Host", TEXT, offsetof(struct streamurl, host) },
	{ "port", "Port", NUMBER, offsetof(struct streamurl, port) },
	{ "partition", "Partition", TEXT, offsetof(struct streamurl, partition) },
	{ "region", "Region", TEXT, offsetof(struct streamurl, region) },
	{ "session-id", "SessionId", TEXT, offsetof(struct streamurl, session_id) },
	{ "api-version", "ApiVersion", TEXT, offsetof(struct streamurl, api_version) },
	{ "stream", "Stream", TEXT, offsetof(struct streamurl, stream) },
	{ "role", "Role", TEXT, offsetof(struct streamurl, role) },
	{ "cell-number", "CellNumber", TEXT, offsetof(struct streamurl, cell_number) },
	{ "fips", "Fips", FLAG, offsetof(struct streamurl, fips) },
	{ "dual-stack", "DualStack", FLAG, offsetof(struct streamurl, dual_stack) },
	{ "legacy", "Legacy", FLAG, offsetof(struct streamurl, legacy) },
	{ "query", "Query", PAIRS, offsetof(struct streamurl, pairs) },
};

struct work {
	struct streamurl url;
	struct streamurl_rules rules;
	struct host_pattern *allowed;	/* rules.allowed, to be freed */
	const struct field **chosen;	/* --field, in the order given */
	size_t chosen_count;
};

static void
add_value(struct bytes *out, const struct field *field, const struct streamurl *url, bool bare)
{
	const void *value = (const char *)url + field->at;
	const struct view *text = value;

	switch (field->kind) {
	case TEXT:
		if (bare)
			bytes_add(out, *text);
		else if (text->ptr == NULL)
			bytes_add(out, VIEW("null"));
		else
			jsontext_string(out, *text);
		break;
	case NUMBER:
		bytes_print(out, "%u", *(const unsigned *)value);
		break;
	case FLAG:
		bytes_add(out, *(const bool *)value ? VIEW("true") : VIEW("false"));
		break;
	case PAIRS:
		streamurl_query_to_json(out, url);
		break;
	}
}

static void
add_chosen(struct bytes *out, const struct work *work)
{
	for (size_t i = 0; i < work->chosen_count; i++) {
		if (i > 0)
			bytes_add_char(out, '\t');
		add_value(out, work->chosen[i], &work->url, true);
	}
}

static void
add_members(struct bytes *out, const struct work *work)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		jsontext_name(out, fields[i].member);
		add_value(out, &fields[i], &work->url, false);
	}
}

static bool
is_own_member(struct view name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (view_is(name, fields[i].member))
			return true;
	return false;
}

/* Everything else that a document holds goes on as it is, but never the token. */
static void
add_other_members(struct bytes *out, const struct json_doc *doc)
{
	for (size_t i = 0; i < doc->count; i++) {
		const struct json_member *member = &doc->members[i];

		if (is_own_member(member->name) || view_equal_nocase(member->name, view_of(TOKEN)))
			continue;
		jsontext_name_view(out, member->raw_name);
		jsonomit(out, member->raw, TOKEN);
	}
}

/* What is asked for of a URL, with the rest of the document that it was in, if there is one. */
static enum ssm_err
apply(struct work *work, struct view text, const struct streamurl_rules *rules, const struct json_doc *doc,
    struct bytes *result, struct ssm_error *err)
{
	enum ssm_err rc = streamurl_parse(&work->url, text, rules, err);

	if (rc == SSM_OK && work->chosen_count > 0) {
		add_chosen(result, work);
	} else if (rc == SSM_OK) {
		jsontext_begin(result);
		add_members(result, work);
		if (doc != NULL)
			add_other_members(result, doc);
		jsontext_end(result);
	}
	return rc;
}

static enum ssm_err
apply_line(void *context, struct view line, struct bytes *result, struct ssm_error *err)
{
	struct work *work = context;

	return apply(work, line, &work->rules, NULL, result, err);
}

static enum ssm_err
apply_document(void *context, struct json_doc *doc, struct bytes *result, struct ssm_error *err)
{
	struct work *work = context;
	struct streamurl_rules rules = work->rules;
	struct view text;
	enum ssm_err rc;

	if ((rc = json_string(doc, "StreamUrl", &text, err)) != SSM_OK ||
	    (rc = json_string(doc, "SessionId", &rules.session_id, err)) != SSM_OK)
		return rc;
	if (text.ptr == NULL)
		return ssm_fail(err, SSM_E_NO, "InvalidStreamUrl", "no 'StreamUrl' in the document");
	return apply(work, text, &rules, doc, result, err);
}

static void
parse_operands(struct records *r, struct work *work, const struct cli *cli)
{
	struct bytes result = BYTES_INIT(JSON_DOCUMENT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	r->in.end = true;			/* standard input is not read */
	r->many = cli->operand_count > 1;
	for (int i = 0; i < cli->operand_count && !r->stop; i++)
		records_settle(r, apply_line(work, view_of(cli->operands[i]), &result, &err), &result,
		    &err, VIEW_NONE);
	bytes_clear(&result);
}

/* Documents begin with '{', and no URL does. */
static void
parse_input(struct records *r, struct work *work)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int first;

	input_start(&r->in, STDIN_FILENO, "standard input", JSON_DOCUMENT_MAX);
	first = input_peek(&r->in, &err);
	if (first >= 0)
		cli_verbose(r->cli, "%s on standard input", first == '{' ? "documents" : "lines");
	if (first == '{')
		records_documents(r, apply_document, work);
	else if (first >= 0)
		records_lines(r, apply_line, work);
	else if (err.rc == SSM_OK)
		ssm_fail(&err, SSM_E_OTHER, "NoDocument", "no StreamUrl on %s", r->in.name);
	if (err.rc != SSM_OK)
		records_fail(r, &err);
	ssm_error_clear(&err);
}

/* The option takes no other name than one of these. */
static const struct field *
choose_field(const char *name)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(fields) && strcmp(fields[i].name, name) != 0)
		i++;
	return &fields[i];
}

static void
read_options(struct cli *cli, struct work *work)
{
	struct ssm_error err = SSM_ERROR_INIT;
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		if (key == 'f')
			work->chosen[work->chosen_count++] = choose_field(value);
		else if (host_pattern_parse(&work->allowed[work->rules.allowed_count++], view_of(value),
		    &err) != SSM_OK)
			cli_usage(cli, "option '--allow-host': %s", err.message);
}

/* There are no more options than arguments. */
static enum ssm_err
work_init(struct work *work, size_t arguments, struct ssm_error *err)
{
	*work = (struct work){ .url = STREAMURL_INIT };
	work->chosen = calloc(arguments, sizeof *work->chosen);
	work->allowed = calloc(arguments, sizeof *work->allowed);
	work->rules.allowed = work->allowed;
	return work->chosen == NULL || work->allowed == NULL ? ssm_fail_memory(err) : SSM_OK;
}

static void
work_clear(struct work *work)
{
	streamurl_clear(&work->url);
	free(work->chosen);
	free(work->allowed);
}

int
main(int argc, char **argv)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct work work;
	struct records r;
	struct cli cli;

	cli_start(&cli, &tool, argv);
	if (work_init(&work, (size_t)argc + 1, &err) != SSM_OK)
		return cli_fail(&cli, &err);
	read_options(&cli, &work);
	records_start(&r, &cli);
	r.form = work.chosen_count > 0 ? RECORDS_LINES : RECORDS_DOCUMENTS;
	r.withheld = TOKEN;
	if (cli.operand_count > 0)
		parse_operands(&r, &work, &cli);
	else
		parse_input(&r, &work);
	work_clear(&work);
	return records_finish(&r);
}
