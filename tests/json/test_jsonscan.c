/* jsonscan: what is JSON, what is not, and where it ends, fed whole and byte by byte. */
#include <stdlib.h>

#include "json/scan.h"
#include "tap.h"

/* Feeds text in pieces of `step` bytes, each from a block that ends where the piece does. */
static enum json_scan_status
scan_in_steps(struct json_scan *scan, struct view text, size_t step)
{
	enum json_scan_status status = JSON_SCAN_MORE;

	json_scan_start(scan, 1, 1);
	for (size_t len = 0; len < text.len && status == JSON_SCAN_MORE;) {
		char *block;

		len = text.len - len < step ? text.len : len + step;
		if ((block = malloc(len)) == NULL)
			abort();
		memcpy(block, text.ptr, len);
		status = json_scan_feed(scan, (struct view){ block, len });
		free(block);
	}
	return status == JSON_SCAN_MORE ? json_scan_end(scan) : status;
}

static bool
same(const struct json_scan *a, const struct json_scan *b)
{
	bool same_why = a->why == b->why || (a->why != NULL && b->why != NULL &&
	    strcmp(a->why, b->why) == 0);

	return same_why && a->at == b->at && a->line == b->line && a->column == b->column &&
	    a->count == b->count &&
	    memcmp(a->members, b->members, a->count * sizeof a->members[0]) == 0;
}

/* Whole, and in pieces of 1 to 9 bytes, must come to the same. */
static enum json_scan_status
scan_text(struct json_scan *scan, struct view text, const char *title)
{
	enum json_scan_status status = scan_in_steps(scan, text, text.len + 1);
	struct json_scan pieces;
	bool agree = true;

	for (size_t step = 1; step < 10 && agree; step++)
		agree = scan_in_steps(&pieces, text, step) == status && same(scan, &pieces);
	if (!agree)
		ok(false, "%s: the same in pieces", title);
	return status;
}

#define D800 "\\ud800"
#define DC00 "\\udc00"

static const struct {
	const char *title, *text;
} accepted[] = {
	{ "an empty object", "{}" },
	{ "an empty array", "[]" },
	{ "blanks of all four kinds everywhere", " \t\r\n{ \t\"a\"\r:\n1 , \"b\" : [ ] , \"c\":{ } }" },
	{ "the three literals", "{\"a\":true,\"b\":false,\"c\":null}" },
	{ "literals alone", "true" },
	{ "false alone", "false" },
	{ "null alone", "null" },
	{ "a string alone", "\"\"" },
	{ "zero", "[0,-0,0.0,-0.0,0e0,0E+00,0e-0]" },
	{ "numbers of every form", "[1,-9,-1,12,90,1.5,-1.25,1e9,1E9,1e+9,1e-9,1.5e300,123456789012345678901]" },
	{ "a number alone, ended by the end", "-12.5e+3" },
	{ "zero alone", "0" },
	{ "digits alone", "10" },
	{ "a fraction alone", "0.5" },
	{ "a number past a double", "[1e1000,-1e1000,1e-1000]" },
	{ "every short escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"" },
	{ "hexadecimal digits of both cases", "\"\\u00aF\\uABCD\\u0001\\uFFFF\"" },
	{ "the last before and first after the surrogates", "\"\\ud7ff\\ue000\"" },
	{ "pairs of surrogates", "\"\\ud800\\udc00\\uDBFF\\uDFFF\\ud83d\\ude00\"" },
	{ "DEL and U+0080 in a string", "\"\x7F\xC2\x80\"" },
	{ "two bytes, first and last", "\"\xC2\x80\xDF\xBF\"" },
	{ "three bytes, first and last", "\"\xE0\xA0\x80\xEF\xBF\xBF\"" },
	{ "three bytes around the surrogates", "\"\xED\x9F\xBF\xEE\x80\x80\"" },
	{ "four bytes, first and last", "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"" },
	{ "four bytes after F1 and F3", "\"\xF1\x80\x80\x80\xF3\xBF\xBF\xBF\"" },
	{ "a BOM inside a string", "\"\xEF\xBB\xBF\"" },
	{ "a name with escapes, an empty name", "{\"\\u0061\\n\":1,\"\":2}" },
	{ "brackets and commas inside strings", "{\"{[,:]}\":\"}],{\\\"\"}" },
	{ "arrays in objects in arrays", "[{\"a\":[{\"b\":[[]]}]},{},[]]" },
	{ "a repeated name (the scanner does not decode)", "{\"a\":1,\"a\":2}" },
};

static void
check_accepted(void)
{
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		struct view text = view_of(accepted[i].text);
		struct json_scan scan;

		ok(scan_text(&scan, text, accepted[i].title) == JSON_SCAN_DONE && scan.at == text.len,
		    "accepted: %s", accepted[i].title);
	}
}

#define CASE(title, text, why, line, column) { title, { text, sizeof text - 1 }, why, line, column }
#define NOT_UTF8 "a byte that is not UTF-8"
#define VALUE "a value is expected"
#define NAME "a member name in double quotes is expected"
#define DIGIT "a digit is expected"
#define HALF "half a surrogate pair in a string"
#define MIDDLE "it ends in the middle"

static const struct {
	const char *title;
	struct view text;
	const char *why;
	size_t line, column;
} refused[] = {
	CASE("nothing", "", "no value", 1, 1),
	CASE("blanks alone", " \n ", MIDDLE, 2, 2),
	CASE("a BOM", "\xEF\xBB\xBF{}", VALUE, 1, 1),
	CASE("a NUL in place of a value", "{\"a\":\0}", VALUE, 1, 6),
	CASE("a NUL behind a value", "[1\0]", "',' or ']' is expected", 1, 3),
	CASE("a NUL in a string", "\"a\0\"", "a control character in a string", 1, 3),
	CASE("0x1F in a string", "\"\x1F\"", "a control character in a string", 1, 2),
	CASE("a line end in a string", "{\"a\":\n\"b\nc\"}", "a control character in a string", 2, 3),
	CASE("a tab in a name", "{\"\t\":1}", "a control character in a string", 1, 3),
	CASE("a form feed between tokens", "[\f]", VALUE, 1, 2),
	CASE("a record separator", "\x1E{}", VALUE, 1, 1),
	CASE("NBSP between tokens", "[\xC2\xA0]", VALUE, 1, 2),
	CASE("nan", "[nan]", VALUE, 1, 3),
	CASE("NaN", "[NaN]", VALUE, 1, 2),
	CASE("Infinity", "[Infinity]", VALUE, 1, 2),
	CASE("-Infinity", "[-Infinity]", DIGIT, 1, 3),
	CASE("a literal in upper case", "[True]", VALUE, 1, 2),
	CASE("half a literal", "[tru]", VALUE, 1, 5),
	CASE("a literal that goes on", "[nulll]", "',' or ']' is expected", 1, 6),
	CASE("half a literal at the end", "fals", MIDDLE, 1, 5),
	CASE("a plus sign", "[+1]", VALUE, 1, 2),
	CASE("a minus alone", "-", MIDDLE, 1, 2),
	CASE("two minus signs", "[--1]", DIGIT, 1, 3),
	CASE("a leading zero", "[01]", "a number with a leading zero", 1, 3),
	CASE("a leading zero behind a minus", "[-01]", "a number with a leading zero", 1, 4),
	CASE("no digit before the point", "[.5]", VALUE, 1, 2),
	CASE("no digit behind the point", "[1.]", DIGIT, 1, 4),
	CASE("no digit between point and exponent", "[1.e5]", DIGIT, 1, 4),
	CASE("a point in the exponent", "[1e5.5]", "',' or ']' is expected", 1, 5),
	CASE("two exponents", "[1e5e5]", "',' or ']' is expected", 1, 5),
	CASE("two points", "[1.5.5]", "',' or ']' is expected", 1, 5),
	CASE("no digit in the exponent", "[1e]", DIGIT, 1, 4),
	CASE("no digit behind the exponent's sign", "[1e+]", DIGIT, 1, 5),
	CASE("two signs in the exponent", "[1e+-5]", DIGIT, 1, 5),
	CASE("a number that ends in a point", "1.", MIDDLE, 1, 3),
	CASE("a number that ends in e", "1e", MIDDLE, 1, 3),
	CASE("a number that ends in e-", "1e-", MIDDLE, 1, 4),
	CASE("hexadecimal", "[0x1]", "',' or ']' is expected", 1, 3),
	CASE("a number with a letter", "[1a]", "',' or ']' is expected", 1, 3),
	CASE("an unknown escape", "\"\\x\"", "an unknown escape in a string", 1, 3),
	CASE("an escaped quote in single quotes", "\"\\'\"", "an unknown escape in a string", 1, 3),
	CASE("an escaped NUL byte", "\"\\\0\"", "an unknown escape in a string", 1, 3),
	CASE("\\U", "\"\\U0041\"", "an unknown escape in a string", 1, 3),
	CASE("three hexadecimal digits", "\"\\u004\"", "\\u without four hexadecimal digits", 1, 7),
	CASE("a sign in \\u", "\"\\u+041\"", "\\u without four hexadecimal digits", 1, 4),
	CASE("g in \\u", "\"\\u00g0\"", "\\u without four hexadecimal digits", 1, 6),
	CASE("\\u0000", "\"\\u0000\"", "\\u0000 in a string", 1, 7),
	CASE("a high surrogate at the end", "\"" D800 "\"", HALF, 1, 8),
	CASE("a high surrogate before text", "\"" D800 "x\"", HALF, 1, 8),
	CASE("a high surrogate before an escape", "\"" D800 "\\n\"", HALF, 1, 9),
	CASE("a high surrogate before another", "\"" D800 D800 "\"", HALF, 1, 13),
	CASE("a high surrogate before U+E000", "\"" D800 "\\ue000\"", HALF, 1, 13),
	CASE("a low surrogate alone", "\"" DC00 "\"", HALF, 1, 7),
	CASE("a low surrogate behind a pair", "\"" D800 DC00 DC00 "\"", HALF, 1, 19),
	CASE("half a pair in a name", "{\"" D800 "\":1}", HALF, 1, 9),
	CASE("a lone continuation byte", "\"\x80\"", NOT_UTF8, 1, 2),
	CASE("C0 80 for NUL", "\"\xC0\x80\"", NOT_UTF8, 1, 2),
	CASE("C1", "\"\xC1\xBF\"", NOT_UTF8, 1, 2),
	CASE("an overlong three-byte form", "\"\xE0\x9F\xBF\"", NOT_UTF8, 1, 3),
	CASE("an encoded surrogate", "\"\xED\xA0\x80\"", NOT_UTF8, 1, 3),
	CASE("an overlong four-byte form", "\"\xF0\x8F\xBF\xBF\"", NOT_UTF8, 1, 3),
	CASE("above U+10FFFF", "\"\xF4\x90\x80\x80\"", NOT_UTF8, 1, 3),
	CASE("F5", "\"\xF5\x80\x80\x80\"", NOT_UTF8, 1, 2),
	CASE("FF", "\"\xFF\"", NOT_UTF8, 1, 2),
	CASE("two bytes cut to one", "\"\xC3\"", NOT_UTF8, 1, 3),
	CASE("three bytes cut to two", "\"\xE2\x82\"", NOT_UTF8, 1, 4),
	CASE("four bytes cut to three", "\"\xF0\x9F\x98\"", NOT_UTF8, 1, 5),
	CASE("a second byte that restarts", "\"\xE2\xE2\x82\xAC\"", NOT_UTF8, 1, 3),
	CASE("Latin-1 outside a string", "[\xE9]", VALUE, 1, 2),
	CASE("a comma too many in an array", "[1,]", VALUE, 1, 4),
	CASE("a comma alone in an array", "[,]", VALUE, 1, 2),
	CASE("two commas in an array", "[1,,2]", VALUE, 1, 4),
	CASE("a comma too many in an object", "{\"a\":1,}", NAME, 1, 8),
	CASE("a comma alone in an object", "{,}", NAME, 1, 2),
	CASE("no comma in an array", "[\"a\" \"b\"]", "',' or ']' is expected", 1, 6),
	CASE("no comma in an object", "{\"a\":1 \"b\":2}", "',' or '}' is expected", 1, 8),
	CASE("a colon in an array", "[\"a\":1]", "',' or ']' is expected", 1, 5),
	CASE("no colon", "{\"a\" 1}", "':' is expected", 1, 6),
	CASE("a comma for a colon", "{\"a\",1}", "':' is expected", 1, 5),
	CASE("no value", "{\"a\":}", VALUE, 1, 6),
	CASE("two colons", "{\"a\"::1}", VALUE, 1, 6),
	CASE("a name without quotes", "{a:1}", NAME, 1, 2),
	CASE("a name in single quotes", "{'a':1}", NAME, 1, 2),
	CASE("a number for a name", "{1:1}", NAME, 1, 2),
	CASE("a literal for a name", "{null:1}", NAME, 1, 2),
	CASE("an array ended as an object", "[1}", "',' or ']' is expected", 1, 3),
	CASE("an object ended as an array", "{\"a\":1]", "',' or '}' is expected", 1, 7),
	CASE("an empty array ended as an object", "[}", VALUE, 1, 2),
	CASE("a closing bracket first", "]", VALUE, 1, 1),
	CASE("a closing brace first", "}", VALUE, 1, 1),
	CASE("a comment", "{/* */}", NAME, 1, 2),
	CASE("an open array", "[", MIDDLE, 1, 2),
	CASE("an open object, lines counted", "{\"a\":\r\n [1,\n", MIDDLE, 3, 1),
	CASE("an open string", "\"abc", MIDDLE, 1, 5),
};

static void
check_refused(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct json_scan scan;
		enum json_scan_status status = scan_text(&scan, refused[i].text, refused[i].title);

		ok(status == JSON_SCAN_BAD, "refused: %s", refused[i].title);
		is_text(scan.why, refused[i].why, "its cause: %s", refused[i].title);
		if (!ok(scan.line == refused[i].line && scan.column == refused[i].column,
		    "its place: %s", refused[i].title))
			diag("got line %zu, column %zu", scan.line, scan.column);
	}
}

static const struct {
	const char *title, *text;
	size_t end;
} followed[] = {
	{ "an object before another", "{}{}", 2 },
	{ "an object before rubbish", "{\"a\":1}]", 7 },
	{ "an array before a line end", "[1]\n", 3 },
	{ "a string before a string", "\"a\"\"b\"", 3 },
	{ "a literal before letters", "truefalse", 4 },
	{ "a literal before a comma", "null,", 4 },
	{ "a number before a blank", "12 ", 2 },
	{ "a number before a bracket", "-1.5]", 4 },
	{ "zero before a minus", "0-1", 1 },
	{ "a number before a letter", "1e5x", 3 },
};

static void
check_ends(void)
{
	for (size_t i = 0; i < ARRAY_LEN(followed); i++) {
		struct json_scan scan;

		ok(scan_text(&scan, view_of(followed[i].text), followed[i].title) == JSON_SCAN_DONE,
		    "done: %s", followed[i].title);
		is_number(scan.at, followed[i].end, "its end: %s", followed[i].title);
	}
}

/* Every beginning of a document asks for more; at the end of input it is bad. */
static void
check_prefixes(void)
{
	struct view text = VIEW(" {\"a\\u00e9\xC3\xA9\\ud83d\\ude00\":"
	    "[true,null,-0.5e+10,{\"b\":\"\\\\\"}],"
	    "\"c\":{\"d\":[[],{}]},\"e\":0}");
	struct json_scan scan;
	size_t more = 0, bad = 0;

	for (size_t len = 0; len < text.len; len++) {
		json_scan_start(&scan, 1, 1);
		more += json_scan_feed(&scan, view_slice(text, 0, len)) == JSON_SCAN_MORE;
		bad += json_scan_end(&scan) == JSON_SCAN_BAD;
	}
	is_number(more, text.len, "every proper prefix of a document asks for more");
	is_number(bad, text.len, "and is bad when nothing more comes");
	ok(scan_text(&scan, text, "all of it") == JSON_SCAN_DONE, "all of it is done");
	json_scan_start(&scan, 1, 1);
	ok(json_scan_feed(&scan, VIEW("null")) == JSON_SCAN_MORE && json_scan_end(&scan) == JSON_SCAN_DONE,
	    "a literal, like a number, is only known to be whole by what follows, or the end");
}

static void
is_span(struct view text, uint32_t begin, uint32_t end, const char *expected, const char *title)
{
	is_view(view_slice(text, begin, end), view_of(expected), "%s", title);
}

static void
check_spans(void)
{
	struct view text = VIEW(" { \"a\" : 1.5 ,\"b\":\"x\\\"y\" , \"\\u0063\":[1, {\"z\":2}]\n,"
	    "\"d\":{\"a\":{}} ,\"\":null}");
	struct json_scan scan;

	scan_text(&scan, text, "spans");
	if (!is_number(scan.count, 5, "five members of the outermost object, none of the inner ones"))
		return;
	is_span(text, scan.members[0].key, scan.members[0].key_end, "a", "first name");
	is_span(text, scan.members[0].value, scan.members[0].value_end, "1.5", "a number's span");
	is_span(text, scan.members[1].value, scan.members[1].value_end, "\"x\\\"y\"",
	    "a string's span has its quotes");
	is_span(text, scan.members[2].key, scan.members[2].key_end, "\\u0063", "a name as it came");
	is_span(text, scan.members[2].value, scan.members[2].value_end, "[1, {\"z\":2}]",
	    "an array's span");
	is_span(text, scan.members[3].value, scan.members[3].value_end, "{\"a\":{}}",
	    "an object's span");
	is_span(text, scan.members[4].key, scan.members[4].key_end, "", "an empty name");
	is_span(text, scan.members[4].value, scan.members[4].value_end, "null", "a literal's span");
	scan_text(&scan, VIEW("[{\"a\":1}]"), "array");
	is_number(scan.count, 0, "an array has no members");
}

static void
check_start(void)
{
	struct json_scan scan;

	json_scan_start(&scan, 7, 5);
	ok(json_scan_feed(&scan, VIEW("[\n  x")) == JSON_SCAN_BAD, "a scan that starts in mid-file");
	ok(scan.line == 8 && scan.column == 3, "counts from there");
	json_scan_start(&scan, 7, 5);
	ok(json_scan_feed(&scan, VIEW("[x")) == JSON_SCAN_BAD && scan.column == 6, "on the first line columns go on");
}

static struct view
nested(struct bytes *text, unsigned depth, const char *open, const char *inner, const char *close)
{
	bytes_reset(text);
	for (unsigned i = 0; i < depth; i++)
		bytes_add_text(text, open);
	bytes_add_text(text, inner);
	for (unsigned i = 0; i < depth; i++)
		bytes_add_text(text, close);
	return bytes_view(text);
}

static void
check_depth(void)
{
	struct bytes text = BYTES_INIT(16384);
	struct json_scan scan;

	ok(scan_text(&scan, nested(&text, 64, "[", "", "]"), "arrays") == JSON_SCAN_DONE,
	    "64 arrays deep");
	ok(scan_text(&scan, nested(&text, 65, "[", "", "]"), "arrays") == JSON_SCAN_BAD,
	    "65 arrays deep are refused");
	is_text(scan.why, "nested more than 64 deep", "and why");
	is_number(scan.at, 64, "at the bracket that is too many");
	ok(scan_text(&scan, nested(&text, 64, "{\"a\":", "{}", "}"), "objects") == JSON_SCAN_BAD,
	    "65 objects deep are refused");
	ok(scan_text(&scan, nested(&text, 63, "{\"a\":", "[]", "}"), "objects") == JSON_SCAN_DONE,
	    "an array in 63 objects");
	ok(scan_text(&scan, nested(&text, 32, "[{\"a\":", "1", "}]"), "mixed") == JSON_SCAN_DONE,
	    "32 arrays and 32 objects in turn");
	ok(scan_text(&scan, nested(&text, 32, "[{\"a\":", "1", "]}"), "mixed") == JSON_SCAN_BAD,
	    "ended in the wrong order they are refused");
	bytes_clear(&text);
}

static struct view
members(struct bytes *text, const char *before, unsigned count, const char *after)
{
	bytes_reset(text);
	bytes_add_text(text, before);
	for (unsigned i = 0; i < count; i++)
		bytes_add_text(text, i == 0 ? "\"a\":1" : ",\"a\":1");
	bytes_add_text(text, after);
	return bytes_view(text);
}

static void
check_members(void)
{
	struct bytes text = BYTES_INIT(16384);
	struct json_scan scan;

	ok(scan_text(&scan, members(&text, "{", 256, "}"), "256") == JSON_SCAN_DONE, "256 members");
	is_number(scan.count, 256, "are all remembered");
	ok(scan_text(&scan, members(&text, "{", 257, "}"), "257") == JSON_SCAN_BAD, "257 members are refused");
	is_text(scan.why, "more than 256 members", "and why");
	json_scan_start(&scan, 1, 1);
	scan.uncapped = true;
	ok(json_scan_feed(&scan, members(&text, "{", 1000, "}")) == JSON_SCAN_DONE, "1000 members when told so");
	is_number(scan.count, 1000, "are all counted");
	ok(scan_text(&scan, members(&text, "{\"b\":{", 1000, "}}"), "inner") == JSON_SCAN_DONE,
	    "1000 members of an inner object");
	bytes_clear(&text);
}

int
main(void)
{
	check_accepted();
	check_refused();
	check_ends();
	check_prefixes();
	check_spans();
	check_start();
	check_depth();
	check_members();
	return done_testing();
}
