#include "startingtoken.h"

#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "jsontext.h"
#include "utf8.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
digit_of(char c)
{
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Base64 with its padding, line ends at will, and nothing else; false: it is something else. */
static bool
decode(struct bytes *out, struct view text)
{
	unsigned group = 0;
	size_t count = 0, padding = 0;

	for (size_t i = 0; i < text.len; i++) {
		int digit = digit_of(text.ptr[i]);

		if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
			continue;
		if (text.ptr[i] == '=') {
			padding++;
			continue;
		}
		if (digit < 0 || padding > 0)
			return false;
		group = group << 6 | (unsigned)digit;
		if (++count % 4 != 1)
			bytes_add_char(out, (char)(group >> (6 - 2 * ((count - 1) % 4)) & 0xFF));
	}
	return count > 0 && padding < 4 && (count + padding) % 4 == 0;
}

/* Up to the end of text a whole number. */
static bool
read_count(struct view text, unsigned long *count)
{
	*count = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || i == 9)
			return false;
		*count = *count * 10 + (unsigned long)(text.ptr[i] - '0');
	}
	return text.len > 0;
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
	struct view mark = VIEW("___"), token = text;
	size_t at = 0;

	while (at < text.len && !view_starts(view_slice(text, at, text.len), mark))
		at++;
	if (at < text.len && read_count(view_slice(text, at + mark.len, text.len), shown))
		token = view_slice(text, 0, at);
	bytes_set(next, view_is(token, "None") ? VIEW_NONE : token);
}

enum ssm_err
startingtoken_read(struct bytes *next, unsigned long *shown, struct view text, struct ssm_error *err)
{
	struct bytes decoded = BYTES_INIT(JSON_DOCUMENT_MAX);
	enum ssm_err rc = SSM_E_INPUT;

	*shown = 0;
	if (decode(&decoded, text) && !bytes_failed(&decoded))
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

static void
add_base64(struct bytes *out, struct view text)
{
	for (size_t i = 0; i < text.len; i += 3) {
		size_t left = text.len - i;
		unsigned group = (unsigned)(unsigned char)text.ptr[i] << 16;

		if (left > 1)
			group |= (unsigned)(unsigned char)text.ptr[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)text.ptr[i + 2];
		bytes_add_char(out, digits[group >> 18]);
		bytes_add_char(out, digits[group >> 12 & 63]);
		bytes_add_char(out, left > 1 ? digits[group >> 6 & 63] : '=');
		bytes_add_char(out, left > 2 ? digits[group & 63] : '=');
	}
}

void
startingtoken_add(struct bytes *out, struct view next, const unsigned long *shown)
{
	struct bytes text = BYTES_INIT(2 * JSON_DOCUMENT_MAX);
	char number[32];

	bytes_add(&text, VIEW("{\"NextToken\": "));
	if (next.len > 0)
		jsontext_string_ascii(&text, next);
	else
		bytes_add(&text, VIEW("null"));
	if (shown != NULL) {
		snprintf(number, sizeof number, "%lu", *shown);
		bytes_add(&text, VIEW(", \"boto_truncate_amount\": "));
		bytes_add_text(&text, number);
	}
	bytes_add_char(&text, '}');
	add_base64(out, bytes_view(&text));
	out->failed = out->failed || bytes_failed(&text);
	bytes_clear(&text);
}
