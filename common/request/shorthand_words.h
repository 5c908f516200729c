/*
 * request/shorthand_words: where a value of shorthand ends, and what it says.
 *
 * Units: UTF-8 texts; lengths in bytes.
 */
#ifndef SSM_REQUEST_SHORTHAND_WORDS_H
#define SSM_REQUEST_SHORTHAND_WORDS_H

#include "core/bytes.h"

/* Where a value without quotes stands: the first of its key, or behind a comma. */
enum shorthand_place { SHORTHAND_FIRST, SHORTHAND_BEHIND_COMMA };

/* The length of the value without quotes that text begins with, 0 when it begins with none. */
size_t shorthand_word(struct view text, enum shorthand_place place);

/*
 * Where the quote is that ends the value which text, a quote, begins: the first without a backslash,
 * else the last one of all; 0 when there is none.
 */
size_t shorthand_quoted(struct view text);

/* Replaces *out by raw with every two characters \C as C. */
void shorthand_unescape(struct bytes *out, struct view raw, char c);

#endif
