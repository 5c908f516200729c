/*
 * http/head: the head of an HTTP answer, line by line.
 *
 * Purpose:   collects the fields and judges the framing more strictly than libcurl does: an answer
 *            whose head was cut, or whose length is said twice, is no answer. Interim
 *            (1xx) heads are passed over, trailers are left out.
 * Ownership: a httphead owns its text; views live until the next line or httphead_clear().
 * Errors:    httphead_line() returns false, and `why` is a static text that quotes nothing.
 * Limits:    HTTPHEAD_* below.
 */
#ifndef SSM_HTTP_HEAD_H
#define SSM_HTTP_HEAD_H

#include <stdint.h>
#include <time.h>

#include "core/bytes.h"

#define HTTPHEAD_LINE_MAX 8192
#define HTTPHEAD_SIZE_MAX 65536		/* of all lines, interim heads and trailers included */
#define HTTPHEAD_FIELDS_MAX 128
#define HTTPHEAD_INTERIM_MAX 8
#define HTTPHEAD_RETRY_AFTER_MAX 2000000000	/* milliseconds: three weeks */

struct httphead_field {
	uint32_t name, value, end;	/* offsets in text: "name" from name to value, value to end */
};

struct httphead {
	int status;			/* 0 before the first status line */
	bool complete;			/* the blank line behind a final status was seen */
	bool has_length, chunked;
	size_t length;			/* as Content-Length says */
	size_t size;			/* bytes taken so far */
	unsigned interim;
	size_t count;
	struct httphead_field fields[HTTPHEAD_FIELDS_MAX];
	struct bytes text;		/* names in lower case and values, end to end */
	const char *why;
};

#define HTTPHEAD_INIT { .status = 0, .count = 0, .text = BYTES_INIT(HTTPHEAD_SIZE_MAX), .why = NULL }

/* Takes one line with its end, as it came. */
bool httphead_line(struct httphead *head, struct view line);

/* Whether the head is whole and says where the body ends. */
bool httphead_is_framed(const struct httphead *head);

/* Field i, from 0 to count - 1. */
struct view httphead_name(const struct httphead *head, size_t i);
struct view httphead_value(const struct httphead *head, size_t i);

/* The value of the first field of that name (lower case), or VIEW_NONE. */
struct view httphead_find(const struct httphead *head, const char *name);

/*
 * How long the answer asks to be left alone: its Retry-After, in seconds or as a date, which is held
 * against the answer's own Date, or against now where it has none. Milliseconds; 0 when it does not ask.
 */
unsigned httphead_retry_after(const struct httphead *head, time_t now);

/* Empty again, the memory kept. */
void httphead_reset(struct httphead *head);
void httphead_clear(struct httphead *head);

#endif
