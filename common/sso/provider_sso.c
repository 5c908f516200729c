/* Keys of a role that a person got by logging in to IAM Identity Center: a token, and what it buys. */
#include <stdio.h>
#include <stdlib.h>

#include "core/iso8601.h"
#include "core/pathexpand.h"
#include "core/percent.h"
#include "credentials/provider.h"
#include "json/json.h"
#include "json/text.h"
#include "role/role_cache.h"
#include "sso/advice.h"
#include "sso/config.h"
#include "sso/resterror.h"
#include "sso/token.h"

#define NAME_MAX_LEN 128
#define URL_MAX 16384
#define ENTRY_MAX (512 * 1024)
#define TIME_MAX 253402300799999.0	/* of the year 9999, in milliseconds */

/* One profile under way. */
struct sso {
	struct provider_search *search;
	struct ssoconfig config;
	struct bytes token_path, url;
	enum ssotoken_renewal renewal;
};

static enum ssm_err
set_token_path(struct sso *sso, struct ssm_error *err)
{
	struct bytes name = BYTES_INIT(NAME_MAX_LEN);
	enum ssm_err rc;

	rc = ssotoken_file_name(&name, sso->config.session, sso->config.start_url, err);
	if (rc == SSM_OK) {
		pathexpand(&sso->token_path, VIEW("~/.aws/sso/cache/"), getenv);
		bytes_add(&sso->token_path, bytes_view(&name));
		if (bytes_cstr(&sso->token_path) == NULL)
			rc = ssm_fail_memory(err);
	}
	bytes_clear(&name);
	return rc;
}

static enum ssm_err
set_url(struct sso *sso, struct ssm_error *err)
{
	struct bytes *url = &sso->url;
	enum ssm_err rc;

	rc = settings_service_url(sso->search->settings, "sso", sso->config.region, url, err);
	if (rc != SSM_OK)
		return rc;
	if (url->len == 0 || url->ptr[url->len - 1] != '/')
		bytes_add_char(url, '/');
	bytes_add(url, VIEW("federation/credentials?role_name="));
	percent_encode(url, sso->config.role_name, "");
	bytes_add(url, VIEW("&account_id="));
	percent_encode(url, sso->config.account_id, "");
	return bytes_failed(url) ? ssm_fail_memory(err) : SSM_OK;
}

static enum ssm_err
fail_answer(struct ssm_error *err, const char *name)
{
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Error when retrieving "
	    "credentials from sso: the answer of GetRoleCredentials has no '%s'", name);
}

static bool
take_text(struct bytes *to, const struct json_doc *doc, const char *name)
{
	bytes_set(to, json_text(doc, name));
	return to->len > 0;
}

static enum ssm_err
take_keys(struct credentials *who, const struct json_doc *doc, struct view account_id,
    struct ssm_error *err)
{
	double expiration;

	if (!take_text(&who->access_key_id, doc, "accessKeyId"))
		return fail_answer(err, "accessKeyId");
	if (!take_text(&who->secret_access_key, doc, "secretAccessKey"))
		return fail_answer(err, "secretAccessKey");
	if (!take_text(&who->session_token, doc, "sessionToken"))
		return fail_answer(err, "sessionToken");
	if (!json_number(json_member(doc, "expiration"), &expiration) || expiration < 0 ||
	    expiration > TIME_MAX)
		return fail_answer(err, "expiration");
	bytes_set(&who->account_id, account_id);
	who->expires = true;
	who->expiration = (time_t)(expiration / 1000);
	return credentials_check(who, "sso", err);
}

static enum ssm_err
take_answer(struct credentials *who, struct view body, struct view account_id,
    struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT, keys = JSON_DOC_INIT;
	struct json_member *member = NULL;
	enum ssm_err rc;

	if (json_parse(&doc, body, "the answer of GetRoleCredentials", err) == SSM_OK)
		member = json_member(&doc, "roleCredentials");
	if (json_kind(member) != JSON_OBJECT ||
	    json_parse(&keys, member->raw, "roleCredentials", err) != SSM_OK)
		rc = fail_answer(err, "roleCredentials");
	else
		rc = take_keys(who, &keys, account_id, err);
	json_clear(&keys);
	json_clear(&doc);
	return rc;
}

static enum ssm_err
fail_service(const struct aws_client_response *response, struct view token, struct ssm_error *err)
{
	enum ssm_err rc = resterror_fail(response, "GetRoleCredentials", &token, 1, err);

	return strcmp(err->code, "UnauthorizedException") == 0 ? ssotoken_fail_over(err) : rc;
}

static enum ssm_err
call(struct sso *sso, struct view token, struct credentials *who, struct ssm_error *err)
{
	const struct header_field header = { VIEW("x-amz-sso_bearer_token"), token };
	struct aws_client_request request = { .method = "GET", .headers = &header, .header_count = 1 };
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	enum ssm_err rc;

	if ((rc = set_url(sso, err)) == SSM_OK) {
		request.url = bytes_view(&sso->url);
		rc = aws_client_call(sso->search->client, &request, &response, err);
	}
	if (rc == SSM_OK)
		rc = resterror_is_none(&response) ?
		    take_answer(who, bytes_view(&response.body), sso->config.account_id, err) :
		    fail_service(&response, token, err);
	aws_client_response_clear(&response);
	return rc;
}

static enum ssm_err
fetch(struct sso *sso, struct credentials *who, struct ssm_error *err)
{
	struct ssotoken token = SSOTOKEN_INIT;
	enum ssm_err rc;

	if ((rc = set_token_path(sso, err)) == SSM_OK) {
		const struct ssotoken_source source = { .session = sso->config.session,
		    .start_url = sso->config.start_url, .region = sso->config.region,
		    .path = sso->token_path.ptr, .settings = sso->search->settings,
		    .client = sso->search->client };

		rc = ssotoken_get(&token, &source, sso->search->now, &sso->renewal, err);
	}
	if (rc == SSM_OK)
		rc = call(sso, bytes_view(&token.access_token), who, err);
	ssotoken_clear(&token);
	return rc;
}

/* As version 2 of the AWS CLI keeps them. */
static void
store(const struct role_cache *cache, const struct credentials *who)
{
	struct bytes text = BYTES_INIT(ENTRY_MAX);
	char expiration[ISO8601_LEN + 1];

	iso8601_format_extended(expiration, who->expiration);
	jsontext_begin(&text);
	jsontext_member(&text, "ProviderType", VIEW("sso"));
	jsontext_name(&text, "Credentials");
	jsontext_begin(&text);
	jsontext_member(&text, "AccessKeyId", bytes_view(&who->access_key_id));
	jsontext_member(&text, "SecretAccessKey", bytes_view(&who->secret_access_key));
	jsontext_member(&text, "SessionToken", bytes_view(&who->session_token));
	jsontext_member(&text, "Expiration", view_of(expiration));
	jsontext_member(&text, "AccountId", bytes_view(&who->account_id));
	jsontext_end(&text);
	jsontext_end(&text);
	if (!bytes_failed(&text))
		role_cache_store(cache, bytes_view(&text));
	bytes_clear(&text);
}

/* A profile that serves another one as its source has its keys in no cache, as in botocore. */
static enum ssm_err
open_cache(struct role_cache *cache, const struct sso *sso, struct ssm_error *err)
{
	struct bytes key = BYTES_INIT(ENTRY_MAX);
	enum ssm_err rc = SSM_OK;

	if (sso->search->use_cache && sso->search->visited_count == 0) {
		ssoconfig_add_key_text(&key, &sso->config);
		rc = bytes_failed(&key) ? ssm_fail_memory(err) :
		    role_cache_open(cache, bytes_view(&key), err);
	}
	bytes_clear(&key);
	return rc;
}

static void
tell(struct provider_result *result, const struct sso *sso, const char *cached)
{
	static const char *const notes[] = {
		[SSOTOKEN_KEPT] = "",
		[SSOTOKEN_REFRESHED] = ", token refreshed",
		[SSOTOKEN_NOT_SAVED] = ", token refreshed, which could not be written back",
		[SSOTOKEN_REFUSED] = ", token refresh refused",
		[SSOTOKEN_UNREACHED] = ", token refresh not answered",
	};
	const struct ssoconfig *config = &sso->config;
	struct view login = config->session.ptr != NULL ? config->session : config->start_url;

	result->found = true;
	snprintf(result->origin, sizeof result->origin, "%.*s, role %.*s, account %.*s%s%s%s",
	    VIEW_ARG(login), VIEW_ARG(config->role_name), VIEW_ARG(config->account_id),
	    notes[sso->renewal], cached == NULL ? "" : ", cached in ", cached == NULL ? "" : cached);
}

static enum ssm_err
find(struct sso *sso, struct credentials *who, struct provider_result *result, struct ssm_error *err)
{
	struct role_cache cache = ROLE_CACHE_INIT;
	time_t now = sso->search->now;
	enum ssm_err rc;

	if ((rc = open_cache(&cache, sso, err)) != SSM_OK)
		return rc;
	if (!role_cache_load(&cache, now, who)) {
		role_cache_lock(&cache);
		if (!role_cache_load(&cache, now, who) && (rc = fetch(sso, who, err)) == SSM_OK) {
			store(&cache, who);
			tell(result, sso, NULL);
		}
	}
	if (rc == SSM_OK && !result->found) {
		if (who->account_id.len == 0)
			bytes_set(&who->account_id, sso->config.account_id);
		tell(result, sso, cache.path.ptr);
	}
	role_cache_close(&cache);
	return rc;
}

static enum ssm_err
fail(struct ssm_error *err, struct view profile)
{
	ssoadvice_add(err, profile);
	return err->rc;
}

enum ssm_err
provider_sso(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	const struct profiles *profiles = settings_profiles(search->settings);
	struct sso sso = { .search = search, .token_path = BYTES_INIT(PATHEXPAND_MAX),
	    .url = BYTES_INIT(URL_MAX), .renewal = SSOTOKEN_KEPT };
	bool found;
	enum ssm_err rc;

	credentials_clear(who);
	result->found = false;
	if ((rc = ssoconfig_read(&sso.config, profiles, profile, &found, err)) == SSM_OK && !found &&
	    search->visited_count == 0)
		rc = ssoconfig_check_session(profiles, profile, err);
	if (rc != SSM_OK)
		return fail(err, profile);
	if (!found)
		return provider_absent(result, "profile '%.*s' has no sso_role_name and no "
		    "sso_account_id", VIEW_ARG(profile));
	if (search->client == NULL)
		return provider_absent(result, "SSO may need the network");
	rc = find(&sso, who, result, err);
	if (rc != SSM_OK)
		credentials_clear(who);
	bytes_clear(&sso.url);
	bytes_clear(&sso.token_path);
	return rc == SSM_OK ? rc : fail(err, profile);
}
