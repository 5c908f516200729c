/*
 * json/scan: a strict RFC 8259 checker that can stop and go on anywhere.
 *
 * Purpose:   every text is checked here, byte by byte as it arrives, and all that decodes later (views,
 *            trees, libjq) sees only what is known to be sound. The checker finds the end of a document
 *            in a stream and remembers where its members are, so that members nobody asks for pass
 *            through byte for byte.
 * Units:     offsets are bytes from the start of the document.
 * Errors:    a static text of what is wrong, or SSM_E_INPUT with it; the input is never quoted.
 * Does not:  allocate, decode.
 */
#ifndef SSM_JSON_SCAN_H
#define SSM_JSON_SCAN_H

#include <stdint.h>

#include "core/err.h"
#include "json/scanstring.h"

#define JSON_DEPTH_MAX 64
#define JSON_MEMBERS_MAX 256		/* of the outermost object */

enum json_scan_status { JSON_SCAN_MORE, JSON_SCAN_DONE, JSON_SCAN_BAD };

struct json_span {
	uint32_t key, key_end;		/* the text between the quotes */
	uint32_t value, value_end;
};

struct json_scan {
	const char *why;		/* after JSON_SCAN_BAD */
	const char *literal;		/* what is left of true, false or null */
	size_t at;			/* bytes taken so far */
	size_t line, column;		/* of the byte at `at`, from 1; columns in bytes */
	uint64_t objects;		/* one bit a level: set in an object */
	unsigned depth;
	unsigned char state;
	struct scanstring string;	/* that is being read */
	bool in_key;
	bool uncapped;			/* more members are counted, and where they are is not remembered */
	size_t count;
	struct json_span members[JSON_MEMBERS_MAX];
};

/*
 * Of one on the stack: not cleared before use, as the compiler is told to do with all others. It holds offsets alone,
 * four kilobytes of them, and json_scan_start() sets what is read before it is written.
 */
#ifdef __has_attribute
#if __has_attribute(uninitialized)
#define JSON_SCAN_UNCLEARED __attribute__((uninitialized))
#endif
#endif
#ifndef JSON_SCAN_UNCLEARED
#define JSON_SCAN_UNCLEARED
#endif

/* Starts on a text whose first byte stands at the given line and column; not uncapped. */
void json_scan_start(struct json_scan *scan, size_t line, size_t column);

/*
 * Takes bytes of text, whole so far, from scan->at on. DONE: one value (outermost closing bracket
 * included, or a scalar that something follows) ends at scan->at. A scalar at the end of the text is
 * only known to be whole by json_scan_end().
 */
enum json_scan_status json_scan_feed(struct json_scan *scan, struct view text);

/* No more bytes will come. */
enum json_scan_status json_scan_end(struct json_scan *scan);

/* The text without the blanks at its end. */
struct view json_scan_whole(struct view text);

/*
 * A text that is all there and begins with a value; scan was started, or has been fed from its start before, and
 * whatever it came to then stands. *whole is json_scan_whole() of it:
 * where scan->at is less than its length, something stands behind the value. SSM_E_INPUT with the
 * line, the column and `what` ("the credentials document") when it is no JSON.
 */
enum ssm_err json_scan_text(struct json_scan *scan, struct view text, const char *what,
    struct view *whole, struct ssm_error *err);

#endif
