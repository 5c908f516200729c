#include "core/printable.h"

#include "core/utf8.h"

/* The character that text starts with, 1 byte that is none for one: false when it has to be escaped. */
static bool
is_harmless(struct view text, unsigned *code, size_t *len)
{
	*len = utf8_length(text);
	*code = *len == 0 ? (unsigned char)text.ptr[0] : utf8_decode(text);
	if (*len != 0 && !printable_is_control(*code))
		return true;
	*len = *len == 0 ? 1 : *len;
	return false;
}

/* The bytes from the start of text that need no look at characters: printable ASCII. */
static size_t
plain_run(struct view text)
{
	size_t len = 0;

	while (len < text.len && text.ptr[len] >= 0x20 && text.ptr[len] < 0x7F)
		len++;
	return len;
}

static bool
is_layout(unsigned code)
{
	return code == '\n' || code == '\t';
}

static void
add(struct bytes *out, struct view text, bool layout)
{
	while (text.len > 0 && !bytes_failed(out)) {
		size_t len = plain_run(text);
		unsigned code = 0;

		if (len > 0 || is_harmless(text, &code, &len) || (layout && is_layout(code))) {
			bytes_add(out, view_slice(text, 0, len));
		} else if (code == '\n') {
			bytes_add(out, VIEW("\\n"));
		} else {
			bytes_print(out, "\\x%02x", code & 0xFF);
		}
		text = view_slice(text, len, text.len);
	}
}

void
printable_line(struct bytes *out, struct view text)
{
	add(out, text, false);
}

void
printable_text(struct bytes *out, struct view text)
{
	add(out, text, true);
}

bool
printable_is_text(struct view text)
{
	while (text.len > 0) {
		size_t len = plain_run(text);
		unsigned code;

		if (len == 0 && !is_harmless(text, &code, &len) && !is_layout(code))
			return false;
		text = view_slice(text, len, text.len);
	}
	return true;
}

void
printable_json(struct bytes *out, struct view json)
{
	while (json.len > 0 && !bytes_failed(out)) {
		size_t len = plain_run(json);
		unsigned code = 0;

		if (len > 0 || is_harmless(json, &code, &len) || code < 0x20)
			bytes_add(out, view_slice(json, 0, len));
		else
			bytes_print(out, "\\u%04x", code & 0xFF);
		json = view_slice(json, len, json.len);
	}
}
