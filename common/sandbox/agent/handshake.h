/*
 * sandbox/agent/handshake: the documents of the agent's handshake.
 *
 * Purpose:   writes the request and the end of it; judges the client's answer as the agent does: an action that the
 *            client did not do ends the session, one that it says nothing of does not.
 * Errors:    sticky, of struct bytes.
 */
#ifndef SSM_SANDBOX_AGENT_HANDSHAKE_H
#define SSM_SANDBOX_AGENT_HANDSHAKE_H

#include "sandbox/agent/encryption.h"

#define HANDSHAKE_LIMIT 15000		/* milliseconds that the client has for its answer */
#define HANDSHAKE_TIMED_OUT "Handshake timed out. " \
    "Please ensure that you have the latest version of the session manager plugin."
#define HANDSHAKE_CHALLENGE_TIMED_OUT "Timed out waiting for encryption challenge."

/* The properties of a port, or none, are those of the options. */
void handshake_request(struct bytes *out, const struct agent_options *options, const struct encryption *encryption);

void handshake_complete(struct bytes *out, uint64_t milliseconds, bool encrypted);

enum handshake_verdict {
	HANDSHAKE_GOOD,
	HANDSHAKE_FAILED,		/* `why` says what with */
	HANDSHAKE_UNREADABLE,		/* no such document: not acknowledged, not counted */
};

/* Appends the ClientVersion, if there is one. */
void handshake_client_version(struct bytes *out, struct view response);

enum handshake_verdict handshake_judge(struct bytes *why, struct view response);

#endif
