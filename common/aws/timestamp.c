#include "aws/timestamp.h"

#include <stdio.h>

#include "core/ascii.h"
#include "core/blank.h"
#include "core/iso8601.h"

#define SHOWN_LEN_MAX 39		/* a secret access key has 40 characters */
#define ISO8601_TEXT_MAX 64

/* The next word, without the commas behind it; empty at the end. */
static struct view
take_word(struct view *rest)
{
	struct view word = view_trim(*rest);
	size_t end = 0;

	while (end < word.len && word.ptr[end] != ' ' && word.ptr[end] != '\t' && word.ptr[end] != ',')
		end++;
	*rest = view_slice(word, end, word.len);
	while (rest->len > 0 && rest->ptr[0] == ',')
		*rest = view_slice(*rest, 1, rest->len);
	return view_slice(word, 0, end);
}

/* Which of the names of three letters the word is, in any case and at any length of it; -1: none. */
static int
find_name(const char *names, struct view word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!ascii_is_letter(word.ptr[i]))
			return -1;
	for (int i = 0; word.len >= 3 && names[3 * i] != '\0'; i++)
		if (view_equal_nocase(view_slice(word, 0, 3), (struct view){ names + 3 * i, 3 }))
			return i;
	return -1;
}

static bool
is_number(struct view word, size_t min, size_t max, unsigned long long *number)
{
	return word.len >= min && word.len <= max && view_number(word, number);
}

/* `22 Apr 2099 22:56:00 +0200`, put as ISO 8601 has it; that is read then. */
static bool
parse_mail(struct view text, time_t *when)
{
	static const char days[] = "sunmontuewedthufrisat";
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char iso[ISO8601_TEXT_MAX];
	struct view rest = text, word = take_word(&rest), clock, zone;
	unsigned long long day, year;
	int month, len;

	if (find_name(days, word) >= 0)
		word = take_word(&rest);
	if (!is_number(word, 1, 2, &day) || (month = find_name(months, take_word(&rest))) < 0 ||
	    !is_number(take_word(&rest), 4, 4, &year))
		return false;
	clock = take_word(&rest);
	zone = view_trim(rest);
	if (clock.len < 5 || view_find(clock, ':') != 2)
		return false;
	len = snprintf(iso, sizeof iso, "%04llu-%02d-%02lluT%.*s%s%.*s", year, month + 1, day,
	    VIEW_ARG(clock), zone.len > 0 ? " " : "", VIEW_ARG(zone));
	return len > 0 && (size_t)len < sizeof iso && iso8601_parse(view_of(iso), when);
}

bool
timestamp_parse(struct view text, time_t *when)
{
	text = view_trim(text);
	return iso8601_parse(text, when) || (view_find(text, '\0') == text.len && parse_mail(text, when));
}

void
timestamp_show(char shown[TIMESTAMP_SHOWN_MAX], struct view text)
{
	char *to = shown;

	if (text.len > SHOWN_LEN_MAX) {
		snprintf(shown, TIMESTAMP_SHOWN_MAX, "a text of %zu bytes", text.len);
		return;
	}
	*to++ = '\'';
	for (size_t i = 0; i < text.len; i++)
		*to++ = text.ptr[i] >= ' ' && text.ptr[i] < 0x7F ? text.ptr[i] : '?';
	*to++ = '\'';
	*to = '\0';
}
