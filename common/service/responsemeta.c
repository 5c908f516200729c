#include "service/responsemeta.h"

#include <stdio.h>

#include "core/utf8.h"
#include "json/text.h"
#include "service/redact.h"

/* A field's value may be in any 8-bit code; what is no UTF-8 is taken for Latin-1. */
static void
add_utf8(struct bytes *out, struct view text)
{
	if (utf8_check(text) == text.len) {
		bytes_add(out, text);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		char character[4];

		bytes_add(out, (struct view){ character, utf8_encode(character, (unsigned char)text.ptr[i]) });
	}
}

static bool
is_repeat(const struct httphead *head, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (view_equal(httphead_name(head, k), httphead_name(head, i)))
			return true;
	return false;
}

/* The values of all fields of the name of field i, as one text. */
static void
join_values(struct bytes *out, const struct httphead *head, size_t i)
{
	struct view name = httphead_name(head, i);

	bytes_reset(out);
	add_utf8(out, httphead_value(head, i));
	for (size_t k = i + 1; k < head->count; k++)
		if (view_equal(httphead_name(head, k), name)) {
			bytes_add(out, VIEW(", "));
			add_utf8(out, httphead_value(head, k));
		}
}

/* A field whose name holds a secret is left out: *** would be a name that may be there twice. */
static void
add_fields(struct bytes *out, const struct httphead *head, const struct redact *redact)
{
	struct bytes value = BYTES_INIT(2 * HTTPHEAD_SIZE_MAX), clean = BYTES_INIT(2 * HTTPHEAD_SIZE_MAX);

	jsontext_begin(out);
	for (size_t i = 0; i < head->count; i++) {
		if (is_repeat(head, i) || redact_finds(redact, httphead_name(head, i)))
			continue;
		join_values(&value, head, i);
		bytes_reset(&clean);
		redact_add(&clean, bytes_view(&value), redact, clean.max);
		jsontext_name_view(out, httphead_name(head, i));
		jsontext_string(out, bytes_view(&clean));
	}
	jsontext_end(out);
	bytes_clear(&value);
	bytes_clear(&clean);
}

static struct view
find_request_id(const struct httphead *head)
{
	static const char *const names[] = { "x-amzn-requestid", "x-amz-request-id" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct view id = httphead_find(head, names[i]);
		size_t plain = 0;

		while (plain < id.len && id.ptr[plain] > 0x20 && id.ptr[plain] < 0x7F)
			plain++;
		if (plain > 0 && plain == id.len && plain < RESPONSEMETA_ID_MAX)
			return id;
	}
	return VIEW_NONE;
}

void
responsemeta_request_id(char id[RESPONSEMETA_ID_MAX], const struct httphead *head,
    const struct request *request)
{
	struct bytes clean = BYTES_INIT(4 * RESPONSEMETA_ID_MAX);
	struct redact redact = REDACT_INIT;

	redact_request(&redact, request);
	redact_add(&clean, find_request_id(head), &redact, RESPONSEMETA_ID_MAX);
	snprintf(id, RESPONSEMETA_ID_MAX, "%.*s", (int)clean.len, clean.len > 0 ? clean.ptr : "");
	bytes_clear(&clean);
}

void
responsemeta_add(struct bytes *out, const struct httphead *head, const struct request *request,
    unsigned retries, bool used_up)
{
	char id[RESPONSEMETA_ID_MAX];
	struct redact redact = REDACT_INIT;

	redact_request(&redact, request);
	responsemeta_request_id(id, head, request);
	jsontext_begin(out);
	if (*id != '\0')
		jsontext_member(out, "RequestId", view_of(id));
	if (head->complete) {
		jsontext_member_number(out, "HTTPStatusCode", head->status);
		jsontext_name(out, "HTTPHeaders");
		add_fields(out, head, &redact);
	}
	jsontext_member_number(out, "RetryAttempts", retries);
	if (used_up)
		jsontext_member_bool(out, "MaxAttemptsReached", true);
	jsontext_end(out);
}

void
responsemeta_add_elapsed(struct bytes *object, unsigned elapsed_ms)
{
	if (bytes_failed(object) || object->len == 0)
		return;
	object->len--;
	jsontext_member_number(object, "ElapsedMs", elapsed_ms);
	jsontext_end(object);
}

void
responsemeta_attach(struct ssm_error *err, const struct httphead *head,
    const struct request *request, unsigned retries, bool used_up)
{
	responsemeta_request_id(err->request_id, head, request);
	bytes_reset(&err->metadata);
	responsemeta_add(&err->metadata, head, request, retries, used_up);
	if (bytes_failed(&err->metadata))
		bytes_clear(&err->metadata);
}
