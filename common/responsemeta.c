#include "responsemeta.h"

#include <stdio.h>

#include "jsontext.h"
#include "utf8.h"

#define SECRET_LEN_MIN 8		/* shorter ones would only blank out common words */
#define SECRETS 3

static void
find_secrets(struct view secrets[SECRETS], const struct request *request)
{
	static const char mark[] = "Signature=";
	struct view authorization = request_header(request, "authorization");
	size_t at = authorization.len;

	secrets[0] = authorization;
	secrets[1] = request_header(request, "x-amz-security-token");
	secrets[2] = VIEW_NONE;
	while (at > 0 && authorization.ptr[at - 1] != '=')
		at--;
	if (at >= sizeof mark - 1 && view_is(view_slice(authorization, at - (sizeof mark - 1), at), mark))
		secrets[2] = view_slice(authorization, at, authorization.len);
}

/* Length of the secret that text starts with, or 0. */
static size_t
secret_length(struct view text, const struct view secrets[SECRETS])
{
	for (size_t i = 0; i < SECRETS; i++)
		if (secrets[i].len >= SECRET_LEN_MIN && view_starts(text, secrets[i]))
			return secrets[i].len;
	return 0;
}

void
responsemeta_add_clean(struct bytes *out, struct view text, const struct request *request,
    size_t max)
{
	struct view secrets[SECRETS];
	size_t from = out->len, len;

	find_secrets(secrets, request);
	for (size_t at = 0; at < text.len; at += len) {
		struct view rest = view_slice(text, at, text.len);

		if (out->len - from >= max) {
			bytes_add(out, VIEW("..."));
			return;
		}
		if ((len = secret_length(rest, secrets)) > 0) {
			bytes_add(out, VIEW("***"));
			continue;
		}
		len = utf8_length(rest);
		len = len == 0 ? 1 : len;
		bytes_add(out, view_slice(rest, 0, len));
	}
}

/* A field's value may be in any 8-bit code; what is no UTF-8 is taken for Latin-1. */
static void
add_utf8(struct bytes *out, struct view text)
{
	if (utf8_check(text) == text.len) {
		bytes_add(out, text);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c >= 0x80)
			bytes_add_char(out, (char)(0xC0 | (c >> 6)));
		bytes_add_char(out, (char)(c >= 0x80 ? 0x80 | (c & 0x3F) : c));
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

static void
add_fields(struct bytes *out, const struct httphead *head, const struct request *request)
{
	struct bytes value = BYTES_INIT(2 * HTTPHEAD_SIZE_MAX), clean = BYTES_INIT(2 * HTTPHEAD_SIZE_MAX);

	jsontext_begin(out);
	for (size_t i = 0; i < head->count; i++) {
		if (is_repeat(head, i))
			continue;
		join_values(&value, head, i);
		bytes_reset(&clean);
		responsemeta_add_clean(&clean, bytes_view(&value), request, clean.max);
		jsontext_name_view(out, httphead_name(head, i));
		jsontext_string(out, bytes_view(&clean));
	}
	jsontext_end(out);
	bytes_clear(&value);
	bytes_clear(&clean);
}

struct view
responsemeta_request_id(const struct httphead *head)
{
	static const char *const names[] = { "x-amzn-requestid", "x-amz-request-id" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct view id = httphead_find(head, names[i]);
		size_t plain = 0;

		while (plain < id.len && id.ptr[plain] > 0x20 && id.ptr[plain] < 0x7F)
			plain++;
		if (plain > 0 && plain == id.len && plain < sizeof ((struct ssm_error *)0)->request_id)
			return id;
	}
	return VIEW_NONE;
}

void
responsemeta_add(struct bytes *out, const struct httphead *head, const struct request *request,
    unsigned retries, bool used_up)
{
	struct view id = responsemeta_request_id(head);

	jsontext_begin(out);
	if (id.len > 0)
		jsontext_member(out, "RequestId", id);
	if (head->complete) {
		jsontext_member_number(out, "HTTPStatusCode", head->status);
		jsontext_name(out, "HTTPHeaders");
		add_fields(out, head, request);
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
	struct view id = responsemeta_request_id(head);

	snprintf(err->request_id, sizeof err->request_id, "%.*s", VIEW_ARG(id));
	bytes_reset(&err->metadata);
	responsemeta_add(&err->metadata, head, request, retries, used_up);
	if (bytes_failed(&err->metadata))
		bytes_clear(&err->metadata);
}
