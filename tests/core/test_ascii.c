/* ascii, array, base64, uuid, httpreason, tokens and numbers: what is written once for all rooms. */
#include <stdint.h>

#include "core/array.h"
#include "core/ascii.h"
#include "core/base64.h"
#include "core/header_field.h"
#include "core/httpreason.h"
#include "core/uuid.h"
#include "tap.h"

/* Whether a question about a character is answered with yes for those of the text and for no other. */
static void
is_set(bool (*answer)(char), const char *members, const char *title)
{
	int wrong = -1;

	for (int c = 0; c < 256; c++)
		if (answer((char)c) != (c != 0 && strchr(members, c) != NULL))
			wrong = c;
	is_number(wrong, -1, "%s", title);
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static void
check_characters(void)
{
	static const char hex[] = DIGITS "abcdefABCDEF";
	int wrong = -1;

	is_set(ascii_is_digit, DIGITS, "digits");
	is_set(ascii_is_letter, LOWER UPPER, "letters");
	is_set(ascii_is_alnum, LOWER UPPER DIGITS, "both");
	is_set(ascii_is_token, LOWER UPPER DIGITS "!#$%&'*+-.^_`|~", "the characters of tokens");
	for (int c = 0; c < 256; c++) {
		const char *upper = c == 0 ? NULL : strchr(UPPER, c), *at = c == 0 ? NULL : strchr(hex, c);
		long digit = at == NULL ? -1 : at - hex;

		if (ascii_lower((char)c) != (upper == NULL ? (char)c : LOWER[upper - UPPER]) ||
		    ascii_hex((char)c) != (digit > 15 ? digit - 6 : digit))
			wrong = c;
	}
	is_number(wrong, -1, "lower case, and hexadecimal digits");
}

static void
check_tokens(void)
{
	ok(header_field_is_token(VIEW("x-Amz_date~1")), "a name of a field");
	ok(!header_field_is_token(VIEW("")), "a token is not empty");
	ok(!header_field_is_token(VIEW("a b")), "it has no blank");
	ok(!header_field_is_token(VIEW("a\0")), "nor a NUL");
	ok(!header_field_is_token(VIEW("\xC3\xA9")), "nor what is not ASCII");
}

static void
check_numbers(void)
{
	static const struct {
		const char *text;
		unsigned long long number;
		bool good;
	} rows[] = {
		{ "0", 0, true }, { "007", 7, true }, { "65536", 65536, true },
		{ "18446744073709551614", 18446744073709551614u, true },
		{ "18446744073709551615", 18446744073709551615u, true },
		{ "18446744073709551616", 18446744073709551615u, true },
		{ "99999999999999999999999999999999999999", 18446744073709551615u, true },
		{ "", 0, false }, { "-1", 0, false }, { "+1", 0, false }, { " 1", 0, false }, { "1 ", 0, false },
		{ "1.0", 0, false }, { "0x1", 0, false }, { "99999999999999999999999x", 0, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned long long number;
		bool good = view_number(view_of(rows[i].text), &number);

		ok(good == rows[i].good && (!good || number == rows[i].number), "the number '%s'", rows[i].text);
	}
}

/* RFC 4648, section 10, and what tells the alphabets apart. */
static void
check_base64(void)
{
	static const struct {
		const char *raw, *plain, *url;
	} rows[] = {
		{ "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" }, { "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" }, { "\xFB\xFF\xBF", "+/+/", "-_-_" },
	};
	struct bytes out = BYTES_INIT(64);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bytes_reset(&out);
		base64_add(&out, view_of(rows[i].raw));
		is_text(bytes_cstr(&out), rows[i].plain, "%s", rows[i].plain);
		bytes_reset(&out);
		base64_add_url(&out, view_of(rows[i].raw));
		is_text(bytes_cstr(&out), rows[i].url, "%s for an URL", rows[i].url);
		bytes_reset(&out);
		ok(base64_decode(&out, view_of(rows[i].plain)) && view_is(bytes_view(&out), rows[i].raw),
		    "%s decoded", rows[i].plain);
	}
	bytes_reset(&out);
	base64_add(&out, VIEW(""));
	is_number(out.len, 0, "nothing is nothing");
	bytes_clear(&out);
}

static void
check_base64_refusals(void)
{
	static const char *const bad[] = { "", "=", "====", "Z", "Zg", "Zg=", "Zg===", "Zm9vYg=", "Zg==Zg==",
		"Z=g=", "Zm9-", "Zm 9", "Zm9v\t" };
	struct bytes out = BYTES_INIT(64);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!base64_decode(&out, view_of(bad[i])), "'%s' is refused", bad[i]);
	ok(!base64_decode(&out, VIEW("Zm9\0")), "a NUL is refused");
	bytes_reset(&out);
	ok(base64_decode(&out, VIEW("Zm\r\n9v\n")) && view_is(bytes_view(&out), "foo"), "line ends may be anywhere");
	bytes_clear(&out);
}

static void
check_uuid(void)
{
	unsigned char random[UUID_BYTES];
	char text[UUID_LEN + 1];

	memset(random, 0, sizeof random);
	uuid_format(text, random);
	is_text(text, "00000000-0000-4000-8000-000000000000", "a UUID of zeros");
	memset(random, 0xFF, sizeof random);
	uuid_format(text, random);
	is_text(text, "ffffffff-ffff-4fff-bfff-ffffffffffff", "a UUID of ones");
	for (unsigned char i = 0; i < UUID_BYTES; i++)
		random[i] = (unsigned char)(0x11 * i);
	uuid_format(text, random);
	is_text(text, "00112233-4455-4677-8899-aabbccddeeff", "every byte has its place");
	uuid_text(text, random);
	is_text(text, "00112233-4455-6677-8899-aabbccddeeff", "one of another version stays what it is");
	uuid_mark(random);
	uuid_text(text, random);
	is_text(text, "00112233-4455-4677-8899-aabbccddeeff", "until it is made one of version 4");
}

static void
check_array(void)
{
	size_t room = 0, *items = NULL, count = 0, moves = 0;

	for (; count < 1000; count++) {
		size_t before = room, *grown = array_room(items, count, &room, sizeof *items);

		moves += room != before;
		if (grown == NULL)
			break;
		items = grown;
		items[count] = count;
	}
	ok(count == 1000 && items[0] == 0 && items[999] == 999, "an array grows and keeps its items");
	ok(moves < 10, "it does not move at every item");
	free(items);
}

/* AddressSanitizer ends a process that asks for so much. */
static void
check_array_refusal(void)
{
#ifndef __SANITIZE_ADDRESS__
	volatile size_t huge = SIZE_MAX / 2;		/* gcc would see what cannot be had */
	size_t none = 0;

	ok(array_room(NULL, 0, &none, huge) == NULL && none == 0, "what cannot be had is no room");
#endif
}

int
main(void)
{
	check_characters();
	check_tokens();
	check_numbers();
	check_base64();
	check_base64_refusals();
	check_uuid();
	check_array();
	check_array_refusal();
	is_text(httpreason(503), "Service Unavailable", "a reason phrase");
	is_text(httpreason(413), "Request Entity Too Large", "in Python's words");
	is_text(httpreason(599), "", "none");
	return done_testing();
}
