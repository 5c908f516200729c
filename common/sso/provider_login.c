/* Keys of a login session: a file that `aws login` leaves, renewed with proof of its private key. */
#include <stdio.h>
#include <stdlib.h>

#include "core/pathexpand.h"
#include "credentials/imds_region.h"
#include "json/text.h"
#include "sso/dpop.h"
#include "sso/filelock.h"
#include "sso/loginsession.h"
#include "sso/resterror.h"

#define REFRESH_WINDOW (5 * 60)
#define REQUEST_MAX (4 * LOGINSESSION_FILE_MAX)
#define URL_MAX 4096
#define LIFE_MAX 86400.0		/* what an answer may promise, in seconds */

/* One session under way. */
struct login {
	struct provider_search *search;
	struct view name;		/* of the session: its ARN */
	struct bytes path, url;
	struct loginsession session;
	const char *note;		/* for the origin */
};

/* With AWS_LOGIN_CACHE_DIRECTORY, which like the shared files' paths may begin with ~. */
static enum ssm_err
set_path(struct login *login, struct ssm_error *err)
{
	struct view directory = view_of(getenv("AWS_LOGIN_CACHE_DIRECTORY"));
	struct bytes name = BYTES_INIT(256);
	enum ssm_err rc;

	if ((rc = loginsession_file_name(&name, login->name, err)) == SSM_OK) {
		pathexpand(&login->path, directory.len > 0 ? directory : VIEW("~/.aws/login/cache"),
		    getenv);
		bytes_add_char(&login->path, '/');
		bytes_add(&login->path, bytes_view(&name));
		if (bytes_cstr(&login->path) == NULL)
			rc = ssm_fail_memory(err);
	}
	bytes_clear(&name);
	return rc;
}

static enum ssm_err
set_url(struct login *login, struct ssm_error *err)
{
	const struct settings *settings = login->search->settings;
	struct setting_value value = { .text = VIEW_NONE };
	struct bytes region = BYTES_INIT(256);
	struct provider_result unused;
	bool fips;
	enum ssm_err rc;

	if (!settings_get(settings, SETTING_REGION, NULL, &value)) {
		rc = imds_region_find(login->search, &value.text, &unused, err);
		if (rc == SSM_OK && value.text.len == 0)
			rc = settings_region(settings, NULL, &region, &fips, err);
	} else {
		rc = settings_region(settings, NULL, &region, &fips, err);
	}
	if (rc == SSM_OK)
		rc = settings_service_url(settings, "signin", value.text, &login->url, err);
	bytes_clear(&region);
	if (rc != SSM_OK)
		return rc;
	if (login->url.len == 0 || login->url.ptr[login->url.len - 1] != '/')
		bytes_add_char(&login->url, '/');
	bytes_add(&login->url, VIEW("v1/token"));
	return bytes_failed(&login->url) ? ssm_fail_memory(err) : SSM_OK;
}

/* With botocore's blanks. */
static void
add_request(struct bytes *out, const struct loginsession *session)
{
	bytes_add_text(out, "{\"clientId\": ");
	jsontext_string_ascii(out, session->client_id);
	bytes_add_text(out, ", \"refreshToken\": ");
	jsontext_string_ascii(out, session->refresh_token);
	bytes_add_text(out, ", \"grantType\": \"refresh_token\"}");
}

static enum ssm_err
add_proof(struct bytes *out, const struct login *login, struct ssm_error *err)
{
	struct dpop_key *key;
	char id[UUID_LEN + 1];
	enum ssm_err rc;

	if ((rc = dpop_key_load(&key, login->session.dpop_key, err)) == SSM_OK &&
	    (rc = dpop_id(id, err)) == SSM_OK)
		rc = dpop_proof(out, key, bytes_view(&login->url), login->search->now, id, err);
	dpop_key_free(key);
	return rc;
}

/* Why access was denied is in a member of its own. */
static enum ssm_err
fail_denied(struct view body, struct ssm_error *err)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view why = VIEW_NONE;
	enum ssm_err rc;

	if (json_parse(&doc, body, "the error", &unused) == SSM_OK)
		(void)json_string(&doc, "error", &why, &unused);
	if (view_is(why, "TOKEN_EXPIRED") || view_is(why, "USER_CREDENTIALS_CHANGED"))
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginRefreshRequired", "Your session has expired or "
		    "credentials have changed. Please reauthenticate using 'aws login'.");
	else if (view_is(why, "INSUFFICIENT_PERMISSIONS"))
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginInsufficientPermissions", "Unable to create or "
		    "refresh login credentials due to insufficient permissions. You may be missing "
		    "permission for the 'signin:CreateOAuth2Token' action.");
	else
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginError", "An unspecified error happened when "
		    "resolving AWS credentials or refreshing a login session profile.");
	json_clear(&doc);
	ssm_error_clear(&unused);
	return rc;
}

static enum ssm_err
fail_service(const struct login *login, const struct aws_client_response *response, struct ssm_error *err)
{
	const struct loginsession *session = &login->session;
	const struct view secrets[] = { session->refresh_token, session->secret_access_key,
	    session->session_token };
	enum ssm_err rc = resterror_fail(response, "CreateOAuth2Token", secrets, ARRAY_LEN(secrets), err);

	return strcmp(err->code, "AccessDeniedException") == 0 ?
	    fail_denied(bytes_view(&response->body), err) : rc;
}

/* The three keys and the refresh token of an answer; false when one is not there. */
static bool
take_tokens(const struct json_doc *doc, struct credentials *who, struct view *refresh_token)
{
	struct json_member *member = json_member(doc, "accessToken");
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc keys = JSON_DOC_INIT;
	struct view id, secret, token;
	bool done = json_kind(member) == JSON_OBJECT &&
	    json_parse(&keys, member->raw, "accessToken", &unused) == SSM_OK &&
	    json_string_required(&keys, "accessKeyId", &id, &unused) == SSM_OK &&
	    json_string_required(&keys, "secretAccessKey", &secret, &unused) == SSM_OK &&
	    json_string_required(&keys, "sessionToken", &token, &unused) == SSM_OK &&
	    json_string_required(doc, "refreshToken", refresh_token, &unused) == SSM_OK;

	if (done) {
		bytes_set(&who->access_key_id, id);
		bytes_set(&who->secret_access_key, secret);
		bytes_set(&who->session_token, token);
	}
	json_clear(&keys);
	ssm_error_clear(&unused);
	return done;
}

static enum ssm_err
take_answer(struct login *login, struct view body, struct credentials *who, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct view refresh_token;
	double life;
	enum ssm_err rc;

	if (json_parse(&doc, body, "the answer of CreateOAuth2Token", err) == SSM_OK &&
	    json_number(json_member(&doc, "expiresIn"), &life) && life >= 1 && life < LIFE_MAX &&
	    take_tokens(&doc, who, &refresh_token)) {
		bytes_set(&who->account_id, login->session.account_id);
		who->expires = true;
		who->expiration = login->search->now + (time_t)life;
		rc = credentials_check(who, "login", err);
		if (rc == SSM_OK && loginsession_save(&login->session, login->path.ptr, who,
		    refresh_token) != 0)
			login->note = ", refreshed, which could not be written back";
	} else
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginTokenLoadError", "Error loading login session "
		    "token: Unable to refresh access token due to an invalid service response. Please "
		    "try running 'aws login' again. If the issue persists, there may be a temporary "
		    "signin service problem.");
	json_clear(&doc);
	return rc;
}

static enum ssm_err
refresh(struct login *login, struct credentials *who, struct ssm_error *err)
{
	struct bytes body = BYTES_INIT(REQUEST_MAX), proof = BYTES_INIT(DPOP_PROOF_MAX);
	struct header_field headers[] = { { VIEW("content-type"), VIEW("application/json") },
	    { VIEW("dpop"), VIEW_NONE } };
	struct aws_client_request request = { .method = "POST", .headers = headers,
	    .header_count = ARRAY_LEN(headers) };
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	enum ssm_err rc;

	login->note = ", refreshed";
	add_request(&body, &login->session);
	if ((rc = set_url(login, err)) == SSM_OK && (rc = add_proof(&proof, login, err)) == SSM_OK) {
		request.url = bytes_view(&login->url);
		request.body = bytes_view(&body);
		headers[1].value = bytes_view(&proof);
		rc = bytes_failed(&body) ? ssm_fail_memory(err) :
		    aws_client_call(login->search->client, &request, &response, err);
	}
	if (rc == SSM_OK)
		rc = resterror_is_none(&response) ?
		    take_answer(login, bytes_view(&response.body), who, err) :
		    fail_service(login, &response, err);
	aws_client_response_clear(&response);
	bytes_clear(&proof);
	bytes_clear(&body);
	return rc;
}

static bool
is_fresh(const struct login *login)
{
	return login->session.expires_at - login->search->now > REFRESH_WINDOW;
}

static enum ssm_err
load(struct login *login, struct ssm_error *err)
{
	return loginsession_load(&login->session, login->path.ptr, login->name, err);
}

/*
 * A refresh token is good once. Whoever had to wait for the lock finds what the one before got; a
 * program that knows no lock may still be faster, and then the file holds what that one got.
 */
static enum ssm_err
renew(struct login *login, struct credentials *who, struct ssm_error *err)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	int lock = filelock_beside(login->path.ptr);
	enum ssm_err rc;

	if ((rc = load(login, err)) == SSM_OK && !is_fresh(login)) {
		if ((rc = refresh(login, who, err)) != SSM_OK && load(login, &unused) == SSM_OK &&
		    is_fresh(login))
			rc = SSM_OK;
		ssm_error_clear(&unused);
	}
	filelock_release(lock);
	return rc;
}

static enum ssm_err
find(struct login *login, struct credentials *who, struct ssm_error *err)
{
	enum ssm_err rc;

	if ((rc = set_path(login, err)) != SSM_OK || (rc = load(login, err)) != SSM_OK)
		return rc;
	if (!is_fresh(login) && (rc = renew(login, who, err)) != SSM_OK)
		return rc;
	if (!is_fresh(login))
		return SSM_OK;			/* *who has what the service gave */
	ssm_error_clear(err);
	login->note = "";
	return loginsession_keys(&login->session, who, err);
}

enum ssm_err
provider_login(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	struct login login = { .search = search, .path = BYTES_INIT(PATHEXPAND_MAX),
	    .url = BYTES_INIT(URL_MAX), .session = LOGINSESSION_INIT, .note = "" };
	struct profiles_property found = PROFILES_PROPERTY_INIT;
	enum ssm_err rc;

	credentials_clear(who);
	if (!profiles_get(settings_profiles(search->settings), PROFILES_MERGED, profile,
	    VIEW("login_session"), &found))
		return provider_absent(result, "profile '%.*s' has no login_session",
		    VIEW_ARG(profile));
	if (search->client == NULL)
		return provider_absent(result, "login sessions may need the network");
	login.name = found.value;
	if ((rc = find(&login, who, err)) == SSM_OK) {
		result->found = true;
		snprintf(result->origin, sizeof result->origin, "%s%s", login.path.ptr,
		    login.note);
	} else
		credentials_clear(who);
	loginsession_clear(&login.session);
	bytes_clear(&login.url);
	bytes_clear(&login.path);
	return rc;
}
