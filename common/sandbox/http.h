/*
 * sandbox/http: HTTP/1.x requests out of a stream of bytes (RFC 9112), exactly as they were sent.
 *
 * Purpose:   a signature covers the path, the query and the headers byte for byte. libwebsockets' own
 *            reader decodes and folds the first two, keeps one of several headers of a name and
 *            takes no chunked body, so the sandbox reads requests itself.
 * Ownership: the request's views point into its reader and live until sandbox_reader_reset().
 * Limits:    SANDBOX_HEAD_MAX, SANDBOX_HEADERS_MAX, SANDBOX_BODY_MAX. A body that is longer is read to
 *            its end and dropped, so that its sender lives to read the answer.
 * Errors:    a state, an HTTP status and a reason; a request without end is the caller's to time out.
 */
#ifndef SSM_SANDBOX_HTTP_H
#define SSM_SANDBOX_HTTP_H

#include <stdint.h>

#include "core/header_field.h"
#include "http/chunks.h"

#define SANDBOX_HEAD_MAX 65536
#define SANDBOX_HEADERS_MAX 100
#define SANDBOX_BODY_MAX (1024 * 1024)

struct sandbox_request {
	struct view method, path, query;	/* as on the wire */
	struct header_field headers[SANDBOX_HEADERS_MAX];	/* names in lower case, wire order */
	size_t header_count;
	struct view body;
	bool body_too_long;		/* body is then empty */
	bool keep_alive;
};

enum sandbox_reading { SANDBOX_HEAD, SANDBOX_BODY, SANDBOX_CHUNKS, SANDBOX_DONE, SANDBOX_BAD };

struct sandbox_reader {
	enum sandbox_reading state;
	struct bytes head, body;
	size_t line;			/* where the current line of head starts */
	uint64_t remaining;		/* bytes of the body */
	struct chunks chunks;
	bool expects_continue;		/* the client waits for a 100 before it sends the body */
	unsigned status;		/* after SANDBOX_BAD */
	const char *why;
	struct sandbox_request request;	/* after SANDBOX_DONE */
};

#define SANDBOX_READER_INIT { .state = SANDBOX_HEAD, .head = BYTES_INIT(SANDBOX_HEAD_MAX), \
	.body = BYTES_INIT(SANDBOX_BODY_MAX), .chunks = CHUNKS_INIT }

/* Takes bytes of data up to the end of one request; returns how many. */
size_t sandbox_reader_feed(struct sandbox_reader *reader, struct view data);

/* Whether a request has begun and has not ended. */
bool sandbox_reader_busy(const struct sandbox_reader *reader);

/* The value of the first header of a name into *value; returns how many there are. */
size_t sandbox_request_header(const struct sandbox_request *request, const char *name,
    struct view *value);

/* Ready for the next request; keeps its memory unless that was much. */
void sandbox_reader_reset(struct sandbox_reader *reader);

void sandbox_reader_clear(struct sandbox_reader *reader);

#endif
