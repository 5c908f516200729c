/*
 * sandbox/answer: what the sandbox says to one request.
 *
 * Purpose:   the answer as a value, and the table of AWS's errors: status, name, and how the body
 *            spells it. AWS spells them in more than one way, and so does this table, on purpose: the
 *            prefix of __type and the case of "message" differ, as clients meet them.
 * Ownership: an answer is the caller's; sandbox_answer_clear() ends it.
 */
#ifndef SSM_SANDBOX_ANSWER_H
#define SSM_SANDBOX_ANSWER_H

#include "core/err.h"

#define SANDBOX_ANSWER_MAX (1024 * 1024)

enum sandbox_fault { FAULT_UNKNOWN_OPERATION, FAULT_SERIALIZATION, FAULT_MISSING_TOKEN,
	FAULT_INCOMPLETE_SIGNATURE, FAULT_INVALID_SIGNATURE, FAULT_UNRECOGNIZED_CLIENT,
	FAULT_EXPIRED_TOKEN, FAULT_VALIDATION, FAULT_ACCESS_DENIED, FAULT_THROTTLING,
	FAULT_DOES_NOT_EXIST, FAULT_NOT_CONNECTED, FAULT_FILTER_KEY, FAULT_NEXT_TOKEN, FAULT_FOREIGN_HOST,
	FAULT_DOCUMENT, FAULT_PARAMETERS, FAULT_INTERNAL, FAULT_NOT_FOUND, FAULT_DISABLED, FAULT_INVALID_CIPHERTEXT,
	FAULT_INCORRECT_KEY, FAULT_KMS_INTERNAL, FAULT_CLUSTER, FAULT_PARAMETER, FAULT_EXECUTE_NOT_CONNECTED, FAULT_SERVER };

/* UPGRADED: the body is a request's head for libwebsockets, which answers in our place. */
enum sandbox_ending { SANDBOX_WHOLE, SANDBOX_CUT_SHORT, SANDBOX_NO_ANSWER, SANDBOX_UPGRADED };

struct sandbox_answer {
	unsigned status;
	const char *content_type;
	struct bytes body;
	unsigned delay_ms;
	enum sandbox_ending ending;
	bool close;			/* the connection is not used again */
	char subject[160];		/* for the log: "ResumeSession sandbox-..." */
	const char *code;		/* the error's name, or NULL */
	char note[SSM_MESSAGE_MAX];		/* why, for the log: no secret; empty when there is no more to say */
};

#define SANDBOX_ANSWER_INIT { .status = 0, .body = BYTES_INIT(SANDBOX_ANSWER_MAX) }

/* Status 200, JSON, an empty body, everything else forgotten. */
void sandbox_answer_reset(struct sandbox_answer *answer);

/* An error of AWS's with its message; NULL: AWS gives none. Returns false, for `return`. */
bool sandbox_refuse(struct sandbox_answer *answer, enum sandbox_fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An answer of HTTP itself: no JSON, the connection ends. */
void sandbox_answer_http(struct sandbox_answer *answer, unsigned status, const char *why);

/* The line for the log: subject, status, code, note. */
void sandbox_answer_line(struct bytes *out, const struct sandbox_answer *answer);

void sandbox_answer_clear(struct sandbox_answer *answer);

#endif
