/*
 * stream/upgrade: the request that makes a WebSocket of a connection, and its answer (RFC 6455, section 4).
 *
 * Purpose:   writes the GET with its target byte for byte; judges the answer as it comes, cut anywhere. One that
 *            refuses gives its status and the beginning of its body.
 * Ownership: a struct upgrade owns what it has read; upgrade_clear() ends it, and it can be used again.
 * Errors:    of the request: SSM_E_INPUT for what would break it; of the answer: UPGRADE_WRONG, and `why`.
 * Does not:  follow, send, wait, offer a protocol or an extension.
 */
#ifndef SSM_STREAM_UPGRADE_H
#define SSM_STREAM_UPGRADE_H

#include "core/err.h"
#include "core/header_field.h"
#include "http/response.h"

#define UPGRADE_RANDOM 16		/* bytes for a key */
#define UPGRADE_KEY_LEN 24
#define UPGRADE_ACCEPT_LEN 28
#define UPGRADE_REQUEST_MAX ((size_t)256 * 1024)
#define UPGRADE_BODY_MAX 1024		/* of a refusal, that is kept */

struct upgrade_plan {
	struct view target, host, user_agent;
	const struct header_field *fields;	/* beside those of an upgrade */
	size_t count;
};

enum upgrade_status {
	UPGRADE_GOES_ON,		/* more bytes are needed */
	UPGRADE_DONE,			/* what follows are frames */
	UPGRADE_REFUSED,		/* upgrade->response has the status, the fields and the beginning of the body */
	UPGRADE_WRONG,
};

struct upgrade {
	char accept[UPGRADE_ACCEPT_LEN + 1];	/* what a server that has read the request knows to say */
	enum upgrade_status status;
	struct bytes line;		/* that has begun */
	struct response response;
	const char *why;		/* of UPGRADE_WRONG; static */
};

#define UPGRADE_INIT { .status = UPGRADE_GOES_ON, .line = BYTES_INIT(HTTPHEAD_LINE_MAX + 1), \
	.response = RESPONSE_INIT, .why = NULL }

/* Appends the request to *out, and expects its answer from now on. */
enum ssm_err upgrade_write(struct upgrade *upgrade, struct bytes *out, const struct upgrade_plan *request,
    const unsigned char random[UPGRADE_RANDOM], struct ssm_error *err);

/* Takes what belongs to the answer off *rest. */
enum upgrade_status upgrade_take(struct upgrade *upgrade, struct view *rest);

/* The connection ended, or nobody waits any longer: what it has come to, which is not UPGRADE_GOES_ON. */
enum upgrade_status upgrade_end(struct upgrade *upgrade);

void upgrade_clear(struct upgrade *upgrade);

#endif
