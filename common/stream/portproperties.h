/*
 * stream/portproperties: what a port session is for, as the node's handshake says it.
 *
 * Purpose:   reads the Properties of the action SessionType; and how connections are to be carried, which both sides
 *            find out for themselves by the other one's version.
 * Source:    ssm-data-channel(7), PORTS.
 * Ownership: everything is copied; portproperties_clear() ends it.
 * Errors:    what is no text, or too long, is empty; memory that cannot be had: portproperties_lack_memory().
 */
#ifndef SSM_STREAM_PORTPROPERTIES_H
#define SSM_STREAM_PORTPROPERTIES_H

#include "core/bytes.h"
#include "json/json.h"

#define PORTPROPERTIES_TEXT_MAX 1024	/* bytes; what is longer is right nowhere, and cut */

enum portproperties_mode {
	PORTPROPERTIES_STREAMS,		/* one connection, on standard input and output */
	PORTPROPERTIES_SMUX,		/* connections to a port of this machine, side by side */
	PORTPROPERTIES_BASIC,		/* the same, one after the other: older agents */
};

struct portproperties {
	enum portproperties_mode mode;
	bool keepalive;			/* of SMUX: the agent wants to hear something all the while */
	struct bytes port, host;	/* where it leads; host empty: the node itself */
	struct bytes local_port;	/* empty or "0": any */
	bool has_socket;		/* a path in place of a port, whatever it is */
	struct bytes local_socket;
};

#define PORTPROPERTIES_INIT { .port = BYTES_INIT(PORTPROPERTIES_TEXT_MAX), .host = BYTES_INIT(PORTPROPERTIES_TEXT_MAX), \
	.local_port = BYTES_INIT(PORTPROPERTIES_TEXT_MAX), .local_socket = BYTES_INIT(PORTPROPERTIES_TEXT_MAX) }

void portproperties_read(struct portproperties *properties, const struct json_doc *text, struct view agent_version);
bool portproperties_lack_memory(const struct portproperties *properties);
void portproperties_clear(struct portproperties *properties);

#endif
