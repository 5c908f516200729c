#include "json/omit.h"

#include "json/text.h"
#include "json/unescape.h"

#define ESCAPE_LEN 6		/* of \uxxxx */

static bool
is_called(struct view token, const char *name)
{
	struct view inside = view_slice(token, 1, token.len - 1);
	char text[ESCAPE_LEN * JSONOMIT_NAME_MAX];

	return inside.len <= sizeof text && view_equal_nocase(jsonunescape(text, inside), view_of(name));
}

/* The comma of a member that is left out goes with it: the one behind it, else the one before. */
static size_t
skip_comma(struct bytes *out, struct view text, size_t at)
{
	at = jsontext_skip_blanks(text, at);
	if (text.ptr[at] == ',')
		return at + 1;
	if (out->len > 0 && out->ptr[out->len - 1] == ',')
		out->len--;
	return at;
}

void
jsonomit(struct bytes *out, struct view document, const char *name)
{
	size_t at = 0;

	while ((at = jsontext_skip_blanks(document, at)) < document.len) {
		struct view token = jsontext_token(document, at);
		size_t next = jsontext_skip_blanks(document, at + token.len);

		if (token.ptr[0] == '"' && next < document.len && document.ptr[next] == ':' &&
		    is_called(token, name)) {
			at = skip_comma(out, document, jsontext_skip_value(document, next + 1));
			continue;
		}
		bytes_add(out, token);
		at = next;
	}
}
