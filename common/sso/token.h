/*
 * sso/token: the token of an SSO session, in the file that `aws sso login` leaves.
 *
 * Purpose:   ~/.aws/sso/cache/<SHA-1 of the session's name or the start URL>.json, shared with the
 *            AWS CLI and botocore: read, refreshed by OIDC CreateToken when it is about to expire, and
 *            written back.
 * Units:     seconds since 1970.
 * Ownership: texts are owned and wiped by ssotoken_clear(); a source borrows all of its parts.
 * Errors:    SSM_E_CONFIG with botocore's texts; SSM_E_AGAIN when OIDC could not be reached and the
 *            token is over. No token is in a message.
 * Does not:  log in.
 */
#ifndef SSM_SSO_TOKEN_H
#define SSM_SSO_TOKEN_H

#include <time.h>

#include "config/settings.h"
#include "service/aws_client.h"

#define SSOTOKEN_TEXT_MAX 65536
#define SSOTOKEN_WINDOW (15 * 60)	/* refreshed when less is left */

struct ssotoken {
	struct bytes access_token;
	time_t expires_at;
	/* What a refresh takes: empty when the file does not say. */
	struct bytes refresh_token, client_id, client_secret, registration_expires_at;
};

#define SSOTOKEN_INIT { .access_token = BYTES_INIT(SSOTOKEN_TEXT_MAX), .expires_at = 0, \
	.refresh_token = BYTES_INIT(SSOTOKEN_TEXT_MAX), .client_id = BYTES_INIT(SSOTOKEN_TEXT_MAX), \
	.client_secret = BYTES_INIT(SSOTOKEN_TEXT_MAX), \
	.registration_expires_at = BYTES_INIT(SSOTOKEN_TEXT_MAX) }

/* What became of a token that was about to expire. */
enum ssotoken_renewal {
	SSOTOKEN_KEPT,			/* no refresh was due, or none is possible */
	SSOTOKEN_REFRESHED,
	SSOTOKEN_NOT_SAVED,		/* refreshed, but its file could not be written */
	SSOTOKEN_REFUSED,		/* OIDC said no */
	SSOTOKEN_UNREACHED,		/* OIDC said nothing */
};

/* Which token, and who is asked for a new one. */
struct ssotoken_source {
	struct view session;		/* empty: the legacy form, named by its start URL */
	struct view start_url, region;
	const char *path;		/* the file */
	const struct settings *settings;
	struct aws_client *client;
};

/* The name of the file in the cache directory, without the directory. */
enum ssm_err ssotoken_file_name(struct bytes *name, struct view session, struct view start_url,
    struct ssm_error *err);

/* What the file holds, be it over. A corrupt file is an absent one. */
enum ssm_err ssotoken_load(struct ssotoken *token, const struct ssotoken_source *source,
    struct ssm_error *err);

/* Makes it the file's content: mode 0600, in one step. -1 with errno. */
int ssotoken_save(const struct ssotoken *token, const struct ssotoken_source *source);

/*
 * A token that is good now. Legacy: what the file holds. With a session: refreshed when less than
 * SSOTOKEN_WINDOW is left; when that fails, the old one while it lasts.
 */
enum ssm_err ssotoken_get(struct ssotoken *token, const struct ssotoken_source *source, time_t now,
    enum ssotoken_renewal *renewal, struct ssm_error *err);

/* What botocore says when a token is over and nothing can be done here. */
enum ssm_err ssotoken_fail_over(struct ssm_error *err);

void ssotoken_clear(struct ssotoken *token);

#endif
