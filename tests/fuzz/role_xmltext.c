/* role/xmltext: no text is longer than the document; a text that is written as XML is read back. */
#include "core/utf8.h"
#include "fuzz.h"
#include "role/xmltext.h"

static void
add_escaped(struct bytes *out, struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '<': bytes_add(out, VIEW("&lt;")); break;
		case '&': bytes_add(out, VIEW("&#38;")); break;
		case '>': bytes_add(out, VIEW("&gt;")); break;
		default: bytes_add_char(out, text.ptr[i]);
		}
}

/* What XML can hold without a character's number: U+FFFE and U+FFFF are none of its. */
static bool
is_plain(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ' || view_starts(view_slice(text, i, text.len), VIEW("\xEF\xBF")))
			return false;
	return utf8_check(text) == text.len && text.len < XMLTEXT_MAX / 6;
}

static void
check_round_trip(struct view text)
{
	struct bytes xml = BYTES_INIT(SIZE_MAX), found = BYTES_INIT(SIZE_MAX);
	struct xmltext list[] = { { "Error/Message", &found, false } };
	const char *why;

	bytes_add_text(&xml, "<r><Error><Code>a</Code><x:Message xmlns:x='y'>");
	add_escaped(&xml, text);
	bytes_add_text(&xml, "<!-- no --><Code/></x:Message></Error></r>");
	HOLDS(xmltext_read(bytes_view(&xml), list, 1, &why) && list[0].seen);
	SAME(bytes_view(&found), text);
	bytes_clear(&xml);
	bytes_clear(&found);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size);
	struct bytes code = BYTES_INIT(SIZE_MAX), message = BYTES_INIT(SIZE_MAX);
	struct xmltext list[] = { { "Error/Code", &code, false }, { "Error/Message", &message, false } };
	const char *why = "";

	HOLDS(xmltext_read(text, list, ARRAY_LEN(list), &why) || why != NULL);
	HOLDS(code.len + message.len <= size);
	bytes_clear(&code);
	bytes_clear(&message);
	if (is_plain(text))
		check_round_trip(text);
	return 0;
}
