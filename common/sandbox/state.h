/*
 * sandbox/state: what a service remembers from one request to the next.
 *
 * Ownership: it owns its tables and digest; sandbox_service_clear() ends it, before the loop that its nodes are in.
 */
#ifndef SSM_SANDBOX_STATE_H
#define SSM_SANDBOX_STATE_H

#include "sandbox/agent/encryption.h"
#include "sandbox/channel/channels.h"
#include "sandbox/fault/faults.h"

struct digest;
struct keyring;
struct sandbox_key;

struct sandbox_service {
	struct view region;		/* borrowed */
	struct sandbox_sessions sessions;
	struct sandbox_channels channels;
	struct faults faults;
	const struct sandbox_key *key;	/* that its environment has */
	struct digest *digest;
	struct keyring *keyring;	/* of the key service */
	const char *kms_key;		/* of sessions, as it is named to their clients; NULL: none, or borrowed */
	enum encryption_challenge challenge;
	unsigned delay_ms;		/* before each answer */
	long clock_offset;		/* seconds that its clock is ahead of this machine's */
	const char *shell;		/* of sessions, borrowed */
	const char *agent_version;	/* of nodes, borrowed */
	bool paced;			/* nodes read ports no faster than the public agent does */
	bool signed_channels;		/* data channels must be signed */
	bool local_urls;		/* StreamUrls lead here, to this port */
	unsigned port;
};

#define SANDBOX_SERVICE_INIT { .region = { NULL, 0 }, .sessions = SANDBOX_SESSIONS_INIT }


#endif
