#include "service/redact.h"

#include "core/ascii.h"
#include "core/utf8.h"

void
redact_note(struct redact *redact, struct view secret)
{
	if (secret.len > 0 && redact->count < REDACT_MAX)
		redact->secrets[redact->count++] = secret;
}

void
redact_request(struct redact *redact, const struct request *request)
{
	static const char mark[] = "Signature=";
	struct view authorization = request_header(request, "authorization");
	size_t at = authorization.len;

	redact_note(redact, authorization);
	redact_note(redact, request_header(request, "x-amz-security-token"));
	while (at > 0 && authorization.ptr[at - 1] != '=')
		at--;
	if (at >= sizeof mark - 1 && view_is(view_slice(authorization, at - (sizeof mark - 1), at), mark))
		redact_note(redact, view_slice(authorization, at, authorization.len));
}

/* The character that text starts with, %2b decoded, and how long it is. */
static char
read_char(struct view text, size_t *len)
{
	bool encoded = text.len > 2 && text.ptr[0] == '%' && ascii_hex(text.ptr[1]) >= 0 &&
	    ascii_hex(text.ptr[2]) >= 0;

	*len = encoded ? 3 : 1;
	return encoded ? (char)(ascii_hex(text.ptr[1]) * 16 + ascii_hex(text.ptr[2])) : text.ptr[0];
}

/* How much of text the secret takes that it starts with, or 0. */
static size_t
match(struct view text, struct view secret)
{
	size_t at = 0, len;

	for (size_t i = 0; i < secret.len; i++, at += len) {
		struct view rest = view_slice(text, at, text.len);

		if (rest.len == 0)
			return 0;
		if (ascii_lower(rest.ptr[0]) == ascii_lower(secret.ptr[i]))
			len = 1;
		else if (ascii_lower(read_char(rest, &len)) != ascii_lower(secret.ptr[i]))
			return 0;
	}
	return at;
}

static size_t
longest_match(const struct redact *redact, struct view text)
{
	size_t longest = 0;

	for (size_t i = 0; i < redact->count; i++) {
		size_t len = match(text, redact->secrets[i]);

		longest = len > longest ? len : longest;
	}
	return longest;
}

void
redact_add(struct bytes *out, struct view text, const struct redact *redact, size_t max)
{
	size_t from = out->len, len;

	for (size_t at = 0; at < text.len; at += len) {
		struct view rest = view_slice(text, at, text.len);

		if (out->len - from >= max) {
			bytes_add(out, VIEW("..."));
			return;
		}
		if ((len = longest_match(redact, rest)) > 0) {
			bytes_add(out, VIEW("***"));
			continue;
		}
		len = utf8_length(rest);
		len = len == 0 ? 1 : len;
		bytes_add(out, view_slice(rest, 0, len));
	}
}

bool
redact_finds(const struct redact *redact, struct view text)
{
	for (size_t at = 0; at < text.len; at++)
		if (longest_match(redact, view_slice(text, at, text.len)) > 0)
			return true;
	return false;
}
