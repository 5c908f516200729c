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
#define AGENT_TERMINATE_SESSION 2	/* a flag */
#define AGENT_LAST_WAIT 2000		/* what is not acknowledged this long after the program's end is lost */

enum agent_session {
	AGENT_SHELL,			/* Standard_Stream: no handshake */
	AGENT_INTERACTIVE,		/* InteractiveCommands: no handshake */
	AGENT_COMMAND,			/* NonInteractiveCommands, output joined, after the end */
	AGENT_COMMAND_SEPARATE,		/* with output apart, live, and the exit code */
	AGENT_PORT,			/* Port without a type: a connection's bytes as they are */
};

struct encryption_plan;

struct agent_options {
	enum agent_session session;
	const char *version;		/* as in HandshakeRequest, "3.3.987.0" */
	struct view port;		/* its number, as text */
	bool old;			/* before 3.2.1041.0: duplicates are not acknowledged */
	const struct encryption_plan *encryption;	/* borrowed; NULL: none */
	struct digest *digest;
	void (*random)(void *context, unsigned char *out, size_t len);
	void *context;
	uint64_t epoch;			/* milliseconds since 1970 when the clock was 0 */
};

enum agent_event_kind {
	AGENT_START,			/* the program is to be started: at once, or behind the handshake */
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
};

#endif
