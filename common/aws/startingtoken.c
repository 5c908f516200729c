#include "aws/startingtoken.h"

#include "core/base64.h"
#include "core/utf8.h"
#include "json/json.h"
#include "json/text.h"

#define COUNT_DIGITS_MAX 9

/* Up to the end of text a whole number. */
static bool
read_count(struct view text, unsigned long *count)
{
	unsigned long long number;
	bool good = view_number(text, &number) && text.len <= COUNT_DIGITS_MAX;

	*count = good ? (unsigned long)number : 0;
	return good;
}

/*
 * {"NextToken": TOKEN or null, "boto_truncate_amount": N}; SSM_E_INPUT: it is something else.
 */
static enum ssm_err
read_object(struct bytes *next, unsigned long *shown, struct view text, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct json_member *amount;
	struct view token = VIEW_NONE;
	enum ssm_err rc;

	if (utf8_check(text) != text.len)
		return SSM_E_INPUT;
	if ((rc = json_parse(&doc, text, "the token", err)) == SSM_OK &&
	    (rc = json_string(&doc, "NextToken", &token, err)) == SSM_OK) {
		amount = json_member(&doc, "boto_truncate_amount");
		if (amount != NULL && !read_count(amount->raw, shown))
			rc = SSM_E_INPUT;
		bytes_set(next, token);
	}
	json_clear(&doc);
	return rc;
}

/* TOKEN___N; anything else is the service's own. */
static void
read_plain(struct bytes *next, unsigned long *shown, struct view text)
{
	const char *mark = memmem(text.ptr, text.len, "___", 3);
	size_t at = mark == NULL ? text.len : (size_t)(mark - text.ptr);
	struct view token = text;

	if (mark != NULL && read_count(view_slice(text, at + 3, text.len), shown))
		token = view_slice(text, 0, at);
	bytes_set(next, view_is(token, "None") ? VIEW_NONE : token);
}

enum ssm_err
startingtoken_read(struct bytes *next, unsigned long *shown, struct view text, struct ssm_error *err)
{
	struct bytes decoded = BYTES_INIT(JSON_DOCUMENT_MAX);
	enum ssm_err rc = SSM_E_INPUT;

	*shown = 0;
	if (base64_decode(&decoded, text) && !bytes_failed(&decoded))
		rc = read_object(next, shown, bytes_view(&decoded), err);
	if (rc == SSM_E_INPUT && !bytes_failed(&decoded)) {
		ssm_error_clear(err);
		*shown = 0;
		read_plain(next, shown, text);
		rc = SSM_OK;
	}
	if (bytes_failed(next) || bytes_failed(&decoded))
		rc = ssm_fail_memory(err);
	bytes_clear(&decoded);
	return rc;
}

void
startingtoken_add(struct bytes *out, struct view next, const unsigned long *shown)
{
	struct bytes text = BYTES_INIT(2 * JSON_DOCUMENT_MAX);

	bytes_add(&text, VIEW("{\"NextToken\": "));
	if (next.len > 0)
		jsontext_string_ascii(&text, next);
	else
		bytes_add(&text, VIEW("null"));
	if (shown != NULL)
		bytes_print(&text, ", \"boto_truncate_amount\": %lu", *shown);
	bytes_add_char(&text, '}');
	base64_add(out, bytes_view(&text));
	out->failed = out->failed || bytes_failed(&text);
	bytes_clear(&text);
}
