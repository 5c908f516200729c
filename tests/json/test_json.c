/* jsontext and json: writing JSON text, and typed access to a checked document. */
#include <math.h>
#include <stdio.h>

#include "json/items.h"
#include "json/json.h"
#include "json/text.h"
#include "json/unescape.h"
#include "tap.h"

#define TEXT_MAX 65536

static struct view
text_of(struct bytes *out)
{
	return view_of(bytes_cstr(out));
}

static const struct {
	const char *title, *text, *plain, *ascii;
} strings[] = {
	{ "nothing", "", "\"\"", "\"\"" },
	{ "letters", "abc", "\"abc\"", "\"abc\"" },
	{ "quote and backslash", "a\"b\\", "\"a\\\"b\\\\\"", "\"a\\\"b\\\\\"" },
	{ "short escapes", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"", "\"\\b\\f\\n\\r\\t\"" },
	{ "other control characters", "\x01\x0B\x1F", "\"\\u0001\\u000b\\u001f\"",
	    "\"\\u0001\\u000b\\u001f\"" },
	{ "what needs no escape", "/<>&' ~", "\"/<>&' ~\"", "\"/<>&' ~\"" },
	{ "DEL", "\x7F", "\"\x7F\"", "\"\\u007f\"" },
	{ "two bytes", "\xC3\xA9", "\"\xC3\xA9\"", "\"\\u00e9\"" },
	{ "three bytes", "\xE2\x82\xAC\xEF\xBF\xBF", "\"\xE2\x82\xAC\xEF\xBF\xBF\"",
	    "\"\\u20ac\\uffff\"" },
	{ "four bytes, first and last", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",
	    "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"", "\"\\ud800\\udc00\\udbff\\udfff\"" },
	{ "text around characters", "a\xC3\xA9" "b\xF0\x9F\x98\x80", "\"a\xC3\xA9" "b\xF0\x9F\x98\x80\"",
	    "\"a\\u00e9b\\ud83d\\ude00\"" },
};

static void
check_strings(void)
{
	struct bytes out = BYTES_INIT(TEXT_MAX);

	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		bytes_reset(&out);
		jsontext_string(&out, view_of(strings[i].text));
		is_view(text_of(&out), view_of(strings[i].plain), "a string: %s", strings[i].title);
		bytes_reset(&out);
		jsontext_string_ascii(&out, view_of(strings[i].text));
		is_view(text_of(&out), view_of(strings[i].ascii), "in ASCII: %s", strings[i].title);
	}
	bytes_reset(&out);
	jsontext_string(&out, VIEW("a\0b"));
	is_text(bytes_cstr(&out), "\"a\\u0000b\"", "a NUL is escaped");
	bytes_clear(&out);
}

static void
check_members(void)
{
	struct bytes out = BYTES_INIT(TEXT_MAX);

	jsontext_begin(&out);
	jsontext_member(&out, "a", VIEW("{"));
	jsontext_member(&out, "b", VIEW(","));
	jsontext_member_number(&out, "c", -9223372036854775807LL - 1);
	jsontext_member_bool(&out, "d", true);
	jsontext_member_bool(&out, "e", false);
	jsontext_name(&out, "f");
	jsontext_begin(&out);
	jsontext_end(&out);
	jsontext_name(&out, "g");
	jsontext_begin(&out);
	jsontext_member_raw(&out, "h", VIEW("[{}]"));
	jsontext_end(&out);
	jsontext_name_view(&out, VIEW("\\u0069\\\""));
	bytes_add(&out, VIEW("null"));
	jsontext_end(&out);
	is_text(bytes_cstr(&out), "{\"a\":\"{\",\"b\":\",\",\"c\":-9223372036854775808,\"d\":true,"
	    "\"e\":false,\"f\":{},\"g\":{\"h\":[{}]},\"\\u0069\\\"\":null}",
	    "an object: each member puts the comma it needs");
	bytes_reset(&out);
	bytes_add_char(&out, ',');
	jsontext_member(&out, "a", VIEW_NONE);
	is_text(bytes_cstr(&out), ",\"a\":\"\"", "none behind a comma, so that parts can be joined");
	bytes_reset(&out);
	jsontext_member(&out, "a", VIEW("b"));
	is_text(bytes_cstr(&out), "\"a\":\"b\"", "none at the start");
	bytes_clear(&out);
}

static const struct {
	const char *title, *text, *compact, *pretty;
} forms[] = {
	{ "an empty object", " {\n} ", "{}", "{}" },
	{ "an empty array in an object", "{\"a\" : [ ]}", "{\"a\":[]}", "{\n  \"a\": []\n}" },
	{ "members", "{\"a\":1,\n\t\"b\" :\"x\" , \"c\":null}", "{\"a\":1,\"b\":\"x\",\"c\":null}",
	    "{\n  \"a\": 1,\n  \"b\": \"x\",\n  \"c\": null\n}" },
	{ "numbers keep their spelling", "[1.0 , -0,1E+5,12345678901234567890]",
	    "[1.0,-0,1E+5,12345678901234567890]",
	    "[\n  1.0,\n  -0,\n  1E+5,\n  12345678901234567890\n]" },
	{ "strings keep their blanks and escapes", "{\"a b\":\" \\\" ,{}[]:\\\\\"}",
	    "{\"a b\":\" \\\" ,{}[]:\\\\\"}", "{\n  \"a b\": \" \\\" ,{}[]:\\\\\"\n}" },
	{ "nesting", "{\"a\":[{\"b\":[true,false]},{}],\"c\":{}}",
	    "{\"a\":[{\"b\":[true,false]},{}],\"c\":{}}",
	    "{\n  \"a\": [\n    {\n      \"b\": [\n        true,\n        false\n      ]\n    },\n"
	    "    {}\n  ],\n  \"c\": {}\n}" },
	{ "a number before a line end", "[1\n,2\r,3\t,4 ]", "[1,2,3,4]",
	    "[\n  1,\n  2,\n  3,\n  4\n]" },
	{ "a scalar", " \"x\"\n", "\"x\"", "\"x\"" },
};

static void
check_forms(void)
{
	struct bytes out = BYTES_INIT(TEXT_MAX);

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		bytes_reset(&out);
		jsontext_compact(&out, view_of(forms[i].text));
		is_view(text_of(&out), view_of(forms[i].compact), "compact: %s", forms[i].title);
		bytes_reset(&out);
		jsontext_pretty(&out, view_of(forms[i].text), false);
		is_view(text_of(&out), view_of(forms[i].pretty), "indented: %s", forms[i].title);
	}
	bytes_reset(&out);
	jsontext_pretty(&out, VIEW("{\"a\":[\"b\",1,null,true]}"), true);
	is_text(bytes_cstr(&out), "{\n  \033[34;1m\"a\"\033[0m: [\n    \033[32m\"b\"\033[0m,\n"
	    "    \033[39m1\033[0m,\n    \033[1;30mnull\033[0m,\n    \033[39mtrue\033[0m\n  ]\n}",
	    "colours for names, strings, null and the rest");
	bytes_clear(&out);
}

static const char document[] = "{\"s\":\"x\", \"esc\":\"a\\n\\u00e9\\ud83d\\ude00\", \"empty\":\"\","
    "\"n\":-1.5e2, \"t\":true, \"f\":false, \"z\":null, \"o\":{\"s\":1},"
    " \"l\":[\"a\",1,\"\\u0062\",null], \"\\u006be\\u0079\":\"by escape\", \"\":\"no name\"}";

static const struct {
	const char *name;
	enum json_kind kind;
	const char *called, *text;	/* text: json_string()'s, NULL when it is a failure or none */
} kinds[] = {
	{ "s", JSON_STRING, "a string", "x" },
	{ "esc", JSON_STRING, "a string", "a\n\xC3\xA9\xF0\x9F\x98\x80" },
	{ "empty", JSON_STRING, "a string", "" },
	{ "n", JSON_NUMBER, "a number", NULL },
	{ "t", JSON_BOOL, "a boolean", NULL },
	{ "f", JSON_BOOL, "a boolean", NULL },
	{ "z", JSON_NULL, "null", NULL },
	{ "o", JSON_OBJECT, "an object", NULL },
	{ "l", JSON_ARRAY, "an array", NULL },
	{ "key", JSON_STRING, "a string", "by escape" },
	{ "", JSON_STRING, "a string", "no name" },
	{ "missing", JSON_ABSENT, "nothing", NULL },
	{ "S", JSON_ABSENT, "nothing", NULL },
};

static void
check_string(const struct json_doc *doc, size_t i)
{
	struct ssm_error err = SSM_ERROR_INIT;
	const char *name = kinds[i].name;
	bool none = kinds[i].kind == JSON_ABSENT || kinds[i].kind == JSON_NULL;
	struct view text;
	char expected[100];

	if (kinds[i].text != NULL || none) {
		ok(json_string(doc, name, &text, &err) == SSM_OK, "json_string() on '%s'", name);
		is_view(text, view_of(kinds[i].text), "its text: '%s'", name);
	} else {
		snprintf(expected, sizeof expected, "member '%s' is %s, not a string", name,
		    kinds[i].called);
		ok(json_string(doc, name, &text, &err) == SSM_E_INPUT, "json_string() on '%s'", name);
		is_text(err.message, expected, "its failure: '%s'", name);
		is_view(text, VIEW_NONE, "and no text: '%s'", name);
	}
	snprintf(expected, sizeof expected, "member '%s' is missing", name);
	ok((json_string_required(doc, name, &text, &err) == SSM_OK) == (kinds[i].text != NULL),
	    "json_string_required() on '%s'", name);
	ok(!none || strcmp(err.message, expected) == 0, "says what is missing: '%s'", name);
	ssm_error_clear(&err);
}

static void
check_kinds(const struct json_doc *doc)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct json_member *member = json_member(doc, kinds[i].name);

		ok(json_kind(member) == kinds[i].kind, "the kind of '%s'", kinds[i].name);
		is_text(json_kind_name(json_kind(member)), kinds[i].called, "'%s' is called so",
		    kinds[i].name);
		check_string(doc, i);
	}
}

static void
check_arrays(const struct json_doc *doc)
{
	static const char *const items[] = { "\"a\"", "1", "\"\\u0062\"", "null" };
	struct view array = json_member(doc, "l")->raw, item;
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		ok(jsonitems_next(array, &at, &item) && view_is(item, items[i]), "an item: %s", items[i]);
	ok(!jsonitems_next(array, &at, &item), "and no more");
	at = 0;
	ok(!jsonitems_next(VIEW("[ ]"), &at, &item), "an empty array has none");
	at = 0;
	ok(jsonitems_next(VIEW("[ [1,{\"]\":2}] ,3]"), &at, &item) && view_is(item, "[1,{\"]\":2}]"),
	    "an item with items");
}

static const struct {
	const char *raw, *text;
} escaped[] = {
	{ "", "" },
	{ "plain \xC3\xA9", "plain \xC3\xA9" },
	{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
	{ "a\\u0001\\u007F\\u0080\\u07ff", "a\x01\x7F\xC2\x80\xDF\xBF" },
	{ "\\u0800\\uFFFF-", "\xE0\xA0\x80\xEF\xBF\xBF-" },
	{ "\\ud800\\udc00\\uDBFF\\uDFFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF" },
	{ "\\\\u0041\\\\", "\\u0041\\" },
};

static void
check_escapes(void)
{
	struct bytes room = BYTES_INIT(64), little = BYTES_INIT(5);

	for (size_t i = 0; i < ARRAY_LEN(escaped); i++) {
		struct view raw = view_of(escaped[i].raw), text = jsonunescape_into(&room, raw);
		char exact[64];

		is_view(text, view_of(escaped[i].text), "unescaped: '%s'", escaped[i].raw);
		ok((text.ptr == raw.ptr) == !jsonunescape_is_needed(raw), "in memory of its own if it must be");
		is_view(jsonunescape(exact, raw), view_of(escaped[i].text), "the same in the caller's memory");
	}
	ok(jsonunescape_into(&little, VIEW("\\u0041")).ptr == NULL && bytes_failed(&little), "no room, no text");
	is_view(jsonunescape_into(&little, VIEW("\\\\")), VIEW("\\"), "what has room is done again");
	bytes_clear(&room);
	bytes_clear(&little);
}

static void
check_numbers(const struct json_doc *doc)
{
	double number = 7;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind != JSON_NUMBER)
			ok(!json_number(json_member(doc, kinds[i].name), &number) &&
			    !(number < 7) && !(number > 7), "'%s' is no number", kinds[i].name);
	ok(json_number(json_member(doc, "n"), &number) && fabs(number + 150) < 1e-9, "-1.5e2 is");
}

static void
check_access(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc;

	if (ok(json_parse(&doc, view_of(document), "the document", &err) == SSM_OK, "a document")) {
		is_number(doc.count, 11, "has its members");
		is_view(json_member(&doc, "key")->raw_name, VIEW("\\u006be\\u0079"), "a name as it came");
		is_view(json_member(&doc, "esc")->raw, VIEW("\"a\\n\\u00e9\\ud83d\\ude00\""),
		    "a value as it came");
		check_kinds(&doc);
		check_arrays(&doc);
		check_numbers(&doc);
	}
	json_clear(&doc);
	ok(doc.count == 0 && doc.members == NULL && doc.text.ptr == NULL, "cleared it is empty");
	json_clear(&doc);
	ssm_error_clear(&err);
}

static const struct {
	const char *title, *text, *message;
} refused[] = {
	{ "nothing", "", "the text is empty" },
	{ "blanks", " \n\t\r ", "the text is empty" },
	{ "an array", "[{}]", "the text is not one JSON object" },
	{ "a string", "\"x\"", "the text is not one JSON object" },
	{ "a number", "1", "the text is not one JSON object" },
	{ "two objects", "{} {}", "the text is not one JSON object" },
	{ "rubbish behind", "{}x", "the text is not one JSON object" },
	{ "a BOM", "\xEF\xBB\xBF{}", "the text is not JSON: line 1, column 1: a value is expected" },
	{ "rubbish", "secret", "the text is not JSON: line 1, column 1: a value is expected" },
	{ "the place counts blank lines", "\n\n {\n\"a\":secret}",
	    "the text is not JSON: line 4, column 5: a value is expected" },
	{ "a cut", "{\"a\":\"secret", "the text is not JSON: line 1, column 13: it ends in the middle" },
	{ "a name twice", "{\"a\":1,\"b\":2,\"a\":3}", "the text: member 'a' is there twice" },
	{ "a name twice, once by escape", "{\"\\u0061\":1,\"a\":3}",
	    "the text: member 'a' is there twice" },
	{ "twice by escapes", "{\"\\n\":1,\"\\u000A\":3}", "the text: member '\n' is there twice" },
	{ "twice in escapes of two forms", "{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":3}",
	    "the text: member '\xF0\x9F\x98\x80' is there twice" },
	{ "two empty names", "{\"\":1,\"\":3}", "the text: member '' is there twice" },
};

static const struct {
	const char *title, *text;
} parsed[] = {
	{ "an empty object", "{}" },
	{ "blanks around", " \n{ }\n " },
	{ "a name twice in an inner object", "{\"a\":{\"b\":1,\"b\":2}}" },
	{ "names that differ in case or a blank", "{\"a\":1,\"A\":2,\"\":3,\"a \":4}" },
	{ "names that look alike", "{\"\xC3\xA9\":1,\"e\xCC\x81\":2}" },
};

static void
check_parse(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		ok(json_parse(&doc, view_of(refused[i].text), "the text", &err) == SSM_E_INPUT,
		    "refused: %s", refused[i].title);
		is_text(err.message, refused[i].message, "its message: %s", refused[i].title);
		is_text(err.code, "InvalidDocument", "its code: %s", refused[i].title);
		json_clear(&doc);
	}
	for (size_t i = 0; i < ARRAY_LEN(parsed); i++) {
		ok(json_parse(&doc, view_of(parsed[i].text), "the text", &err) == SSM_OK,
		    "parsed: %s", parsed[i].title);
		json_clear(&doc);
	}
	ssm_error_clear(&err);
}

int
main(void)
{
	check_strings();
	check_members();
	check_forms();
	check_access();
	check_escapes();
	check_parse();
	return done_testing();
}
