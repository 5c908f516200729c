/* xmltext: which texts are taken of a document, what is passed over, what is refused. */
#include <stdlib.h>

#include "role/xmltext.h"
#include "tap.h"

#define OUTSIDE "text outside of the element"
#define CUT "the text ends inside of something"
#define NAMELESS "an element without a name of its own"
#define DOCTYPE "a DOCTYPE or another declaration"

/* The texts of r/a and r/b/c as [..], `-` for one that is not there; or ! and why. */
static void
read_texts(struct bytes *out, struct view xml)
{
	struct bytes a = BYTES_INIT(XMLTEXT_MAX), c = BYTES_INIT(XMLTEXT_MAX);
	struct xmltext list[] = { { "a", &a, false }, { "b/c", &c, false } };
	const char *why = NULL;
	bool good = xmltext_read(xml, list, ARRAY_LEN(list), &why);

	for (size_t i = 0; good && i < ARRAY_LEN(list); i++) {
		bytes_add_text(out, list[i].seen ? "[" : "-");
		bytes_add(out, bytes_view(list[i].text));
		bytes_add_text(out, list[i].seen ? "]" : "");
	}
	if (!good) {
		bytes_add_char(out, '!');
		bytes_add_text(out, why == NULL ? "no memory" : why);
	}
	bytes_clear(&a);
	bytes_clear(&c);
}

/* From a block that ends where the text does, so that a look past its end shows. */
static void
is_read(struct view xml, const char *expected, const char *title)
{
	struct bytes got = BYTES_INIT(1 << 20);
	char *block = malloc(xml.len > 0 ? xml.len : 1);

	if (block == NULL)
		abort();
	memcpy(block, xml.ptr, xml.len);
	read_texts(&got, (struct view){ block, xml.len });
	is_text(bytes_cstr(&got), expected, "%s", title);
	bytes_clear(&got);
	free(block);
}

static const struct {
	const char *xml, *expected, *title;
} cases[] = {
	{ "<r><a>1</a><b><c>2</c></b></r>", "[1][2]", "both texts" },
	{ "<r/>", "--", "no text" },
	{ "<r><a/><b><c></c></b></r>", "[][]", "empty ones" },
	{ "<a>1</a>", "--", "the outermost element has another path" },
	{ "<r><c>1</c><b><a>2</a></b></r>", "--", "the names in other places" },
	{ "<r><a> x\n</a></r>", "[ x\n]-", "a text keeps its blanks" },
	{ "<r><a>1<x>2</x>3</a></r>", "[13]-", "what an element inside it holds is none of it" },
	{ "<r><a>x\r\ny\rz</a></r>", "[x\ny\nz]-", "all line ends are LF" },
	{ "<r><a>&amp;&lt;&gt;&quot;&apos;</a></r>", "[&<>\"']-", "the five entities" },
	{ "<r><a>&#65;&#xe9;&#x1F600;&#013;</a></r>", "[A\xC3\xA9\xF0\x9F\x98\x80\r]-", "numeric references" },
	{ "<r><a>1<![CDATA[<b>&amp;]] >]]>2</a></r>", "[1<b>&amp;]] >2]-", "a CDATA section" },
	{ "<p:r xmlns:p='u' xmlns:q='v'><q:a>1</q:a></p:r>", "[1]-", "names are local ones" },
	{ "<r:/>", "!" NAMELESS, "a prefix alone is no name" },
	{ "<r:><b><a>1</a></b></r:>", "!" NAMELESS, "nor one that would put what is below it in another place" },
	{ "<r><x::/><x:::/></r>", "!" NAMELESS, "nor is one of colons" },
	{ "<r x='1'><a y = \"2 &lt; '3'\">1</a></r>", "[1]-", "attributes are passed over" },
	{ "<!-- 1 --><r><a>x<!-- <b> & - -->y</a></r><!-- 2 -->", "[xy]-", "comments are passed over" },
	{ "<?php x?><r><a>x<?y z?>y</a></r>", "[xy]-", "processing instructions are passed over" },
	{ "\xEF\xBB\xBF<?xml version=\"1.0\" encoding='UTF-8'?>\n<r><a>1</a></r>\n", "[1]-",
	    "a byte order mark, the declaration, blanks around the element" },
	{ "<?xml version='1.0' encoding='ISO-8859-1'?><r><a>\xC3\xA9</a></r>", "[\xC3\xA9]-",
	    "it is UTF-8 whatever the declaration says" },
	{ "<r><\xC3\xA9>1</\xC3\xA9><a>2</a></r>", "[2]-", "a name that is not ASCII" },
	{ "<r><a>1</a><a>2</a></r>", "!an element that comes twice", "an element twice" },
	{ "<r><a/><a/></r>", "!an element that comes twice", "an empty one twice" },
	{ "<r><x/><x/></r>", "--", "what is not asked for may come twice" },
	{ "", "!no element", "nothing" },
	{ " \n", "!no element", "blanks alone" },
	{ "<!-- -->", "!no element", "a comment alone" },
	{ "x", "!" OUTSIDE, "text before the element" },
	{ "\xEF\xBB\xBF x", "!" OUTSIDE, "behind a byte order mark" },
	{ "{\"a\": 1}", "!" OUTSIDE, "JSON" },
	{ "<r><a>", "!" CUT, "elements that do not end" },
	{ "<r/>x", "!junk after document element", "text behind the element" },
	{ "<r/><r/>", "!junk after document element", "a second element" },
	{ "<r><a></r></a>", "!mismatched tag", "elements that cross" },
	{ "<r><a>&nbsp;</a></r>", "!undefined entity", "an entity of its own" },
	{ "<r><a b='&c;'/></r>", "!undefined entity", "one in an attribute" },
	{ "<r><a>&#0;</a></r>", "!reference to invalid character number", "a NUL by number" },
	{ "<r><a>&#xD800;</a></r>", "!reference to invalid character number", "half a pair by number" },
	{ "<r><a>& </a></r>", "!not well-formed (invalid token)", "an ampersand as such" },
	{ "<r><a>]]></a></r>", "!not well-formed (invalid token)", "the end of no CDATA section" },
	{ "<r><a b='1' b='2'/></r>", "!duplicate attribute", "an attribute twice" },
	{ "<r><a>\x01</a></r>", "!not well-formed (invalid token)", "a control character" },
	{ "<!DOCTYPE r><r><a>1</a></r>", "!" DOCTYPE, "a DOCTYPE" },
	{ "<!DOCTYPE r [<!ENTITY e \"x\">]><r><a>&e;</a></r>", "!" DOCTYPE, "one with an entity" },
	{ "<!DOCTYPE r SYSTEM 'file:///dev/null'><r><a>1</a></r>", "!" DOCTYPE, "one that is elsewhere" },
	{ "<!DOCTYPE r [<!ENTITY % e SYSTEM 'file:///dev/null'> %e;]><r/>", "!" DOCTYPE,
	    "one with a parameter entity" },
	{ "<r><!ENTITY e \"x\"></r>", "!not well-formed (invalid token)", "a declaration inside" },
	{ "<r><a>\xFF</a></r>", "!a byte that is not UTF-8", "a byte that is not UTF-8" },
	{ "<r><a>\xC0\xBC</a></r>", "!a byte that is not UTF-8", "an overlong form" },
	{ "<r><a>\xC3", "!a byte that is not UTF-8", "half a character at the end" },
};

static void
check_other_encodings(void)
{
	is_read(VIEW("\xFF\xFE<\0r\0/\0>\0"), "!a byte that is not UTF-8", "UTF-16 with its mark");
	is_read(VIEW("<\0r\0/\0>\0"), "!a byte that is not UTF-8", "UTF-16 without");
	is_read(VIEW("<r><a>\0</a></r>"), "!a byte that is not UTF-8", "a NUL");
}

static void
check_depth(size_t depth, const char *expected, const char *title)
{
	struct bytes xml = BYTES_INIT(4096);

	for (size_t i = 0; i < depth; i++)
		bytes_add_text(&xml, "<x>");
	for (size_t i = 0; i < depth; i++)
		bytes_add_text(&xml, "</x>");
	is_read(bytes_view(&xml), expected, title);
	bytes_clear(&xml);
}

static void
check_length(size_t len, const char *expected, const char *title)
{
	struct bytes xml = BYTES_INIT(1 << 20);

	bytes_add_text(&xml, "<r>");
	while (xml.len < len - 4)
		bytes_add_char(&xml, 'x');
	bytes_add_text(&xml, "</r>");
	is_read(bytes_view(&xml), expected, title);
	bytes_clear(&xml);
}

/* Every beginning of a good text but the whole is bad, and read within its bounds. */
static void
check_cuts(void)
{
	const struct view whole = VIEW("<?xml version='1.0'?><p:r b='&amp;'><a>x&#65;<!-- c -->"
	    "<![CDATA[d]]></a><e/></p:r>");
	size_t bad = 0;

	for (size_t len = 0; len < whole.len; len++) {
		struct bytes got = BYTES_INIT(4096);
		char *block = malloc(len > 0 ? len : 1);

		if (block == NULL)
			abort();
		memcpy(block, whole.ptr, len);
		read_texts(&got, (struct view){ block, len });
		bad += got.ptr[0] == '!';
		free(block);
		bytes_clear(&got);
	}
	is_number(bad, whole.len, "a text that is cut anywhere is bad");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_read(view_of(cases[i].xml), cases[i].expected, cases[i].title);
	check_other_encodings();
	check_depth(XMLTEXT_DEPTH_MAX, "--", "as deep as can be");
	check_depth(XMLTEXT_DEPTH_MAX + 1, "!elements nested too deep", "one deeper");
	check_length(XMLTEXT_MAX, "--", "as long as can be");
	check_length(XMLTEXT_MAX + 1, "!longer than 65536 bytes", "one byte longer");
	check_cuts();
	return done_testing();
}
