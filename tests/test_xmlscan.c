/* xmlscan: what is read of XML, what is refused, and where. */
#include <stdlib.h>

#include "tap.h"
#include "xmlscan.h"

/* The tokens as one text: <name>, [text], </name>, and at the end . or ! and why. */
static void
render(struct bytes *out, struct view xml)
{
	struct xmlscan scan = XMLSCAN_INIT(xml);
	enum xmlscan_token token;

	do {
		token = xmlscan_next(&scan);
		bytes_add_text(out, token == XMLSCAN_START ? "<" : token == XMLSCAN_END ? "</" :
		    token == XMLSCAN_TEXT ? "[" : token == XMLSCAN_DONE ? "." : "!");
		bytes_add(out, token == XMLSCAN_TEXT ? bytes_view(&scan.value) :
		    token == XMLSCAN_DONE ? VIEW_NONE : token == XMLSCAN_BAD ? view_of(scan.why) : scan.name);
		bytes_add_text(out, token == XMLSCAN_TEXT ? "]" : token < XMLSCAN_DONE ? ">" : "");
	} while (token < XMLSCAN_DONE);
	if (token == XMLSCAN_BAD && xmlscan_next(&scan) != XMLSCAN_BAD)
		bytes_add_text(out, " and goes on");
	xmlscan_clear(&scan);
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
	render(&got, (struct view){ block, xml.len });
	is_text(bytes_cstr(&got), expected, "%s", title);
	bytes_clear(&got);
	free(block);
}

static const struct {
	const char *xml, *expected, *title;
} cases[] = {
	{ "<a/>", "<a></a>.", "an element without content" },
	{ "<a></a>", "<a></a>.", "the same in two tags" },
	{ "<a >x</a\n>", "<a>[x]</a>.", "blanks at the end of tags" },
	{ " \n<a/>\r\n\t", "<a></a>.", "blanks around the element" },
	{ "\xEF\xBB\xBF<a/>", "<a></a>.", "a byte order mark" },
	{ "<?xml version=\"1.0\" encoding='UTF-8'?>\n<a/>", "<a></a>.", "the XML declaration" },
	{ "\xEF\xBB\xBF<?xml version='1.0'?><a/>", "<a></a>.", "both" },
	{ "<a><b>1</b><c><d>2</d></c></a>", "<a><b>[1]</b><c><d>[2]</d></c></a>.", "nested elements" },
	{ "<a> x </a>", "<a>[ x ]</a>.", "a text keeps its blanks" },
	{ "<a>1<b/>2</a>", "<a>[1]<b></b>[2]</a>.", "text before and behind an element" },
	{ "<a>x\r\ny\rz\n</a>", "<a>[x\ny\nz\n]</a>.", "all line ends are LF" },
	{ "<a>&amp;&lt;&gt;&quot;&apos;</a>", "<a>[&<>\"']</a>.", "the five entities" },
	{ "<a>&#65;&#x42;&#xe9;&#x20AC;&#x1F600;&#013;</a>",
	    "<a>[AB\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\r]</a>.", "numeric references" },
	{ "<a>x<!-- <b> & - -->y</a>", "<a>[xy]</a>.", "a comment does not part a text" },
	{ "<!-- 1 --><a/><!-- 2 -->", "<a></a>.", "comments around the element" },
	{ "<a>1<![CDATA[<b>&amp;]] >]]>2</a>", "<a>[1<b>&amp;]] >2]</a>.", "a CDATA section" },
	{ "<a><![CDATA[]]></a>", "<a></a>.", "an empty CDATA section is no text" },
	{ "<p:a xmlns:p=\"u\"><q:b/></p:a>", "<a><b></b></a>.", "names are local ones" },
	{ "<a b='1' c = \"2 &lt; '3'\"/>", "<a></a>.", "attributes are passed over" },
	{ "<_a.b-c1>\xC3\xA9</_a.b-c1>", "<_a.b-c1>[\xC3\xA9]</_a.b-c1>.", "all that a name may hold" },
	{ "<a>]]</a>", "<a>[]]]</a>.", "square brackets" },
	{ "<1><2/></1>", "!no name where one has to be", "a name does not start with a digit" },
	{ "", "!no element", "nothing" },
	{ " \n", "!no element", "blanks alone" },
	{ "<!-- -->", "!no element", "a comment alone" },
	{ "x", "!text outside of the element", "text before the element" },
	{ "<a/>x", "<a></a>!text outside of the element", "text behind it" },
	{ "<a/>&amp;", "<a></a>!text outside of the element", "a reference behind it" },
	{ "<a/><b/>", "<a></a>!a second element", "a second element" },
	{ "<a/></a>", "<a></a>!an end tag that ends another element", "one end tag too many" },
	{ "<a><b></a></b>", "<a><b>!an end tag that ends another element", "elements that cross" },
	{ "<p:a></q:a>", "<a>!an end tag that ends another element", "prefixes that differ" },
	{ "<a>", "<a>!the text ends inside of something", "an element that does not end" },
	{ "<a>x", "<a>[x]!the text ends inside of something", "text that does not end" },
	{ "<a", "!a tag that is not closed", "a tag that does not end" },
	{ "</a", "!a tag that is not closed", "an end tag that does not end" },
	{ "<", "!no name where one has to be", "a lone angle" },
	{ "<a b>", "!an attribute without a value", "an attribute without a value" },
	{ "<a b=c>", "!an attribute's value without quotes", "a value without quotes" },
	{ "<a b='c>", "!the text ends inside of something", "a value that does not end" },
	{ "<a b='c'd='e'/>", "!a tag that is not closed", "no blank between attributes" },
	{ "<a b='<'/>", "!'<' in an attribute", "an angle in an attribute" },
	{ "<a b='&c'/>", "!an attribute's '&' without ';'", "a lone ampersand in an attribute" },
	{ "<a b='&c;'/>", "!an entity that is not one of the five", "an entity of its own there" },
	{ "<a>&nbsp;</a>", "<a>!an entity that is not one of the five", "an entity of its own" },
	{ "<a>&;</a>", "<a>!an entity that is not one of the five", "an entity without a name" },
	{ "<a>&amp</a>", "<a>!the text ends inside of something", "an entity that does not end" },
	{ "<a>& b;</a>", "<a>!an entity that is not one of the five", "an ampersand as such" },
	{ "<a>&#0;</a>", "<a>!a reference to a character that is none", "a NUL by number" },
	{ "<a>&#xD800;</a>", "<a>!a reference to a character that is none", "half a pair by number" },
	{ "<a>&#x110000;</a>", "<a>!a reference to a character that is none", "past Unicode" },
	{ "<a>&#99999999999999999999;</a>", "<a>!a reference to a character that is none", "a long number" },
	{ "<a>&#;</a>", "<a>!a reference to a character that is none", "no number" },
	{ "<a>&#x;</a>", "<a>!a reference to a character that is none", "no hexadecimal number" },
	{ "<a>&#X41;</a>", "<a>!a reference to a character that is none", "a capital X" },
	{ "<a>&#1a;</a>", "<a>!a reference to a character that is none", "a letter in a number" },
	{ "<a>]]></a>", "<a>!']]>' outside of a CDATA section", "the end of no CDATA section" },
	{ "<a><![CDATA[x]]</a>", "<a>!the text ends inside of something", "a CDATA section without end" },
	{ "<![CDATA[x]]><a/>", "!a DOCTYPE or another declaration", "a CDATA section outside" },
	{ "<a><!-- x </a>", "<a>!the text ends inside of something", "a comment without end" },
	{ "<a><!-- x -- y --></a>", "<a>!'--' inside of a comment", "two hyphens in a comment" },
	{ "<!DOCTYPE a><a/>", "!a DOCTYPE or another declaration", "a DOCTYPE" },
	{ "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "!a DOCTYPE or another declaration",
	    "a DOCTYPE with an entity" },
	{ "<a><!ELEMENT b ANY></a>", "<a>!a DOCTYPE or another declaration", "a declaration inside" },
	{ "<?php x?><a/>", "!a processing instruction", "a processing instruction" },
	{ "<?xml-model x?><a/>", "!a processing instruction", "one whose name starts like the declaration" },
	{ " <?xml version='1.0'?><a/>", "!a processing instruction", "a declaration that comes too late" },
	{ "<a>\x01</a>", "!a character that XML does not allow", "a control character" },
	{ "<a>\xEF\xBF\xBE</a>", "!a character that XML does not allow", "U+FFFE" },
	{ "<a>\xFF</a>", "!a byte that is not UTF-8", "a byte that is not UTF-8" },
	{ "<a>\xC3", "!a byte that is not UTF-8", "half a character at the end" },
};

static void
check_nul(void)
{
	is_read(VIEW("<a>\0</a>"), "!a character that XML does not allow", "a NUL");
	is_read(VIEW("<a/>\0"), "!a character that XML does not allow", "a NUL at the end");
}

static void
check_depth(size_t depth, const char *title)
{
	struct bytes xml = BYTES_INIT(4096), got = BYTES_INIT(4096);
	bool good = depth <= XMLSCAN_DEPTH_MAX;

	for (size_t i = 0; i < depth; i++)
		bytes_add_text(&xml, "<a>");
	for (size_t i = 0; i < depth; i++)
		bytes_add_text(&xml, "</a>");
	render(&got, bytes_view(&xml));
	ok(good ? got.ptr[got.len - 1] == '.' :
	    memmem(got.ptr, got.len, "!elements nested too deep", 25) != NULL, "%s", title);
	bytes_clear(&xml);
	bytes_clear(&got);
}

static void
check_length(size_t len, const char *title)
{
	struct bytes xml = BYTES_INIT(1 << 20), got = BYTES_INIT(1 << 20);
	bool good = len <= XMLSCAN_TEXT_MAX;

	bytes_add_text(&xml, "<a>");
	while (xml.len < len - 4)
		bytes_add_char(&xml, 'x');
	bytes_add_text(&xml, "</a>");
	render(&got, bytes_view(&xml));
	ok(xml.len == len && (good ? got.ptr[got.len - 1] == '.' : got.ptr[0] == '!'), "%s", title);
	bytes_clear(&xml);
	bytes_clear(&got);
}

/* Every beginning of a good text but the whole is bad, and read within its bounds. */
static void
check_cuts(void)
{
	const struct view whole = VIEW("<?xml version='1.0'?><p:a b='&amp;'>x&#65;<!-- c -->"
	    "<![CDATA[d]]><e/></p:a>");
	size_t bad = 0;

	for (size_t len = 0; len < whole.len; len++) {
		struct bytes got = BYTES_INIT(4096);
		char *block = malloc(len > 0 ? len : 1);

		if (block == NULL)
			abort();
		memcpy(block, whole.ptr, len);
		render(&got, (struct view){ block, len });
		bad += memchr(got.ptr, '!', got.len) != NULL;
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
	check_nul();
	check_depth(XMLSCAN_DEPTH_MAX, "as deep as can be");
	check_depth(XMLSCAN_DEPTH_MAX + 1, "one deeper");
	check_length(XMLSCAN_TEXT_MAX, "as long as can be");
	check_length(XMLSCAN_TEXT_MAX + 1, "one byte longer");
	check_cuts();
	return done_testing();
}
