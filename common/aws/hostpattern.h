/*
 * aws/hostpattern: hosts that a user admits beside those that are known.
 *
 * Purpose:   [wss://|ws://]HOST[:PORT], where HOST is a name, an address, "*.SUFFIX" (one label or
 *            more before the suffix) or "*", and PORT a number or "*". Without a scheme, wss is
 *            admitted, and ws to this machine by its own name; without a port, the scheme's own, and
 *            all ports of this machine.
 * Ownership: a pattern borrows the text it was made from.
 * Errors:    SSM_E_INPUT, with the pattern.
 */
#ifndef SSM_AWS_HOSTPATTERN_H
#define SSM_AWS_HOSTPATTERN_H

#include "core/err.h"

struct host_pattern {
	struct view scheme;		/* VIEW_NONE when the text has none */
	struct view host;
	unsigned port;			/* 0 when the text has none, or any */
	bool any_port;
};

enum ssm_err host_pattern_parse(struct host_pattern *pattern, struct view text,
    struct ssm_error *err);

/* Scheme and host in lower case, the host without a dot at its end. */
bool host_pattern_admits(const struct host_pattern *pattern, struct view scheme, struct view host,
    unsigned port);

/* 443 for wss, 80 for ws. */
unsigned host_pattern_default_port(struct view scheme);

#endif
