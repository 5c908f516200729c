/*
 * apicall: the HTTP calls that looking for keys takes.
 *
 * Purpose:   one call to STS, SSO, OIDC, the sign-in service, a container agent or the metadata
 *            service: signed when it has to be, retried as its rules say, answered within limits.
 *            Signing, sending and judging are the suite's own modules (signer, http, retry, proxy).
 * Units:     milliseconds.
 * Ownership: an apicall is a heap object with its connections; request and keys are borrowed; the
 *            result is the caller's, ended by apicall_result_clear(), which wipes it.
 * Errors:    SSM_E_AGAIN for transport failures after all tries, with botocore's texts.
 * Does not:  interpret a body; follow a redirect; use a proxy when told not to.
 */
#ifndef SSM_APICALL_H
#define SSM_APICALL_H

#include "credentials.h"
#include "httphead.h"
#include "settings.h"

struct apicall;

/* Settings (CA bundle, retry mode, attempts, timeouts, proxies) come from settings, which is borrowed. */
enum ssm_err apicall_open(struct apicall **calls, const struct settings *settings,
    struct ssm_error *err) __attribute__((warn_unused_result));
void apicall_close(struct apicall *calls);

struct apicall_header {
	const char *name;		/* lower case */
	struct view value;
};

/*
 * Whether an answer, whatever its status, is worth another try; the body is whole. NULL: as retry.h
 * says for a service. A try that brought no answer is judged by how it failed.
 */
typedef bool apicall_retryable(enum retry_mode mode, int status, struct view body);

struct apicall_request {
	const char *method;		/* GET, PUT, POST */
	struct view url;
	const struct apicall_header *headers;
	size_t header_count;
	struct view body;
	const struct credentials *who;	/* NULL: not signed */
	struct view region, service;	/* of the signature */
	bool direct;			/* to this machine's own: no proxy, none of an SDK's header fields */
	unsigned attempts_max;		/* 0: as configured */
	unsigned timeout;		/* to connect and of silence, each; 0: as configured */
	unsigned pause;			/* fixed pause between tries; 0: back-off as retry.h says */
	apicall_retryable *retryable;
};

struct apicall_result {
	int status;
	struct httphead head;
	struct bytes body;
	unsigned retries;		/* made before this answer */
	bool used_up;			/* it would be tried again, but that was the last attempt */
};

#define APICALL_RESULT_INIT { .status = 0, .head = HTTPHEAD_INIT, .body = BYTES_INIT(8 * 1024 * 1024) }

/* SSM_OK: there is an answer, whatever its status. */
enum ssm_err apicall_perform(struct apicall *calls, const struct apicall_request *request,
    struct apicall_result *result, struct ssm_error *err);

void apicall_result_clear(struct apicall_result *result);

#endif
