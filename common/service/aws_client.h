/*
 * service/aws_client: the HTTP calls that looking for keys takes.
 *
 * Purpose:   one call to STS, SSO, OIDC, the sign-in service, a container agent or the metadata
 *            service, from start to end: signed when it has to be, retried as its rules say, answered
 *            within limits. The work is done by an exchange, which this one signs and waits for.
 * Units:     milliseconds.
 * Ownership: a client is a heap object with its connections; request and keys are borrowed; the
 *            response is the caller's, ended by aws_client_response_clear(), which wipes it.
 * Errors:    SSM_E_AGAIN for transport failures after all tries, with botocore's texts.
 * Does not:  interpret a body; follow a redirect; use a proxy when told not to.
 */
#ifndef SSM_SERVICE_AWS_CLIENT_H
#define SSM_SERVICE_AWS_CLIENT_H

#include "aws/credentials.h"
#include "config/settings.h"
#include "core/header_field.h"
#include "http/head.h"

struct aws_client;

/* Settings (CA bundle, retry mode, attempts, timeouts, proxies) come from settings, which is borrowed. */
enum ssm_err aws_client_open(struct aws_client **client, const struct settings *settings,
    struct ssm_error *err) __attribute__((warn_unused_result));
void aws_client_close(struct aws_client *client);

/*
 * Whether an answer, whatever its status, is worth another try; the body is whole. NULL: as retry.h
 * says for a service. A try that brought no answer is judged by how it failed.
 */
typedef bool aws_client_retryable(enum retry_mode mode, int status, struct view body);

struct aws_client_request {
	const char *method;		/* GET, PUT, POST */
	struct view url;
	const struct header_field *headers;
	size_t header_count;
	struct view body;
	const struct credentials *who;	/* NULL: not signed */
	struct view region, service;	/* of the signature */
	bool direct;			/* to this machine's own: no proxy, none of an SDK's header fields */
	unsigned attempts_max;		/* 0: as configured */
	/* To connect and of silence, each; 0: as configured. An attempt has a minute in all, or that, if longer. */
	unsigned timeout;
	unsigned pause;			/* fixed pause between tries; 0: back-off as retry.h says */
	aws_client_retryable *retryable;
};

struct aws_client_response {
	int status;
	struct httphead head;
	struct bytes body;
	unsigned retries;		/* made before this answer */
	bool used_up;			/* it would be tried again, but that was the last attempt */
};

#define AWS_CLIENT_RESPONSE_INIT { .status = 0, .head = HTTPHEAD_INIT, .body = BYTES_INIT(8 * 1024 * 1024) }

/* SSM_OK: there is an answer, whatever its status. */
enum ssm_err aws_client_call(struct aws_client *client, const struct aws_client_request *request,
    struct aws_client_response *response, struct ssm_error *err);

/*
 * By how many seconds this machine's clock was found to be ahead (below 0: behind) of a service that refused
 * a signature for it; 0: it was not. The call was then signed with the service's time, as all that follow are.
 */
long long aws_client_skew(const struct aws_client *client);

void aws_client_response_clear(struct aws_client_response *response);

#endif
