/*
 * http/response: what came back over the network, or the way nothing did.
 *
 * Purpose:   a head, a body decoded from its framing, and how the transfer failed; whatever service it
 *            came from.
 * Ownership: a response owns its head and body; response_clear() ends it.
 * Does not:  judge what a status or a body means.
 */
#ifndef SSM_HTTP_RESPONSE_H
#define SSM_HTTP_RESPONSE_H

#include "http/chunks.h"
#include "http/head.h"

#define RESPONSE_BODY_MAX ((size_t)8 * 1024 * 1024)
#define RESPONSE_WIRE_MAX (2 * RESPONSE_BODY_MAX)	/* of a body with its chunks' sizes and extensions */
#define RESPONSE_REASON_MAX 320

enum response_failure {
	RESPONSE_CAME,			/* there is one, whatever its status */
	RESPONSE_NO_NAME,			/* the host's name was not found */
	RESPONSE_NO_CONNECTION,		/* refused, or no way there */
	RESPONSE_NO_PROXY,		/* the proxy was not reached, or would not connect */
	RESPONSE_PROXY_TIMEOUT,		/* the same, for it said nothing in time */
	RESPONSE_PROXY_LOGIN,		/* it wants another user name and password */
	RESPONSE_PROXY_UNTRUSTED,		/* its TLS or certificate is not good */
	RESPONSE_CONNECT_TIMEOUT,
	RESPONSE_READ_TIMEOUT,
	RESPONSE_TOO_SLOW,		/* something came, but not all in the time of an attempt */
	RESPONSE_OUT_OF_TIME,		/* the time for the whole request is over */
	RESPONSE_CUT,			/* closed before or inside the answer, or no HTTP */
	RESPONSE_TLS_BROKEN,		/* the handshake was interrupted */
	RESPONSE_TLS_REFUSED,		/* certificate, name or protocol version are not good */
	RESPONSE_NO_CA_BUNDLE,
	RESPONSE_TOO_LONG,
	RESPONSE_NO_MEMORY,
	RESPONSE_NOT_SENT,		/* anything else */
};

struct response {
	enum response_failure failure;
	char reason[RESPONSE_REASON_MAX];	/* the transport's own words about a failure, in ASCII */
	const char *malformed_reason;	/* what made of it no answer to take; static, or NULL */
	struct httphead head;
	struct chunks chunks;
	size_t wire;			/* bytes of the body as they came */
	struct bytes body;		/* decoded */
	bool excess;			/* bytes came behind its end */
};

#define RESPONSE_INIT { .failure = RESPONSE_CAME, .head = HTTPHEAD_INIT, \
	.chunks = CHUNKS_INIT, .body = BYTES_INIT(RESPONSE_BODY_MAX) }

/*
 * Takes the next bytes of a body, as they come over the wire; false when there is no use in more. What
 * stands behind the last chunk is left out, and response->excess says so.
 */
bool response_add(struct response *response, struct view raw);

/* Whether the head and the body it announces are all there. */
bool response_is_whole(const struct response *response);

/* Whether the head is whole and leaves the end of the body to that of the connection. */
bool response_ends_with_connection(const struct response *response);

/* Empty again, the memory kept. */
void response_reset(struct response *response);
void response_clear(struct response *response);

#endif
