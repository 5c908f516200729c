#include "session/hush.h"

#include <stdio.h>

#include "core/ascii.h"
#include "service/redact.h"

static void
replace(struct ssm_error *err, struct bytes *text)
{
	if (bytes_failed(text))
		err->message[0] = '\0';
	else
		snprintf(err->message, sizeof err->message, "%.*s", (int)text->len, text->len == 0 ? "" : text->ptr);
	bytes_clear(text);
}

void
sessionhush_text(struct ssm_error *err, struct view secret)
{
	struct redact redact = REDACT_INIT;
	struct bytes text = BYTES_INIT(2 * SSM_MESSAGE_MAX);

	redact_note(&redact, secret);
	redact_add(&text, view_of(err->message), &redact, SSM_MESSAGE_MAX);
	replace(err, &text);
}

static bool
is_word(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("+/=_-", c) != NULL);
}

static bool
has(struct view text, struct view part)
{
	return part.len <= text.len && memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

void
sessionhush_words(struct ssm_error *err, struct view host, struct view id)
{
	struct view rest = view_of(err->message);
	struct bytes text = BYTES_INIT(2 * SSM_MESSAGE_MAX);

	while (rest.len > 0) {
		size_t len = 0;
		struct view word;

		while (len < rest.len && is_word(rest.ptr[len]))
			len++;
		word = view_slice(rest, 0, len);
		bytes_add(&text, len >= SESSIONHUSH_WORD && !has(host, word) && !has(id, word) ? VIEW("***") : word);
		if (len < rest.len)
			bytes_add_char(&text, rest.ptr[len++]);
		rest = view_slice(rest, len, rest.len);
	}
	replace(err, &text);
}
