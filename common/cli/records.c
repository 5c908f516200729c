#include "cli/records.h"

#include <errno.h>

#include "cli/errordocument.h"
#include "json/omit.h"

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
		errordocument_add(&document, err, bytes_view(&own_id));
		if (bytes_failed(&own_id) || bytes_failed(&document))
			r->out.error = ENOMEM;	/* half a line must not be read, or written */
		else
			output_document(&r->out, bytes_view(&document));
	}
	output_flush(&r->out);
	many = r->many || r->number > 1 || input_has_more(&r->in);
	cli_message(r->cli, err, many ? r->number : 0, bytes_view(&own_id));
	note_code(r, ssm_exit_code(err->rc));
	bytes_clear(&own_id);
	bytes_clear(&document);
}

static void
settle(struct records *r, enum ssm_err rc, struct bytes *result, struct ssm_error *err,
    struct view id, enum records_form form)
{
	if (rc == SSM_OK && bytes_failed(result))
		rc = ssm_fail_memory(err);
	if (rc != SSM_OK)
		settle_failure(r, err, id);
	else if (form == RECORDS_TEXTS)
		output_text(&r->out, bytes_view(result));
	else if (form == RECORDS_LINES)
		output_line(&r->out, bytes_view(result));
	else if (result->len > 0)
		output_document(&r->out, bytes_view(result));
	if (r->out.error != 0)
		r->stop = true;
	bytes_reset(result);
	ssm_error_clear(err);
}

void
records_settle(struct records *r, enum ssm_err rc, struct bytes *result, struct ssm_error *err,
    struct view id)
{
	r->number++;
	settle(r, rc, result, err, id, r->form);
}

/* What a run over the input takes along. */
struct reading {
	struct records *records;
	records_apply *apply;			/* for documents */
	records_apply_line *apply_line;		/* for lines and ids */
	void *context;				/* of both */
	enum id_kind (*kind)(struct view text);	/* for ids */
	struct ids ids;
	struct bytes result;
	struct ssm_error err;
};

#define READING_INIT .ids = IDS_INIT, .result = BYTES_INIT(RECORD_MAX), .err = SSM_ERROR_INIT

/* A document goes through apply, an earlier stage's error document as it is. */
static void
settle_document(struct reading *reading, struct json_doc *doc)
{
	struct records *r = reading->records;
	struct json_member *id = json_member(doc, "id");
	struct view key = id == NULL ? VIEW_NONE : id->raw;
	enum ssm_err rc = reading->err.rc;
	bool is_error = false;

	if (rc == SSM_OK)
		rc = errordocument_is(doc, &is_error, &reading->err);
	if (is_error) {
		if (r->withheld != NULL)
			jsonomit(&reading->result, doc->text, r->withheld);
		else
			bytes_add(&reading->result, doc->text);
		r->number++;
		settle(r, rc, &reading->result, &reading->err, key, RECORDS_DOCUMENTS);
		return;
	}
	if (rc == SSM_OK)
		rc = reading->apply(reading->context, doc, &reading->result, &reading->err);
	records_settle(r, rc, &reading->result, &reading->err, key);
}

static enum input_status
next_document(struct reading *reading)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum input_status status = input_document(&reading->records->in, &doc, &reading->err);

	if (status == INPUT_RECORD || status == INPUT_BAD)
		settle_document(reading, &doc);
	json_clear(&doc);
	return status;
}

static enum input_status
next_text(struct reading *reading)
{
	struct input *in = &reading->records->in;
	struct ssm_error *err = &reading->err;
	struct view text;
	enum input_status status = reading->kind == NULL ? input_line(in, &text, err) :
	    ids_next(&reading->ids, in, reading->kind, &text, err);

	if (status == INPUT_RECORD || status == INPUT_BAD)
		records_settle(reading->records, status == INPUT_BAD ? err->rc : reading->apply_line(
		    reading->context, view_trim(text), &reading->result, err), &reading->result, err, VIEW_NONE);
	return status;
}

static void
read_all(struct reading *reading, enum input_status (*next)(struct reading *reading), const char *what)
{
	struct records *r = reading->records;
	enum input_status status = INPUT_RECORD;

	r->in.before_wait = flush_before_wait;
	r->in.context = r;
	while (!r->stop && status != INPUT_END && status != INPUT_FAILED)
		status = next(reading);
	records_end_input(r, status, what, &reading->err);
	ids_clear(&reading->ids);
	bytes_clear(&reading->result);
}

void
records_documents(struct records *r, records_apply *apply, void *context)
{
	struct reading reading = { .records = r, .apply = apply, .context = context, READING_INIT };

	read_all(&reading, next_document, "document");
}

void
records_lines(struct records *r, records_apply_line *apply, void *context)
{
	struct reading reading = { .records = r, .apply_line = apply, .context = context, READING_INIT };

	read_all(&reading, next_text, "line");
}

void
records_ids(struct records *r, enum id_kind (*kind)(struct view text), records_apply_line *apply,
    void *context)
{
	struct reading reading = { .records = r, .apply_line = apply, .context = context, .kind = kind,
	    READING_INIT };

	read_all(&reading, next_text, "id");
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
