/*
 * answer: what came back for a request, and the response document it makes.
 *
 * Purpose:   from an HTTP answer, or the way it failed to come, to a response document or a failure
 *            with its place in the suite's table of exit codes. Only one checked JSON object that
 *            has what the operation promises, for the session that was asked for, is a success.
 * Ownership: an answer owns its head and body; an expectation borrows the request and its document.
 * Errors:    those of answerfault, and for a 2xx answer SSM_E_NO when the session is over and
 *            SSM_E_OTHER when it cannot be right. Nothing of a 2xx body's values is in a message.
 * Does not:  send, retry, read a clock.
 */
#ifndef SSM_ANSWER_H
#define SSM_ANSWER_H

#include "chunks.h"
#include "httphead.h"
#include "operation.h"
#include "request.h"
#include "retry.h"

#define ANSWER_BODY_MAX ((size_t)8 * 1024 * 1024)
#define ANSWER_WIRE_MAX (2 * ANSWER_BODY_MAX)	/* of a body with its chunks' sizes and extensions */
#define ANSWER_REASON_MAX 320

enum answer_failure {
	ANSWER_CAME,			/* there is one, whatever its status */
	ANSWER_NO_NAME,			/* the host's name was not found */
	ANSWER_NO_CONNECTION,		/* refused, or no way there */
	ANSWER_NO_PROXY,		/* the proxy was not reached, or would not connect */
	ANSWER_PROXY_TIMEOUT,		/* the same, for it said nothing in time */
	ANSWER_PROXY_LOGIN,		/* it wants another user name and password */
	ANSWER_PROXY_UNTRUSTED,		/* its TLS or certificate is not good */
	ANSWER_CONNECT_TIMEOUT,
	ANSWER_READ_TIMEOUT,
	ANSWER_OUT_OF_TIME,		/* the time for the whole request is over */
	ANSWER_CUT,			/* closed before or inside the answer, or no HTTP */
	ANSWER_TLS_BROKEN,		/* the handshake was interrupted */
	ANSWER_TLS_REFUSED,		/* certificate, name or protocol version are not good */
	ANSWER_NO_CA_BUNDLE,
	ANSWER_TOO_LONG,
	ANSWER_NO_MEMORY,
	ANSWER_NOT_SENT,		/* anything else */
};

struct answer {
	enum answer_failure failure;
	char reason[ANSWER_REASON_MAX];	/* the transport's own words about a failure, in ASCII */
	const char *words;		/* what made of it no answer to take; static, or NULL */
	struct httphead head;
	struct chunks chunks;
	size_t wire;			/* bytes of the body as they came */
	struct bytes body;		/* decoded */
};

#define ANSWER_INIT { .failure = ANSWER_CAME, .head = HTTPHEAD_INIT, \
	.chunks = CHUNKS_INIT, .body = BYTES_INIT(ANSWER_BODY_MAX) }

/* Takes the next bytes of a body, as they come over the wire; false when there is no use in more. */
bool answer_add(struct answer *answer, struct view raw);

/* Whether the head and the body it announces are all there. */
bool answer_is_whole(const struct answer *answer);

/* Empty again, the memory kept. */
void answer_reset(struct answer *answer);
void answer_clear(struct answer *answer);

/* What is known before the request goes out, to hold the answer against. */
struct expectation {
	const struct request *request;
	const struct operation *operation;	/* NULL: none that is known, so no member is checked */
	struct json_doc parameters;		/* the request's body, when the operation is known */
	struct view proxy;			/* its URL, empty when there is none */
	const char *ca_bundle;			/* that was asked for, or NULL */
	enum retry_mode mode;			/* standard unless it is set */
};

#define EXPECTATION_INIT { .request = NULL, .operation = NULL, .parameters = JSON_DOC_INIT }

/* SSM_E_INPUT when the body is not what the operation takes: it need not be sent. */
enum ssm_err expectation_start(struct expectation *expected, const struct request *request,
    struct ssm_error *err);
void expectation_clear(struct expectation *expected);

/*
 * Members put behind the service's own, and in place of any of the same name, and what messages need
 * to know.
 */
struct answer_extras {
	struct view id;			/* raw JSON, or VIEW_NONE */
	bool metadata;
	unsigned retries;		/* made before this answer */
	long long now;			/* when it came, in milliseconds since 1970; 0: not known */
	bool timing;			/* metadata says elapsed as well */
	unsigned elapsed;		/* milliseconds since the first attempt */
};

/*
 * The response document into *out, or why there is none; then *failure says whether trying again
 * can help, and err->metadata holds what the head said.
 */
enum ssm_err answer_read(const struct answer *answer, const struct expectation *expected,
    const struct answer_extras *extras, struct bytes *out, enum retry_class *failure,
    struct ssm_error *err);

#endif
