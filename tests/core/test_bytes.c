/* bytes, utf8, percent: borrowed and owned bytes, what is UTF-8, percent encoding. */
#include <stdint.h>

#include "core/bytes.h"
#include "core/percent.h"
#include "core/utf8.h"
#include "tap.h"

static void
check_growth(void)
{
	struct bytes b = BYTES_INIT(1000), same = BYTES_INIT(10);
	char *room;

	ok(bytes_view(&b).len == 0 && !bytes_failed(&b), "it starts empty");
	is_text(bytes_cstr(&b), "", "and has a text all the same");
	bytes_add(&b, VIEW("ab"));
	bytes_add(&b, VIEW_NONE);
	bytes_add_text(&b, "cd");
	bytes_add_text(&b, NULL);
	bytes_add_char(&b, 'e');
	is_text(bytes_cstr(&b), "abcde", "parts are joined");
	ok((room = bytes_room(&b, 3)) != NULL, "room for three");
	memcpy(room, "fgh", 3);
	bytes_grew(&b, 3);
	is_view(bytes_view(&b), VIEW("abcdefgh"), "is counted when it was used");
	bytes_print(&b, "%s-%d", "", 12);
	is_text(bytes_cstr(&b), "abcdefgh-12", "what is printed goes behind");
	b.len -= 3;
	bytes_drop(&b, 0);
	bytes_drop(&b, 3);
	is_text(bytes_cstr(&b), "defgh", "the first bytes dropped");
	bytes_drop(&b, 5);
	is_number(b.len, 0, "all dropped");
	bytes_set(&b, VIEW("new"));
	is_text(bytes_cstr(&b), "new", "set replaces");
	for (int i = 0; i < 900; i++)
		bytes_add_char(&b, (char)('a' + i % 26));
	ok(b.len == 903 && b.ptr[0] == 'n' && b.ptr[3] == 'a' && b.ptr[902] == 'p',
	    "growing keeps the content");
	bytes_recycle(&b, b.cap);
	ok(b.len == 0 && b.ptr != NULL, "recycled, memory that is not too much is kept");
	bytes_add_char(&b, 'x');
	bytes_recycle(&b, b.cap - 1);
	ok(b.len == 0 && b.ptr == NULL, "and more is not");
	bytes_set(&same, VIEW("\0x"));
	is_view(bytes_view(&same), VIEW("\0x"), "NUL is a byte like others");
	bytes_clear(&b);
	ok(b.ptr == NULL && b.len == 0 && b.cap == 0 && b.max == 1000, "cleared, the cap kept");
	bytes_clear(&b);
	bytes_set(&same, VIEW("a\r\nb\r\r\nc\r"));
	bytes_fold_line_ends(&same);
	is_view(bytes_view(&same), VIEW("a\nb\n\nc\n"), "line ends of all kinds are one");
	bytes_clear(&same);
}

static void
check_format(void)
{
	struct bytes b = BYTES_INIT(5000), small = BYTES_INIT(4);

	bytes_print(&b, "%s-%d", "a", 7);
	bytes_print(&b, "%.*s", VIEW_ARG(VIEW("bcd")));
	is_text(bytes_cstr(&b), "a-7bcd", "formatted texts are joined");
	bytes_print(&b, "%3000d", 1);
	ok(b.len == 3006 && b.ptr[3005] == '1' && b.ptr[6] == ' ', "a long one too");
	bytes_print(&small, "%s", "1234");
	ok(small.len == 4 && !bytes_failed(&small), "one that just fits");
	bytes_print(&small, "%d", 5);
	ok(small.len == 4 && bytes_failed(&small), "and one that does not");
	bytes_clear(&b);
	bytes_clear(&small);
}

/* A buffer of cap `max` takes max bytes in each way of adding, and no more. */
static void
check_cap(size_t max)
{
	struct bytes b = BYTES_INIT(max);
	char text[201];

	memset(text, 'x', sizeof text);
	bytes_add(&b, (struct view){ text, max });
	ok(b.len == max && !bytes_failed(&b), "%zu bytes at once into a cap of %zu", max, max);
	ok(bytes_cstr(&b) != NULL && b.ptr[max] == '\0', "and a NUL behind them");
	bytes_add_char(&b, 'y');
	ok(bytes_failed(&b) && b.len == max, "one more fails and adds nothing");
	bytes_reset(&b);
	for (size_t i = 0; i < max; i++)
		bytes_add_char(&b, 'x');
	ok(b.len == max && !bytes_failed(&b), "%zu single bytes", max);
	bytes_reset(&b);
	bytes_add(&b, (struct view){ text, max + 1 });
	ok(bytes_failed(&b) && b.len == 0, "%zu at once fail", max + 1);
	bytes_reset(&b);
	bytes_print(&b, "%.*s", (int)max, text);
	ok(b.len == max && !bytes_failed(&b) && b.ptr[max - 1] == 'x', "%zu printed", max);
	bytes_print(&b, "%d", 7);
	ok(bytes_failed(&b) && b.len == max, "and not one more");
	bytes_clear(&b);
	ok(!bytes_failed(&b), "cleared it is ready again");
	ok(bytes_room(&b, max + 1) == NULL && bytes_failed(&b), "no room for %zu", max + 1);
	bytes_clear(&b);
}

static void
check_sticky(void)
{
	struct bytes b = BYTES_INIT(4);

	bytes_add(&b, VIEW("abc"));
	bytes_add(&b, VIEW("de"));
	bytes_add(&b, VIEW("f"));
	is_view(bytes_view(&b), VIEW("abc"), "behind a failure nothing is added");
	ok(bytes_failed(&b) && bytes_cstr(&b) == NULL, "and there is no text");
	ok(bytes_room(&b, 1) == NULL, "nor room");
	bytes_add(&b, VIEW_NONE);
	ok(bytes_failed(&b), "nothing mends it");
	bytes_reset(&b);
	bytes_add(&b, VIEW("abcd"));
	is_text(bytes_cstr(&b), "abcd", "but a reset");
	ok(bytes_room(&b, SIZE_MAX) == NULL && b.len == 4, "room for everything there is fails");
	bytes_set(&b, VIEW("ok"));
	is_text(bytes_cstr(&b), "ok", "set forgets a failure too");
	bytes_clear(&b);
}

static void
check_views(void)
{
	struct view v = VIEW("abcb"), rest = VIEW("a,,b");

	ok(view_of(NULL).ptr == NULL && view_of(NULL).len == 0, "no text is no view");
	is_view(view_slice(v, 1, 3), VIEW("bc"), "a slice");
	is_number(view_slice(VIEW_NONE, 0, 0).len, 0, "a slice of nothing");
	is_number(view_find(v, 'b'), 1, "find: the first");
	is_number(view_find(v, 'x'), 4, "find: the length when there is none");
	is_number(view_find(VIEW_NONE, 'x'), 0, "find in nothing");
	is_number(view_find(VIEW("a\0b"), '\0'), 1, "find a NUL");
	ok(view_equal(v, VIEW("abcb")) && !view_equal(v, VIEW("abc")) && !view_equal(v, VIEW("abcB")),
	    "equal is equal in length and bytes");
	ok(view_equal(VIEW_NONE, VIEW("")), "nothing equals the empty view");
	ok(view_is(v, "abcb") && !view_is(v, "abcbd") && view_is(VIEW_NONE, ""), "view_is");
	ok(!view_is(VIEW("a\0"), "a"), "a NUL counts");
	ok(view_starts(v, VIEW("ab")) && view_starts(v, v) && view_starts(v, VIEW("")) &&
	    !view_starts(v, VIEW("abcbb")) && !view_starts(v, VIEW("b")), "view_starts");
	ok(view_equal_nocase(VIEW("aZ[@`{9"), VIEW("Az[@`{9")), "case of letters alone is ignored");
	ok(!view_equal_nocase(VIEW("["), VIEW("{")) && !view_equal_nocase(VIEW("@"), VIEW("`")) &&
	    !view_equal_nocase(VIEW("\xC3\xA9"), VIEW("\xC3\x89")), "not of others");
	ok(!view_equal_nocase(VIEW("a"), VIEW("ab")), "nor the length");
	ok(view_compare(VIEW("a"), VIEW("b")) < 0 && view_compare(VIEW("b"), VIEW("a")) > 0 &&
	    view_compare(VIEW("a"), VIEW("a")) == 0, "order by bytes");
	ok(view_compare(VIEW("a"), VIEW("ab")) < 0 && view_compare(VIEW("ab"), VIEW("a")) > 0 &&
	    view_compare(VIEW_NONE, VIEW("a")) < 0 && view_compare(VIEW_NONE, VIEW_NONE) == 0,
	    "the shorter first");
	ok(view_compare(VIEW("\x7F"), VIEW("\x80")) < 0, "bytes have no sign");
	is_view(view_trim(VIEW(" \t\r\n a b \r\n\t ")), VIEW("a b"), "blanks trimmed at both ends");
	is_number(view_trim(VIEW(" \n ")).len, 0, "all blanks");
	is_number(view_trim(VIEW_NONE).len, 0, "nothing to trim");
	is_view(view_trim(VIEW("\f\va\xC2\xA0")), VIEW("\f\va\xC2\xA0"), "other spaces are kept");
	is_view(view_take(&rest, ','), VIEW("a"), "taken up to a comma");
	is_view(view_take(&rest, ','), VIEW(""), "nothing between two");
	is_view(view_take(&rest, ','), VIEW("b"), "all, where there is none");
	is_number(rest.len, 0, "and then there is no more");
	is_number(view_take(&rest, ',').len, 0, "to take");
}

/* A code point as the general scheme writes it, also where that is not allowed. */
static struct view
encode(char *to, unsigned code, size_t len)
{
	static const unsigned char marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = len; i-- > 1; code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3F));
	to[0] = (char)(len == 1 ? code : marks[len] | code);
	return (struct view){ to, len };
}

static bool
is_scalar(unsigned code, size_t len)
{
	size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	return len == shortest && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

/* Every value that len bytes can hold, in steps of one around every boundary. */
static void
check_code_points(void)
{
	static const unsigned past[] = { 0, 0x80, 0x800, 0x10000, 0x200000 };
	unsigned wrong = 0, count = 0;
	char text[4], shortest[4];

	for (size_t len = 1; len <= 4; len++)
		for (unsigned code = 0; code < past[len]; code++) {
			struct view v = encode(text, code, len);
			bool right = is_scalar(code, len);

			count++;
			wrong += utf8_length(v) != (right ? len : 0);
			wrong += right && (utf8_decode(v) != code || utf8_encode(shortest, code) != len ||
			    memcmp(shortest, text, len) != 0);
			wrong += utf8_check(v) != (right ? len : 0);
			for (size_t cut = 1; cut < len; cut++)
				wrong += utf8_length(view_slice(v, 0, cut)) != 0;
		}
	is_number(count, 0x80 + 0x800 + 0x10000 + 0x200000, "every value in 1 to 4 bytes was tried");
	is_number(wrong, 0, "the scalar values in their shortest form are UTF-8, all else is not");
}

static void
check_utf8(void)
{
	unsigned wrong = 0;

	for (unsigned lead = 0x80; lead < 0x100; lead++) {
		char text[5] = { (char)lead, '\x80', '\x80', '\x80', '\x80' };

		if (lead < 0xC2 || lead > 0xF4)
			wrong += utf8_length((struct view){ text, 5 }) != 0;
		for (size_t at = 1; at < 4; at++) {	/* a byte that does not continue */
			text[at] = 'x';
			wrong += at < (lead < 0xE0 ? 2u : lead < 0xF0 ? 3u : 4u) &&
			    utf8_length((struct view){ text, 5 }) != 0;
			text[at] = '\x80';
		}
	}
	is_number(wrong, 0, "bad lead bytes and broken sequences have no length");
	is_number(utf8_length(VIEW_NONE), 0, "nothing has no character");
	is_number(utf8_check(VIEW_NONE), 0, "but is UTF-8");
	is_number(utf8_check(VIEW("a\xC3\xA9\xF0\x9F\x98\x80z\xFFz")), 8, "the first bad byte is found");
	is_number(utf8_check(VIEW("ab\0c")), 4, "NUL is a character");
	is_number(utf8_check(VIEW("ab\xE2\x82")), 2, "a cut character is bad");
}

#define ENCODED(title, text, keep, encoded) { title, { text, sizeof text - 1 }, keep, encoded }

static const struct {
	const char *title;
	struct view text;
	const char *keep, *encoded;
} encodings[] = {
	ENCODED("the unreserved", "AZaz09-._~", "", "AZaz09-._~"),
	ENCODED("all else", " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\x7F", "",
	    "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D%7F"),
	ENCODED("what is to be kept", "/a b/?", "/", "/a%20b/%3F"),
	ENCODED("bytes above ASCII, upper case", "\xC3\xA9\xFF", "", "%C3%A9%FF"),
	ENCODED("control characters and NUL", "\0\x01\n", "/", "%00%01%0A"),
	ENCODED("nothing", "", "", ""),
};

static const struct {
	const char *title, *text, *decoded;	/* NULL: refused */
} decodings[] = {
	{ "nothing", "", "" },
	{ "plain text", "a+b", "a+b" },
	{ "both cases of hexadecimal digits", "%2f%2F%41%7e", "//A~" },
	{ "a blank, an at sign", "%20%40", " @" },
	{ "once only", "%2541", "%41" },
	{ "UTF-8", "%C3%A9\xC3\xA9", "\xC3\xA9\xC3\xA9" },
	{ "a character half encoded", "%C3\xA9", "\xC3\xA9" },
	{ "a lone %", "%", NULL },
	{ "one digit", "a%4", NULL },
	{ "no digits", "%zz", NULL },
	{ "one digit and a letter", "%4g", NULL },
	{ "a sign", "%+1", NULL },
	{ "NUL", "a%00", NULL },
	{ "LF", "%0a", NULL },
	{ "DEL", "%7F", NULL },
	{ "a raw control character", "a\x01", NULL },
	{ "not UTF-8", "%FF", NULL },
	{ "an overlong form", "%C0%AF", NULL },
	{ "a cut character", "%E2%82", NULL },
};

static void
check_percent(void)
{
	struct bytes out = BYTES_INIT(1024);

	for (size_t i = 0; i < ARRAY_LEN(encodings); i++) {
		bytes_reset(&out);
		percent_encode(&out, encodings[i].text, encodings[i].keep);
		is_text(bytes_cstr(&out), encodings[i].encoded, "encoded: %s", encodings[i].title);
	}
	for (size_t i = 0; i < ARRAY_LEN(decodings); i++) {
		const char *expected = decodings[i].decoded;
		bool done;

		bytes_set(&out, VIEW("\x01"));		/* what was there before is not looked at */
		done = percent_decode(&out, view_of(decodings[i].text));
		ok(done == (expected != NULL) && (!done || strcmp(bytes_cstr(&out) + 1, expected) == 0),
		    "decoded: %s", decodings[i].title);
	}
	bytes_clear(&out);
}

int
main(void)
{
	check_growth();
	check_format();
	for (size_t max = 1; max <= 200; max = max * 2 + 1)
		check_cap(max);
	check_cap(64);
	check_cap(65);
	check_cap(128);
	check_sticky();
	check_views();
	check_code_points();
	check_utf8();
	check_percent();
	return done_testing();
}
