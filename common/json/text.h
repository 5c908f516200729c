/*
 * json/text: writing JSON text, and its tokens.
 *
 * Purpose: documents are put together as text, member by member, so that what passes through keeps
 *          its bytes.
 * Errors:  those of struct bytes (sticky).
 * Does not: check what it copies: raw values come from a text that jsonscan has passed, strings are
 *          UTF-8.
 */
#ifndef SSM_JSON_TEXT_H
#define SSM_JSON_TEXT_H

#include "core/bytes.h"

/* text as a JSON string, in quotes; only what must be escaped is. */
void jsontext_string(struct bytes *out, struct view text);

/* The same in ASCII: everything else, DEL too, as \uxxxx, the way botocore writes a request's body. */
void jsontext_string_ascii(struct bytes *out, struct view text);

/*
 * An object: begin, members in order, end. A member puts the comma it needs before itself:
 * none behind '{' or another comma.
 */
void jsontext_begin(struct bytes *out);
void jsontext_end(struct bytes *out);
void jsontext_name(struct bytes *out, const char *name);	/* "name": */
void jsontext_name_view(struct bytes *out, struct view raw_name);	/* as it stood between quotes */
void jsontext_member(struct bytes *out, const char *name, struct view text);
void jsontext_member_raw(struct bytes *out, const char *name, struct view json);
void jsontext_member_number(struct bytes *out, const char *name, long long number);
void jsontext_member_bool(struct bytes *out, const char *name, bool value);

/*
 * Tokens of a checked JSON text: the one at `at` (a string, one bracket or sign, or a number or
 * literal), and the first place from `at` on that is not blank.
 */
struct view jsontext_token(struct view document, size_t at);
size_t jsontext_skip_blanks(struct view document, size_t at);

/* The place behind the value that begins at or behind `at`. */
size_t jsontext_skip_value(struct view document, size_t at);

/* The double nearest to a number as it is spelled, inf when it is too large; false when memory ended. */
bool jsontext_number(struct view spelling, double *out);

/* The document (checked JSON text) without blanks between its tokens. */
void jsontext_compact(struct bytes *out, struct view document);

/* The document indented by two blanks, and coloured for a terminal when asked. */
void jsontext_pretty(struct bytes *out, struct view document, bool colour);

#endif
