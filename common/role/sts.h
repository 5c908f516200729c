/*
 * role/sts: the calls to the Security Token Service that give out a role's keys.
 *
 * Purpose:   AssumeRole and AssumeRoleWithWebIdentity (query protocol, 2011-06-15): the request's body
 *            byte for byte as botocore writes it, what it checks before, the text that names the
 *            answer in the AWS CLI's cache, the answer and the error.
 * Ownership: a request borrows its texts; an answer owns its own, sts_answer_clear() wipes them.
 * Errors:    botocore's texts. SSM_E_CONFIG for a request that cannot be right or an answer that is
 *            none, as faultclass has it for a refusal. What the service
 *            quotes of the secrets it was sent is replaced by ***.
 * Does not:  look for an endpoint, ask anybody, keep anything.
 */
#ifndef SSM_ROLE_STS_H
#define SSM_ROLE_STS_H

#include "service/aws_client.h"

#define STS_BODY_MAX (512 * 1024)
#define STS_TEXT_MAX 65536

/* VIEW_NONE: not sent. A number is its decimal text. */
struct sts_request {
	const char *operation;		/* STS_ASSUME_ROLE or the other */
	const char *method;		/* botocore's name of the source, for messages: "assume-role" */
	struct view role_arn, session_name, external_id, serial_number, duration_seconds;
	struct view token_code;
	struct view web_identity_token;
	struct view generated_name;	/* sent when session_name is empty or none */
};

#define STS_ASSUME_ROLE "AssumeRole"
#define STS_WEB_IDENTITY "AssumeRoleWithWebIdentity"

struct sts_answer {
	struct credentials who;		/* the account is that of the role user's ARN */
	struct bytes assumed_role_id, role_user_arn;
};

#define STS_ANSWER_INIT { .who = CREDENTIALS_INIT, .assumed_role_id = BYTES_INIT(STS_TEXT_MAX), \
	.role_user_arn = BYTES_INIT(STS_TEXT_MAX) }

/* SSM_E_CONFIG `Parameter validation failed: ...` when a text is too short, or no UTF-8. */
enum ssm_err sts_request_check(const struct sts_request *request, struct ssm_error *err);

/* The form; out is appended to. */
void sts_request_body(struct bytes *out, const struct sts_request *request);

/*
 * The JSON text whose SHA-1 names the answer in ~/.aws/cli/cache: what is configured, sorted; not the
 * generated name, the MFA code or the token. The texts must be UTF-8.
 */
void sts_request_cache_key(struct bytes *out, const struct sts_request *request);

/* Whether an answer is worth another try. */
bool sts_is_retryable(enum retry_mode mode, int status, struct view body);

/* The keys in the answer, or why there are none. secrets were in the request. */
enum ssm_err sts_answer_read(struct sts_answer *answer, const struct aws_client_response *response,
    const struct sts_request *request, const struct credentials *source, struct ssm_error *err);

/* The document for the cache: the response as botocore gives it to the AWS CLI. */
void sts_answer_document(struct bytes *out, const struct sts_answer *answer,
    const struct aws_client_response *response);

void sts_answer_clear(struct sts_answer *answer);

#endif
