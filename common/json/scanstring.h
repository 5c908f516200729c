/*
 * json/scanstring: what may stand in a string, a byte at a time.
 *
 * Purpose:   characters of UTF-8, escapes, pairs of surrogates.
 * Errors:    a static text of what is wrong.
 * Does not:  end a string. The quote at SCANSTRING_PLAIN that does is the caller's to take; plain text it may take, too.
 */
#ifndef SSM_JSON_SCANSTRING_H
#define SSM_JSON_SCANSTRING_H

#include <stdbool.h>
#include <stdint.h>

enum scanstring_state {
	SCANSTRING_PLAIN,
	SCANSTRING_UTF8,		/* inside a longer character */
	SCANSTRING_ESCAPE, SCANSTRING_HEX,
	SCANSTRING_PAIR, SCANSTRING_PAIR_U,	/* before the second half's backslash, and its u */
};

struct scanstring {
	unsigned char state, need, low, high;	/* of a UTF-8 character, or hex digits to come */
	uint16_t unit;			/* the \u escape being read */
	bool pair;			/* a high surrogate waits for its second half */
};

/* Behind the quote at the beginning. */
void scanstring_start(struct scanstring *string);

/* NULL, or what is wrong with the byte. */
const char *scanstring_take(struct scanstring *string, unsigned char c);

#endif
