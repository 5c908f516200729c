/*
 * stream/sessiontype: what kind of session the handshake asks for.
 */
#ifndef SSM_STREAM_SESSIONTYPE_H
#define SSM_STREAM_SESSIONTYPE_H

enum channel_session {			/* as the handshake has it; without one it is a shell */
	CHANNEL_SHELL,			/* Standard_Stream, InteractiveCommands */
	CHANNEL_COMMAND,		/* NonInteractiveCommands */
	CHANNEL_PORT,
};

#endif
