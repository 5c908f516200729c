/*
 * stream/frame: WebSocket frames as a client has them (RFC 6455), without extensions.
 *
 * Purpose:   messages to frames, each masked anew, many behind one another in one buffer; bytes, cut anywhere, to
 *            messages and control frames.
 * Ownership: what is read is in the bytes that were given when one frame there holds all of it, else in the reader's
 *            own; it lives until the next frame is asked for.
 * Errors:    FRAME_WRONG, for good, with the reason: a frame or message of more than FRAME_MESSAGE_MAX, or that breaks
 *            the protocol.
 * Does not:  open, read or write anything, draw random numbers, check that texts are UTF-8, answer.
 */
#ifndef SSM_STREAM_FRAME_H
#define SSM_STREAM_FRAME_H

#include <stdint.h>

#include "core/bytes.h"

#define FRAME_MESSAGE_MAX ((size_t)1024 * 1024)
#define FRAME_CONTROL_MAX 125
#define FRAME_HEAD_MAX 14		/* bytes in front of a payload, as we send them */
#define FRAME_MASKS 256			/* that are drawn at once */

/* Masks for frames to come. */
struct frame_masks {
	/* Fills out with bytes that nobody can guess; false when they can't be had. */
	bool (*random)(void *context, unsigned char *out, size_t len);
	void *context;
	size_t left;
	uint32_t masks[FRAME_MASKS];
};

enum frame_kind {
	FRAME_TEXT = 1,
	FRAME_BINARY = 2,
	FRAME_CLOSE = 8,
	FRAME_PING = 9,
	FRAME_PONG = 10,
	FRAME_NONE = 16,		/* more bytes are needed */
	FRAME_WRONG,
};

/* Appends one frame, which is a whole message. Without random bytes the buffer is marked as failed. */
void frame_add(struct bytes *out, enum frame_kind kind, struct view payload, struct frame_masks *masks);

/* A close frame; code 0: an empty one. */
void frame_add_close(struct bytes *out, unsigned code, struct frame_masks *masks);

struct frame_reader {
	unsigned char head[FRAME_HEAD_MAX];
	size_t head_len;
	bool in_payload;		/* the head is whole */
	size_t left;			/* of the payload */
	bool in_message, text;		/* begun, by a frame that was not its last */
	struct bytes message;		/* what came of it */
	bool told;			/* all of that has been handed out */
	char control[FRAME_CONTROL_MAX];
	size_t control_len;
	const char *why;		/* what is wrong */
};

#define FRAME_READER_INIT { .head_len = 0, .message = BYTES_INIT(FRAME_MESSAGE_MAX), .why = NULL }

struct frame {
	enum frame_kind kind;		/* never a piece of a message */
	struct view payload;		/* of CLOSE: the reason */
	unsigned code;			/* of CLOSE; 0: it has none */
};

/* The next frame of *rest, from which it takes what it has read. */
enum frame_kind frame_next(struct frame_reader *reader, struct view *rest, struct frame *frame);

void frame_reader_clear(struct frame_reader *reader);

#endif
