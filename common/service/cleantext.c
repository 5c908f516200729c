#include "service/cleantext.h"

#include "core/ascii.h"
#include "core/utf8.h"

#define KEY_LEN 40			/* of AWS's secret keys */
#define TOKEN_LEN 100			/* no word or name is as long */
#define JWT_LEN 20

/* A character of base64, or of a JWT. */
static bool
is_token_char(char c)
{
	return ascii_is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_' || c == '.';
}

/* Letters of both cases and digits, with nothing that parts the words of a name. */
static bool
is_key(struct view run)
{
	size_t len = 0, lower = 0, upper = 0, digits = 0;

	for (size_t i = 0; i < run.len; i++) {
		char c = run.ptr[i];

		if (c == '-' || c == '_' || c == '.')
			len = lower = upper = digits = 0;
		else
			len++;
		lower += c >= 'a' && c <= 'z';
		upper += c >= 'A' && c <= 'Z';
		digits += ascii_is_digit(c);
		if (len >= KEY_LEN && lower > 0 && upper > 0 && digits > 0)
			return true;
	}
	return false;
}

/* Length of the run of such characters at the front of text when it looks like a key or a token, or 0. */
static size_t
lookalike_length(struct view text)
{
	size_t len = 0;
	struct view run;

	while (len < text.len && is_token_char(text.ptr[len]))
		len++;
	run = view_slice(text, 0, len);
	return len >= TOKEN_LEN || (len >= JWT_LEN && view_starts(run, VIEW("eyJ"))) || is_key(run) ? len : 0;
}

/* An ARN or a URL from there on, whose parts may be long without being secret. */
static size_t
name_length(struct view text)
{
	size_t len = 0;

	if (view_starts(text, VIEW("arn:")) || view_starts(text, VIEW("https://")) ||
	    view_starts(text, VIEW("http://")))
		while (len < text.len && len < TOKEN_LEN && (is_token_char(text.ptr[len]) || text.ptr[len] == ':'))
			len++;
	return len;
}

/* C0, DEL and, in UTF-8, C1. */
static bool
is_control(struct view text)
{
	unsigned char c = (unsigned char)text.ptr[0];

	return c < ' ' || c == 0x7F ||
	    (c == 0xC2 && text.len > 1 && (unsigned char)text.ptr[1] >= 0x80 && (unsigned char)text.ptr[1] < 0xA0);
}

static void
add(struct bytes *out, struct view text, bool guarded)
{
	size_t name_end = 0, len;
	bool start = true;			/* of a run */

	for (size_t at = 0; at < text.len; at += len) {
		struct view rest = view_slice(text, at, text.len);

		if (start && at >= name_end)
			name_end = at + name_length(rest);
		len = guarded && start && at >= name_end ? lookalike_length(rest) : 0;
		if (len > 0) {
			bytes_add(out, VIEW("***"));
			continue;
		}
		start = !is_token_char(rest.ptr[0]);
		len = utf8_length(rest) == 0 ? 1 : utf8_length(rest);
		bytes_add(out, is_control(rest) ? VIEW(" ") : view_slice(rest, 0, len));
	}
}

static void
add_redacted(struct bytes *out, struct view text, const struct redact *redact, size_t max, bool guarded)
{
	struct bytes known = BYTES_INIT(2 * max + 16);	/* gone is what is known to be secret */

	redact_add(&known, text, redact, max);
	add(out, bytes_view(&known), guarded);
	out->failed = out->failed || bytes_failed(&known);
	bytes_clear(&known);
}

void
cleantext_add_line(struct bytes *out, struct view text, const struct redact *redact, size_t max)
{
	add_redacted(out, text, redact, max, false);
}

void
cleantext_add_guarded(struct bytes *out, struct view text, const struct redact *redact, size_t max)
{
	add_redacted(out, text, redact, max, true);
}

/* Whether a name of a part of keys stands there with a value behind it. */
static bool
names_keys(struct view body)
{
	static const char *const names[] = { "secretaccesskey", "secret_access_key", "sessiontoken",
	    "session_token", "securitytoken", "\"token\"" };

	for (size_t at = 0; at < body.len; at++)
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			size_t end = at + strlen(names[i]);

			if (end > body.len || !view_equal_nocase(view_slice(body, at, end), view_of(names[i])))
				continue;
			while (end < body.len && memchr("\\\"' \t", body.ptr[end], 5) != NULL)
				end++;
			if (end < body.len && memchr(":=>", body.ptr[end], 3) != NULL)
				return true;
		}
	return false;
}

static bool
begins_like_json(struct view body)
{
	return body.len > 0 && (body.ptr[0] == '{' || body.ptr[0] == '"' ||
	    view_starts(body, VIEW("[{")) || view_starts(body, VIEW("[\"")));
}

void
cleantext_add_body(struct bytes *out, struct view body, bool is_object, const struct redact *redact,
    size_t max)
{
	body = view_trim(body);
	if (names_keys(body) || (begins_like_json(body) && !is_object))
		bytes_add(out, VIEW("(not shown)"));
	else
		cleantext_add_guarded(out, body, redact, max);
}
