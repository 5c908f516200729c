/*
 * ports/forward: local connections, carried over the bytes of a port session.
 *
 * Purpose:   accepts connections, and carries what they say to the node and back: side by side as streams of smux, or,
 *            with older agents, one after the other.
 * Flow:      a local connection is read only while there is room for it on the way to the node, and no more is taken
 *            of what comes than the local ends take and some buffers hold.
 * Ends:      the node's end of a connection ends the local one, once it has been given everything; one that speaks on is
 *            heard by nobody, and closed when it has taken everything, or nothing for PORTSLOCAL_PATIENCE. A local one that
 *            has said all waits for the answer: the protocol cannot end one direction alone, so that the node's end is
 *            closed when nothing was said for FORWARD_LINGER (FORWARD_LINGER_BASIC where others wait behind it)
 *            since the node has acknowledged the last byte of it. One that is closed altogether is ended at once.
 *            When the session is over, each local end has as long as it takes to take what has come, if it takes some of
 *            it every PORTSLOCAL_PATIENCE: that is as long as an answer is waited for, and there is no node any more that
 *            it could hold up.
 * Units:     milliseconds of the loop's clock.
 * Ownership: the sockets that listen are the caller's, until portsforward_close() theirs stay where they are.
 * Errors:    portsforward_failure() is not NULL: nothing can be carried any more.
 * Does not:  know of messages, resumes, or signals.
 */
#ifndef SSM_PORTS_FORWARD_H
#define SSM_PORTS_FORWARD_H

#include "core/err.h"
#include "ports/listen.h"
#include "process/loop.h"

#define FORWARD_LINGER 10000
#define FORWARD_LINGER_BASIC 1000

struct portsforward;

struct portsforward_calls {
	void (*accepted)(void *owner);	/* a local connection */
	void (*paused)(void *owner, int error);	/* none is accepted for a while, for that errno */
	void (*deaf)(void *owner, const char *address, int error);	/* that socket listens no more */
	void (*lingered)(void *owner);	/* a connection was ended that had said everything, and heard nothing for long */
	void *owner;
};

struct portsforward_plan {
	struct loop *loop;
	const struct portslisten *listen;
	bool basic;			/* one connection after the other */
	bool keepalive;			/* of smux: something is said all the while */
	struct portsforward_calls calls;
};

enum ssm_err portsforward_open(struct portsforward **forward, const struct portsforward_plan *plan,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* For the node. How much of it was sent. */
struct view portsforward_waiting(const struct portsforward *forward);
void portsforward_took(struct portsforward *forward, size_t len);

/* Whether the node is to be told, behind what waits, that the connection has ended (flag 1); and that it was. */
bool portsforward_flag_is_due(const struct portsforward *forward);
void portsforward_flag_sent(struct portsforward *forward);

/*
 * How far the node has heard of what was sent: `next` is the number behind all messages of that, `missing` the lowest that
 * it has not acknowledged (next: it has all); and `since` when the connection to it stands (UINT64_MAX: it does not).
 * To be told behind what was sent.
 */
void portsforward_heard(struct portsforward *forward, uint64_t next, uint64_t missing, uint64_t since);

/*
 * Of the node. How many bytes were taken; the rest is for later, when the loop has turned. Behind portsforward_stop() all
 * are: from the first that a reader cannot take they are dropped.
 */
size_t portsforward_receive(struct portsforward *forward, struct view bytes);

/* Something is to be said, whoever says nothing: UINT64_MAX for never. */
uint64_t portsforward_deadline(const struct portsforward *forward);
void portsforward_tick(struct portsforward *forward, uint64_t now);

/*
 * The session's end is known: no more connections, and those whose readers are stuck are reset; what comes still goes to
 * the others. The sockets that listen may be closed.
 */
void portsforward_last(struct portsforward *forward);

/* Nothing more goes to the node or comes from it; local connections are given what they have not yet got. */
void portsforward_stop(struct portsforward *forward);

/* Whether all is with the local ends, or will never be. */
bool portsforward_is_empty(const struct portsforward *forward);

const char *portsforward_failure(const struct portsforward *forward);

void portsforward_close(struct portsforward *forward);

#endif
