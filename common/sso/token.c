#include "sso/token.h"

#include <errno.h>

#include "aws/timestamp.h"
#include "core/atomicfile.h"
#include "core/io.h"
#include "core/iso8601.h"
#include "json/json.h"
#include "json/text.h"
#include "sign/digest.h"
#include "sso/filelock.h"
#include "sso/resterror.h"

#define FILE_MAX (256 * 1024)
#define REQUEST_MAX (4 * SSOTOKEN_TEXT_MAX)
#define URL_MAX 4096
#define LIFE_MAX (10.0 * 366 * 86400)		/* what an answer may promise, in seconds */

enum ssm_err
ssotoken_file_name(struct bytes *name, struct view session, struct view start_url,
    struct ssm_error *err)
{
	char hex[DIGEST_SHA1_HEX_LEN + 1];
	enum ssm_err rc;

	bytes_reset(name);
	if ((rc = digest_sha1_hex(hex, session.len > 0 ? session : start_url, err)) != SSM_OK)
		return rc;
	bytes_add_text(name, hex);
	bytes_add(name, VIEW(".json"));
	return bytes_failed(name) ? ssm_fail_memory(err) : SSM_OK;
}

static enum ssm_err
fail_load(struct ssm_error *err, struct view name, const char *what)
{
	return ssm_fail(err, SSM_E_CONFIG, "SSOTokenLoadError",
	    "Error loading SSO Token: Token for %.*s %s", VIEW_ARG(name), what);
}

/*
 * A member that is a string, or nothing. False when memory ended: a refresh token must not get lost by
 * that.
 */
static bool
take(struct bytes *to, const struct json_doc *doc, const char *name)
{
	bytes_set(to, json_text(doc, name));
	return !bytes_failed(to);
}

/* Whether it can stand in a header. */
static bool
is_token(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7F)
			return false;
	return text.len > 0 && text.len <= SSOTOKEN_TEXT_MAX;
}

static enum ssm_err
take_document(struct ssotoken *token, const struct json_doc *doc, struct view start_url,
    struct ssm_error *err)
{
	struct bytes expires_at = BYTES_INIT(SSOTOKEN_TEXT_MAX);
	bool taken = take(&token->access_token, doc, "accessToken") &&
	    take(&expires_at, doc, "expiresAt") &&
	    take(&token->refresh_token, doc, "refreshToken") &&
	    take(&token->client_id, doc, "clientId") &&
	    take(&token->client_secret, doc, "clientSecret") &&
	    take(&token->registration_expires_at, doc, "registrationExpiresAt");
	enum ssm_err rc = SSM_OK;

	if (!taken)
		rc = ssm_fail_memory(err);
	else if (!is_token(bytes_view(&token->access_token)) ||
	    !timestamp_parse(bytes_view(&expires_at), &token->expires_at))
		rc = fail_load(err, start_url, "is invalid");
	bytes_clear(&expires_at);
	return rc;
}

enum ssm_err
ssotoken_load(struct ssotoken *token, const struct ssotoken_source *source, struct ssm_error *err)
{
	struct view name = source->session.len > 0 ? source->session : source->start_url;
	struct bytes text = BYTES_INIT(FILE_MAX);
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	ssotoken_clear(token);
	atomicfile_sweep(source->path);
	if (io_read_file(&text, source->path) != 0 && errno != ENOENT && errno != ENOTDIR)
		rc = ssm_fail(err, SSM_E_CONFIG, "SSOTokenLoadError",
		    "Error loading SSO Token: cannot read '%s': %s", source->path, strerror(errno));
	else if (json_parse(&doc, bytes_view(&text), "the SSO token", err) != SSM_OK)
		rc = fail_load(err, name, "does not exist");
	else
		rc = take_document(token, &doc, source->start_url, err);
	json_clear(&doc);
	bytes_clear(&text);
	if (rc != SSM_OK)
		ssotoken_clear(token);
	return rc;
}

int
ssotoken_save(const struct ssotoken *token, const struct ssotoken_source *source)
{
	struct bytes text = BYTES_INIT(FILE_MAX);
	char expires_at[ISO8601_LEN + 1];
	int rc = -1;

	iso8601_format_extended(expires_at, token->expires_at);
	jsontext_begin(&text);
	jsontext_member(&text, "startUrl", source->start_url);
	jsontext_member(&text, "region", source->region);
	jsontext_member(&text, "accessToken", bytes_view(&token->access_token));
	jsontext_member(&text, "expiresAt", view_of(expires_at));
	jsontext_member(&text, "clientId", bytes_view(&token->client_id));
	jsontext_member(&text, "clientSecret", bytes_view(&token->client_secret));
	jsontext_member(&text, "registrationExpiresAt", bytes_view(&token->registration_expires_at));
	if (token->refresh_token.len > 0)
		jsontext_member(&text, "refreshToken", bytes_view(&token->refresh_token));
	jsontext_end(&text);
	if (bytes_failed(&text))
		errno = ENOMEM;
	else
		rc = atomicfile_write(source->path, bytes_view(&text));
	bytes_clear(&text);
	return rc;
}

/* Whether there is all that a refresh takes, and the registration is not over. */
static bool
can_refresh(const struct ssotoken *token, time_t now)
{
	time_t registered;

	return token->refresh_token.len > 0 && token->client_id.len > 0 &&
	    token->client_secret.len > 0 &&
	    timestamp_parse(bytes_view(&token->registration_expires_at), &registered) &&
	    registered > now;
}

/* With botocore's blanks. */
static void
add_request(struct bytes *out, const struct ssotoken *token)
{
	bytes_add_text(out, "{\"grantType\": \"refresh_token\", \"clientId\": ");
	jsontext_string_ascii(out, bytes_view(&token->client_id));
	bytes_add_text(out, ", \"clientSecret\": ");
	jsontext_string_ascii(out, bytes_view(&token->client_secret));
	bytes_add_text(out, ", \"refreshToken\": ");
	jsontext_string_ascii(out, bytes_view(&token->refresh_token));
	bytes_add_char(out, '}');
}

static enum ssm_err
fail_answer(struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_OTHER, "TokenRetrievalError", "Error when retrieving token from sso: "
	    "the answer of CreateToken holds no token");
}

/* The answer's tokens; what it does not say of the registration stays. */
static enum ssm_err
take_answer(struct ssotoken *token, struct view body, time_t now, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	double life;
	enum ssm_err rc = SSM_OK;

	if (json_parse(&doc, body, "the answer of CreateToken", err) != SSM_OK ||
	    !json_number(json_member(&doc, "expiresIn"), &life) || life < 0 || life > LIFE_MAX ||
	    json_kind(json_member(&doc, "accessToken")) != JSON_STRING)
		rc = fail_answer(err);
	else if (!take(&token->access_token, &doc, "accessToken") ||
	    !take(&token->refresh_token, &doc, "refreshToken"))
		rc = ssm_fail_memory(err);
	else if (!is_token(bytes_view(&token->access_token)))
		rc = fail_answer(err);
	else
		token->expires_at = now + (time_t)life;
	json_clear(&doc);
	return rc;
}

static enum ssm_err
call(struct ssotoken *token, const struct ssotoken_source *source, struct view url, time_t now,
    enum ssotoken_renewal *renewal, struct ssm_error *err)
{
	const struct header_field type = { VIEW("content-type"), VIEW("application/json") };
	const struct view secrets[] = { bytes_view(&token->access_token),
	    bytes_view(&token->refresh_token), bytes_view(&token->client_secret) };
	struct bytes body = BYTES_INIT(REQUEST_MAX);
	struct aws_client_request request = { .method = "POST", .url = url, .headers = &type,
	    .header_count = 1 };
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	enum ssm_err rc;

	add_request(&body, token);
	request.body = bytes_view(&body);
	*renewal = SSOTOKEN_UNREACHED;
	if (bytes_failed(&body))
		rc = ssm_fail_memory(err);
	else if ((rc = aws_client_call(source->client, &request, &response, err)) == SSM_OK) {
		*renewal = SSOTOKEN_REFUSED;
		rc = resterror_is_none(&response) ?
		    take_answer(token, bytes_view(&response.body), now, err) :
		    resterror_fail(&response, "CreateToken", secrets, ARRAY_LEN(secrets), err);
	}
	aws_client_response_clear(&response);
	bytes_clear(&body);
	return rc;
}

static enum ssm_err
refresh(struct ssotoken *token, const struct ssotoken_source *source, time_t now,
    enum ssotoken_renewal *renewal, struct ssm_error *err)
{
	struct bytes url = BYTES_INIT(URL_MAX);
	enum ssm_err rc;

	rc = settings_service_url(source->settings, "sso_oidc", source->region, &url, err);
	if (rc == SSM_OK) {
		bytes_add_text(&url, url.len > 0 && url.ptr[url.len - 1] == '/' ? "token" : "/token");
		rc = bytes_failed(&url) ? ssm_fail_memory(err) :
		    call(token, source, bytes_view(&url), now, renewal, err);
	}
	bytes_clear(&url);
	return rc;
}

static bool
is_due(const struct ssotoken *token, time_t now)
{
	return token->expires_at - now < SSOTOKEN_WINDOW && can_refresh(token, now);
}

/*
 * A refresh token is good once. Whoever had to wait for the lock finds what the one before got; a
 * program that knows no lock may still be faster, and then the file holds what that one got. A file
 * that cannot be written is no reason to do without the token.
 */
static enum ssm_err
renew(struct ssotoken *token, const struct ssotoken_source *source, time_t now,
    enum ssotoken_renewal *renewal, struct ssm_error *err)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	int lock = filelock_beside(source->path);
	enum ssm_err rc;

	if ((rc = ssotoken_load(token, source, err)) != SSM_OK || !is_due(token, now))
		;
	else if ((rc = refresh(token, source, now, renewal, err)) == SSM_OK)
		*renewal = ssotoken_save(token, source) == 0 ? SSOTOKEN_REFRESHED : SSOTOKEN_NOT_SAVED;
	else
		(void)ssotoken_load(token, source, &unused);
	filelock_release(lock);
	ssm_error_clear(&unused);
	return rc;
}

enum ssm_err
ssotoken_fail_over(struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_CONFIG, "UnauthorizedSSOTokenError", "The SSO session associated "
	    "with this profile has expired or is otherwise invalid. To refresh this SSO session run "
	    "aws sso login with the corresponding profile.");
}

enum ssm_err
ssotoken_get(struct ssotoken *token, const struct ssotoken_source *source, time_t now,
    enum ssotoken_renewal *renewal, struct ssm_error *err)
{
	enum ssm_err rc;

	*renewal = SSOTOKEN_KEPT;
	if ((rc = ssotoken_load(token, source, err)) != SSM_OK)
		return rc;
	if (source->session.len == 0)
		return token->expires_at > now ? SSM_OK : ssotoken_fail_over(err);
	if (is_due(token, now))
		rc = renew(token, source, now, renewal, err);
	if (token->expires_at > now) {
		ssm_error_clear(err);
		return SSM_OK;
	}
	if (rc != SSM_OK && *renewal != SSOTOKEN_REFUSED)
		return rc;
	return ssm_fail(err, rc == SSM_E_AGAIN ? rc : SSM_E_CONFIG, "TokenRetrievalError",
	    "Error when retrieving token from sso: Token has expired and refresh failed");
}

void
ssotoken_clear(struct ssotoken *token)
{
	bytes_clear(&token->access_token);
	bytes_clear(&token->refresh_token);
	bytes_clear(&token->client_id);
	bytes_clear(&token->client_secret);
	bytes_clear(&token->registration_expires_at);
	token->expires_at = 0;
}
