/*
 * sandbox/connection: one connection's requests and answers, in turn.
 *
 * Purpose:   what comes in is read request by request; each is answered before the next is looked at
 *            (pipelined ones wait). Knows nothing of sockets: bytes in, bytes out, and what is next.
 * Ownership: sandbox_connection_init() and _clear() bracket its life.
 * Limits:    SANDBOX_WAITING_MAX bytes may wait behind a request that is being answered.
 */
#ifndef SSM_SANDBOX_CONNECTION_H
#define SSM_SANDBOX_CONNECTION_H

#include "sandbox/service.h"

#define SANDBOX_WAITING_MAX (SANDBOX_HEAD_MAX + SANDBOX_BODY_MAX)

enum sandbox_phase { SANDBOX_READING, SANDBOX_DELAYED, SANDBOX_SENDING, SANDBOX_ENDING };

struct sandbox_connection {
	enum sandbox_phase phase;
	struct sandbox_reader reader;
	struct bytes in;		/* not read yet */
	struct bytes out;		/* to be sent; starts with `padding` bytes that are not */
	size_t padding;
	unsigned delay_ms;		/* when DELAYED: how long */
	bool send_nothing;		/* when SENDING: close in place of an answer */
	bool upgraded;			/* when SENDING: what is in out is for libwebsockets to read, then what is in */
	bool last;			/* when SENDING: nothing more after this */
};

void sandbox_connection_init(struct sandbox_connection *connection, size_t padding);

/*
 * Takes bytes, if there are any, and goes on as far as it can: a finished request is answered into
 * connection->out, with *answer as the place to work in, and *answered is set. False: too much, the
 * connection must end.
 */
bool sandbox_connection_feed(struct sandbox_connection *connection, struct view data,
    struct sandbox_service *service, time_t now, struct sandbox_answer *answer, bool *answered);

/* Takes back the answer that has just been made, for this one. */
void sandbox_connection_answer_anew(struct sandbox_connection *connection, const struct sandbox_answer *answer,
    time_t now);

/* The answer is out: ready for the next request, or ENDING. */
void sandbox_connection_sent(struct sandbox_connection *connection);

void sandbox_connection_clear(struct sandbox_connection *connection);

#endif
