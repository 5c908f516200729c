/*
 * sandbox/agent/encryption: a session with a KMS key, at the node's end.
 *
 * Purpose:   what the handshake asks for, the data key out of the client's answer, the challenge that proves that both
 *            have it; then payloads sealed and opened. ssm-data-channel(7), KMS.
 * Rules:     the context is the session, the node as it knows itself, and the random challenge when the client says
 *            that it used it; a client that does not is refused where that is required. Nonces count, little-endian,
 *            from a random start. Output, standard error and exit codes are sealed, input is, nothing else.
 * Ownership: the plan is borrowed, and lives as long; encryption_clear() wipes the rest.
 * Errors:    in the agent's words, or false.
 */
#ifndef SSM_SANDBOX_AGENT_ENCRYPTION_H
#define SSM_SANDBOX_AGENT_ENCRYPTION_H

#include "sandbox/agent/terms.h"
#include "stream/cipher.h"

#define ENCRYPTION_CHALLENGE_LEN 64
#define ENCRYPTION_RANDOM_LEN 16

struct keyring;

/* The random challenge: of agents since 3.3.808 it is sent. */
enum encryption_challenge { ENCRYPTION_SENT, ENCRYPTION_REQUIRED, ENCRYPTION_NONE };

struct encryption_plan {
	struct keyring *keyring;
	const char *key_id;		/* as it is told to the client; NULL: the session has no key */
	const char *session_id, *target;
	enum encryption_challenge challenge;
};

struct encryption {
	const struct encryption_plan *plan;	/* NULL: nothing is sealed */
	struct cipher *cipher;		/* once the data key is known */
	unsigned char nonce[CIPHER_NONCE_LEN];	/* of what is sealed next */
	unsigned char challenge[ENCRYPTION_CHALLENGE_LEN];
	char random[4 * ENCRYPTION_RANDOM_LEN];	/* the random challenge, as text */
	const char *fault;		/* of an answer to the challenge; NULL: none yet */
	struct bytes plain;		/* what was opened last */
};

/* Whether such a session is one whose payloads are encrypted when there is a key: those with a port never are. */
bool encryption_is_for(enum agent_session session);

void encryption_open(struct encryption *encryption, const struct agent_options *options);
void encryption_clear(struct encryption *encryption);

/* Appends the action that the handshake asks for. */
void encryption_write_action(struct bytes *out, const struct encryption *encryption);

/* The client's answer to the handshake, which is right but for this. False: *why is what the session ends with. */
bool encryption_take_response(struct encryption *encryption, struct bytes *why, struct view response);

/* The challenge. False: there is no data key, since the client said nothing of one. */
bool encryption_write_challenge(struct encryption *encryption, struct bytes *out);

enum encryption_verdict {
	ENCRYPTION_PROVED,
	ENCRYPTION_DISPROVED,		/* by an earlier answer; encryption->fault says why */
	ENCRYPTION_REFUSED,		/* not acknowledged, not counted: the agent waits for another one */
};

enum encryption_verdict encryption_judge(struct encryption *encryption, struct view response);

/* What is sent in the place of a payload; sealed is where that is put. False: it cannot be. */
bool encryption_seal(struct encryption *encryption, uint32_t payload_type, struct view *payload, struct bytes *sealed);

/* What a payload of the client stands for, until the next call. False: nothing. */
bool encryption_unseal(struct encryption *encryption, uint32_t payload_type, struct view *payload);

#endif
