/*
 * aws/credentials: one set of AWS keys and the document that carries it.
 *
 * Purpose:   struct credentials, its checks, and the `credential_process` version 1 document.
 * Ownership: the texts are owned and wiped by credentials_clear().
 * Errors:    SSM_E_CONFIG; a message names a member, never a value but a time that is none.
 */
#ifndef SSM_AWS_CREDENTIALS_H
#define SSM_AWS_CREDENTIALS_H

#include <time.h>

#include "core/err.h"
#include "json/json.h"

#define CREDENTIALS_TEXT_MAX 65536

struct credentials {
	struct bytes access_key_id, secret_access_key, session_token;	/* token: empty = none */
	struct bytes account_id;
	bool expires;
	time_t expiration;		/* seconds since 1970, when expires is set */
};

#define CREDENTIALS_INIT { .access_key_id = BYTES_INIT(CREDENTIALS_TEXT_MAX), \
	.secret_access_key = BYTES_INIT(CREDENTIALS_TEXT_MAX), \
	.session_token = BYTES_INIT(CREDENTIALS_TEXT_MAX), \
	.account_id = BYTES_INIT(CREDENTIALS_TEXT_MAX), .expires = false, .expiration = 0 }

/*
 * Whether every part can stand where it has to: printable ASCII, without blanks but in the secret key,
 * which stands in no header; both keys there. `method` names the source in messages, as botocore does
 * ("env").
 */
enum ssm_err credentials_check(const struct credentials *who, const char *method,
    struct ssm_error *err);

#define CREDENTIALS_DOUBT_MAX 256

/* Whether the secret key is such that a mistake is likely, and which: where the blank is, and a comment. */
bool credentials_doubt(char doubt[CREDENTIALS_DOUBT_MAX], const struct credentials *who);

/* The account's id, which may be a string or a whole number; false when it is something else. */
bool credentials_read_account(struct credentials *who, const struct json_member *member);

/* That the Expiration beside keys is no time: the text is shown when it may be. */
enum ssm_err credentials_fail_expiration(struct view text, const char *method, struct ssm_error *err);

/* From a credentials document, which stays the caller's (and must be wiped there). */
enum ssm_err credentials_from_json(struct credentials *who, struct view document,
    const char *method, struct ssm_error *err);

/* Wipes and frees; empty and ready again. */
void credentials_clear(struct credentials *who);

#endif
