/*
 * ports/carrier: what local connections say, on its way to the node, in either of the two forms that agents take.
 *
 * Purpose:   as streams of smux, side by side; or, with older agents, bytes as they are, of one connection after the
 *            other, whose end a flag tells.
 * Errors:    a stream that cannot be had is 0; portscarrier_failure().
 */
#ifndef SSM_PORTS_CARRIER_H
#define SSM_PORTS_CARRIER_H

#include "ports/mux.h"

#define PORTSCARRIER_WAITING_MAX (64 * 1024)	/* bytes */

enum portscarrier_state {
	PORTSCARRIER_FREE,
	PORTSCARRIER_TAKEN,
	PORTSCARRIER_OVER,		/* the node is to be told that the connection has ended */
	PORTSCARRIER_TOLD,		/* it is, but has not said so: what comes is still of the one before */
};

struct portscarrier {
	struct mux *mux;		/* NULL: one after the other, and what follows is used */
	enum portscarrier_state state;
	struct bytes out;		/* waits to go out, behind `gone` bytes that are out */
	size_t gone;
};

enum ssm_err portscarrier_open(struct portscarrier *carrier, bool basic, bool keepalive, uint64_t now,
    struct ssm_error *err) __attribute__((warn_unused_result));
void portscarrier_close(struct portscarrier *carrier);

/* Whether there is a place for one more connection; and a new one's number, its owner being found by it, or 0. */
bool portscarrier_has_place(const struct portscarrier *carrier);
uint32_t portscarrier_start(struct portscarrier *carrier, void *owner) __attribute__((warn_unused_result));

/* How many bytes portscarrier_send() takes, which are all it is to be given. */
size_t portscarrier_room(const struct portscarrier *carrier);
void portscarrier_send(struct portscarrier *carrier, uint32_t stream, struct view bytes);
void portscarrier_finish(struct portscarrier *carrier, uint32_t stream);

struct view portscarrier_waiting(const struct portscarrier *carrier);
void portscarrier_took(struct portscarrier *carrier, size_t len);

/* The node has all that was sent. */
void portscarrier_arrived(struct portscarrier *carrier);

const char *portscarrier_failure(const struct portscarrier *carrier);

#endif
