/*
 * session/connection/sendbuffer: what waits to be sent on a connection, as frames, many for one write.
 *
 * Purpose:   two buffers: one is sent, and stays where it is until it is gone, for TLS wants to see the same bytes
 *            again; behind it the next one fills up.
 * Limits:    of pings and pongs the last one of each kind waits, beside the messages: RFC 6455 lets a pong answer
 *            the last ping alone. Who adds messages looks at sendbuffer_waiting().
 * Ownership: all is copied. A buffer that had a request or a text in it, which may be secret, is wiped once it is sent.
 * Errors:    sendbuffer_failed(), for good: no memory, no random numbers.
 * Does not:  send.
 */
#ifndef SSM_SESSION_SENDBUFFER_H
#define SSM_SESSION_SENDBUFFER_H

#include "stream/frame.h"

struct sendbuffer_control {
	bool waits;
	unsigned char len;
	char content[FRAME_CONTROL_MAX];
};

struct sendbuffer {
	struct bytes sending, next;
	size_t sent;			/* of sending */
	bool sending_secret, next_secret;
	struct sendbuffer_control ping, pong;
	struct frame_masks masks;
};

void sendbuffer_start(struct sendbuffer *out);

/* Bytes that are no frame. */
void sendbuffer_add_raw(struct sendbuffer *out, struct view raw);
void sendbuffer_add_message(struct sendbuffer *out, struct view message, bool text);
void sendbuffer_add_control(struct sendbuffer_control *control, struct view content);

/* The last frame. */
void sendbuffer_add_close(struct sendbuffer *out, unsigned code);

/* What is to be sent now, from one place until all of it is; empty when there is nothing. */
struct view sendbuffer_view(struct sendbuffer *out);
void sendbuffer_sent(struct sendbuffer *out, size_t count);

size_t sendbuffer_waiting(const struct sendbuffer *out);
bool sendbuffer_failed(const struct sendbuffer *out);

/* Random bytes, as frames have them. */
bool sendbuffer_random(void *unused, unsigned char *to, size_t len);

void sendbuffer_clear(struct sendbuffer *out);

#endif
