#include "records.h"

#define RECORD_MAX ((size_t)128 * 1024 * 1024)	/* one answer of 8 MiB in an indented form */

static void
flush_before_wait(void *context)
{
	struct records *r = context;

	output_flush(&r->out);
}

void
records_start(struct records *r, struct cli *cli)
{
	*r = (struct records){ .cli = cli };
	output_start(&r->out, 1,
	    cli->compact ? OUTPUT_COMPACT : cli->pretty ? OUTPUT_PRETTY : OUTPUT_AUTO);
}

static void
note_code(struct records *r, int code)
{
	if (r->code == 0)
		r->code = code;
	if (code != 0 && r->cli->fail_fast)
		r->stop = true;
}

void
records_fail(struct records *r, const struct ssm_error *err)
{
	output_flush(&r->out);
	cli_message(r->cli, err, 0, r->id);
	note_code(r, ssm_exit_code(err->rc));
}

/* The message of a failed record names it when there is more than one. */
static void
settle_failure(struct records *r, const struct ssm_error *err, struct view id)
{
	struct bytes own_id = BYTES_INIT(JSON_DOCUMENT_MAX), document = BYTES_INIT(RECORD_MAX);
	bool many;

	bytes_set(&own_id, id.len > 0 ? id : r->id);	/* looking for more input may move the buffer */
	if (r->cli->inline_errors) {
		cli_error_document(&document, err, bytes_view(&own_id));
		output_document(&r->out, bytes_view(&document));
	}
	output_flush(&r->out);
	many = r->many || r->number > 1 || input_has_more(&r->in);
	cli_message(r->cli, err, many ? r->number : 0, bytes_view(&own_id));
	note_code(r, ssm_exit_code(err->rc));
	bytes_clear(&own_id);
	bytes_clear(&document);
}

enum form { DOCUMENT, LINE, TEXT };

static void
settle(struct records *r, enum ssm_err rc, struct bytes *result, struct ssm_error *err,
    struct view id, enum form form)
{
	if (rc == SSM_OK && bytes_failed(result))
		rc = ssm_fail_memory(err);
	if (rc != SSM_OK)
		settle_failure(r, err, id);
	else if (form == TEXT)
		output_text(&r->out, bytes_view(result));
	else if (form == LINE)
		output_line(&r->out, bytes_view(result));
	else if (result->len > 0)
		output_document(&r->out, bytes_view(result));
	if (r->out.error != 0)
		r->stop = true;
	bytes_reset(result);
	ssm_error_clear(err);
}

void
records_settle_number(struct records *r, size_t number, enum ssm_err rc, struct bytes *result,
    struct ssm_error *err, struct view id)
{
	r->number = number;
	settle(r, rc, result, err, id, r->verbatim ? TEXT : r->plain ? LINE : DOCUMENT);
}

void
records_settle(struct records *r, enum ssm_err rc, struct bytes *result, struct ssm_error *err,
    struct view id)
{
	records_settle_number(r, r->number + 1, rc, result, err, id);
}

void
records_settle_line(struct records *r, enum ssm_err rc, struct bytes *result,
    struct ssm_error *err)
{
	r->number++;
	settle(r, rc, result, err, VIEW_NONE, LINE);
}

/* A document goes through apply, an earlier stage's error document as it is. */
static void
settle_document(struct records *r, struct json_doc *doc, records_apply *apply, void *context,
    struct bytes *result, struct ssm_error *err)
{
	struct json_member *id = json_member(doc, "id");
	struct view key = id == NULL ? VIEW_NONE : id->raw;
	enum ssm_err rc = err->rc;

	if (rc == SSM_OK && json_kind(json_member(doc, "Error")) == JSON_OBJECT) {
		bytes_add(result, doc->text);
		r->number++;
		settle(r, rc, result, err, key, DOCUMENT);
		return;
	}
	if (rc == SSM_OK)
		rc = apply(context, doc, result, err);
	records_settle(r, rc, result, err, key);
}

static void
read_before(struct records *r)
{
	r->in.before_wait = flush_before_wait;
	r->in.context = r;
}

void
records_documents(struct records *r, records_apply *apply, void *context)
{
	struct bytes result = BYTES_INIT(RECORD_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	enum input_status status = INPUT_RECORD;

	read_before(r);
	while (!r->stop && status != INPUT_END && status != INPUT_FAILED) {
		struct json_doc doc = JSON_DOC_INIT;

		status = input_document(&r->in, &doc, &err);
		if (status == INPUT_RECORD || status == INPUT_BAD)
			settle_document(r, &doc, apply, context, &result, &err);
		json_clear(&doc);
	}
	records_end_input(r, status, "document", &err);
	bytes_clear(&result);
}

void
records_lines(struct records *r, records_apply_line *apply, void *context)
{
	struct bytes result = BYTES_INIT(RECORD_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	enum input_status status = INPUT_RECORD;

	read_before(r);
	while (!r->stop && status != INPUT_END && status != INPUT_FAILED) {
		struct view line;

		status = input_line(&r->in, &line, &err);
		if (status == INPUT_RECORD)
			records_settle(r, apply(context, view_trim(line), &result, &err), &result, &err,
			    VIEW_NONE);
		else if (status == INPUT_BAD)
			records_settle(r, err.rc, &result, &err, VIEW_NONE);
	}
	records_end_input(r, status, "line", &err);
	bytes_clear(&result);
}

void
records_end_input(struct records *r, enum input_status status, const char *what,
    struct ssm_error *err)
{
	if (status == INPUT_END && r->number == 0)
		ssm_fail(err, SSM_E_OTHER, "NoDocument", "no %s on %s", what, r->in.name);
	if (err->rc != SSM_OK)
		records_fail(r, err);
	ssm_error_clear(err);
}

int
records_finish(struct records *r)
{
	input_close(&r->in);
	if (!output_close(&r->out)) {
		int code = cli_output_lost(r->cli, r->out.error);

		return r->code != 0 ? r->code : code;
	}
	return r->code;
}
