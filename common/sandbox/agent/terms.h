/*
 * sandbox/agent/terms: what is said to an agent and by it.
 *
 * Units: milliseconds of the clock that the agent is given.
 */
#ifndef SSM_SANDBOX_AGENT_TERMS_H
#define SSM_SANDBOX_AGENT_TERMS_H

#include <stdint.h>

#include "core/bytes.h"
#include "sign/digest.h"

#define AGENT_NEVER UINT64_MAX
#define AGENT_PAYLOAD_MAX 1024		/* bytes in a read of output; a message may have three more, which waited */
#define AGENT_DISCONNECT_TO_PORT 1	/* flags */
#define AGENT_TERMINATE_SESSION 2
#define AGENT_CONNECT_TO_PORT_ERROR 3
#define AGENT_LAST_WAIT 2000		/* what is not acknowledged this long after the program's end is lost */

enum agent_session {
	AGENT_SHELL,			/* Standard_Stream: no handshake */
	AGENT_INTERACTIVE,		/* InteractiveCommands: no handshake */
	AGENT_COMMAND,			/* NonInteractiveCommands, output joined, after the end */
	AGENT_COMMAND_SEPARATE,		/* with output apart, live, and the exit code */
	AGENT_PORT,			/* Port: bytes as they are */
};

/* What the bytes of a session with a port are. */
enum agent_forwarding {
	AGENT_STREAM,			/* a connection's, with which the session ends: Port without a type */
	AGENT_BASIC,			/* one connection's behind another's */
	AGENT_MUX,			/* smux, of many connections */
};

/* The properties of such a session, as text. */
struct agent_port {
	struct view number, local, host;	/* the two latter may be empty */
	bool forwards;			/* its type is LocalPortForwarding */
};

struct encryption_plan;

struct agent_options {
	enum agent_session session;
	const char *version;		/* as in HandshakeRequest, "3.3.987.0": the agent does as that one did */
	struct agent_port port;
	const struct encryption_plan *encryption;	/* borrowed; NULL: none */
	struct digest *digest;
	void (*random)(void *context, unsigned char *out, size_t len);
	void *context;
	uint64_t epoch;			/* milliseconds since 1970 when the clock was 0 */
};

enum agent_event_kind {
	AGENT_START,			/* the program, or what forwards, is to be started: at once, or behind the handshake */
	AGENT_INPUT,			/* bytes for it; to a command 3 and 28 are signals, all else nothing */
	AGENT_SIZE,			/* its terminal's size */
	AGENT_FLAG,			/* to a port it may be the end, to others nothing */
	AGENT_OVER,			/* nothing is left to do: the service sends channel_closed with `text` */
};

struct agent_event {
	enum agent_event_kind kind;
	struct view bytes, text;
	unsigned columns, rows;
	uint32_t flag;
	enum agent_forwarding forwarding;	/* of a port's START */
	bool keeps_alive;		/* smux does, as that of agentmux_new() */
};

#endif
