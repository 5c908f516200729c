/*
 * http/chunks: the chunked coding of an HTTP body (RFC 9112, section 7.1), decoded as it arrives.
 *
 * Purpose: libcurl takes a body for whole when its end was cut off behind the last chunk's size, and
 *          unpacks codings that nobody asked for. So it hands on the raw bytes, and they are judged
 *          here.
 * Errors:  CHUNKS_BAD, for good; chunks_take() returns false then, and when the output is full.
 */
#ifndef SSM_HTTP_CHUNKS_H
#define SSM_HTTP_CHUNKS_H

#include "core/bytes.h"

enum chunks_state {
	CHUNKS_SIZE, CHUNKS_EXTENSION, CHUNKS_SIZE_END, CHUNKS_DATA, CHUNKS_DATA_CR, CHUNKS_DATA_END,
	CHUNKS_TRAILER_START, CHUNKS_TRAILER, CHUNKS_TRAILER_END, CHUNKS_LAST, CHUNKS_DONE, CHUNKS_BAD,
};

struct chunks {
	enum chunks_state state;
	unsigned digits;		/* of the size being read */
	size_t left;			/* of the chunk being read */
};

#define CHUNKS_INIT { .state = CHUNKS_SIZE }

/*
 * Takes the next of raw, which is not empty, and returns how many bytes that were: of the coding, or of the
 * body, which *part has then. Takes nothing when the body is done or bad.
 */
size_t chunks_next(struct chunks *chunks, struct view raw, struct view *part);

/* Adds what *raw says to *body, and leaves in *raw what stands behind the end. */
bool chunks_take(struct chunks *chunks, struct view *raw, struct bytes *body);

static inline bool
chunks_done(const struct chunks *chunks)
{
	return chunks->state == CHUNKS_DONE;
}

#endif
