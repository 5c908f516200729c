/*
 * service/expectation: what an answer to a request is held against.
 *
 * Purpose:   what is known before a request goes out, and what its response document will say beside
 *            the service's own members; answer and answerfault judge by it.
 * Ownership: an expectation borrows the request and its document; expectation_clear() ends it.
 * Errors:    SSM_E_INPUT.
 */
#ifndef SSM_SERVICE_EXPECTATION_H
#define SSM_SERVICE_EXPECTATION_H

#include "aws/operation.h"
#include "aws/request.h"
#include "retry/retry.h"

/* What is known before the request goes out, to hold the answer against. */
struct expectation {
	const struct request *request;
	const struct operation *operation;	/* NULL: none that is known, so no member is checked */
	struct json_doc parameters;		/* the request's body, when the operation is known and it is JSON */
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
	struct json_scan *scan;		/* of the body, as exchange_received() left it; NULL: none */
};

#endif
