/*
 * sso/loginsession: the file that `aws login` leaves.
 *
 * Purpose:   ~/.aws/login/cache/<SHA-256 of the session's ARN>.json: keys that live for minutes, and
 *            what gets new ones. Whatever else the file holds is kept when it is written back.
 * Ownership: the parts are views into the file's text, owned and wiped by loginsession_clear().
 * Errors:    SSM_E_CONFIG with botocore's texts, "LoginTokenLoadError". A corrupt file is an absent one.
 * Does not:  ask the network.
 */
#ifndef SSM_SSO_LOGINSESSION_H
#define SSM_SSO_LOGINSESSION_H

#include "aws/credentials.h"
#include "json/json.h"

#define LOGINSESSION_FILE_MAX (1024 * 1024)

struct loginsession {
	struct bytes text;
	struct json_doc doc, keys;	/* the file, and its accessToken */
	struct view refresh_token, dpop_key, client_id;
	struct view access_key_id, secret_access_key, session_token, account_id;
	time_t expires_at;
};

#define LOGINSESSION_INIT { .text = BYTES_INIT(LOGINSESSION_FILE_MAX), .doc = JSON_DOC_INIT, \
	.keys = JSON_DOC_INIT }

/* The name of the file in the cache directory, without the directory. */
enum ssm_err loginsession_file_name(struct bytes *name, struct view session, struct ssm_error *err);

/* Reads the file; `name` is the session's, for messages. */
enum ssm_err loginsession_load(struct loginsession *session, const char *path, struct view name,
    struct ssm_error *err);

/* The keys as they are. */
enum ssm_err loginsession_keys(const struct loginsession *session, struct credentials *who,
    struct ssm_error *err);

/* The file with these keys and this refresh token in place of its own: mode 0600. -1 with errno. */
int loginsession_save(const struct loginsession *session, const char *path,
    const struct credentials *who, struct view refresh_token);

void loginsession_clear(struct loginsession *session);

#endif
