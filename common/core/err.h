/*
 * core/err: what went wrong, as a value.
 *
 * Purpose:   one status for every function that can fail, one record of what to say about it.
 * Units:     the status is a class of the suite's exit codes (ssm-tools(7), EXIT STATUS).
 * Ownership: an ssm_error is the caller's; ssm_error_clear() ends it.
 * Does not:  print, exit, or hold a secret or a piece of input that could be one.
 */
#ifndef SSM_CORE_ERR_H
#define SSM_CORE_ERR_H

#include <stdbool.h>

#include "core/bytes.h"

enum ssm_err {
	SSM_OK = 0,
	SSM_E_NO,		/* the answer is no: the session is over, the text is no StreamUrl */
	SSM_E_AGAIN,		/* temporary: throttled, unreachable, timed out, after all retries */
	SSM_E_INPUT,		/* usage, or a parameter or document that cannot be right */
	SSM_E_CONFIG,		/* configuration or credentials missing, unreadable, expired */
	SSM_E_SERVICE,		/* the service refused for another reason */
	SSM_E_OTHER,		/* anything else */
	SSM_E_OUTPUT,		/* stdout is lost: nothing more can be done */
};

#define SSM_MESSAGE_MAX 1536

struct ssm_error {
	enum ssm_err rc;
	bool service;		/* said by the service: the message line starts with the code */
	bool retryable;
	long long clock_skew;	/* seconds that this machine's clock is ahead of the service's; 0: not found */
	char code[96];		/* the service's error code, or botocore's exception name */
	char message[SSM_MESSAGE_MAX];
	char request_id[96];	/* empty when there was no answer */
	struct bytes metadata;	/* ResponseMetadata as JSON text; empty when there was no call */
};

#define SSM_ERROR_INIT { .rc = SSM_OK, .metadata = BYTES_INIT(256 * 1024) }

/*
 * Records a failure and returns rc, so that a function can end with
 * `return ssm_fail(err, SSM_E_INPUT, "ParamValidationError", "...")`. code is the name that an
 * error document gives it; the text is printf-formatted, cut with "..." when too long, made UTF-8
 * (other bytes are written \xNN), and must name no secret. A former content of err is replaced.
 */
enum ssm_err ssm_fail(struct ssm_error *err, enum ssm_err rc, const char *code, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* The failure every module shares: memory could not be had. */
enum ssm_err ssm_fail_memory(struct ssm_error *err);

/* Puts a printf-formatted text before the message: where the failure was. */
void ssm_error_prefix(struct ssm_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts one behind it, which stays whole: a message that is too long for both is cut in front of it. */
void ssm_error_add(struct ssm_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void ssm_error_clear(struct ssm_error *err);

/* The exit code of a status: design table, 0 to 255. */
int ssm_exit_code(enum ssm_err rc);

/* The status that an exit code stands for; SSM_E_OTHER for one that is none of the table's failures. */
enum ssm_err ssm_err_of_exit_code(int code);

#endif
