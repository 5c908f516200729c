/*
 * start/forward: a port of this machine, and what it leads to, as ssh -L has them.
 *
 * Purpose:   [BIND:]PORT:HOST:HOSTPORT, [BIND:]PORT:HOSTPORT, and a socket's path in place of [BIND:]PORT: where to listen,
 *            which document of the service leads there, with which parameters. The node itself by any of its names
 *            needs no more than the document for its own ports, which more people may start.
 * Ownership: text is borrowed for as long as the struct is in use.
 * Errors:    SSM_E_INPUT; the text says what is wrong.
 * Does not:  open anything: see ports/listen.
 */
#ifndef SSM_START_FORWARD_H
#define SSM_START_FORWARD_H

#include "ports/address.h"

struct startforward {
	struct portsaddress local;
	bool bound;			/* BIND was given */
	struct view host;		/* VIEW_NONE: the node itself */
	struct view port;		/* there */
};

enum ssm_err startforward_parse(struct startforward *forward, struct view text, struct ssm_error *err)
    __attribute__((warn_unused_result));

/* AWS-StartPortForwardingSession, or the one ToRemoteHost. */
const char *startforward_document(const struct startforward *forward);

/* Appends where it listens, as ssm-stream takes it: 8080, 127.0.0.1:8080, [::1]:8080, /path. */
void startforward_address(struct bytes *out, const struct startforward *forward);

/* The port of a socket's address as text; 0: it has a path. */
unsigned startforward_port(const char *address);

/* Appends the document's parameters as JSON; local_port 0 is none, as of a socket with a path. */
void startforward_parameters(struct bytes *out, const struct startforward *forward, unsigned local_port);

#endif
