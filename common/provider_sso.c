/* Keys of a role that a person got by logging in to IAM Identity Center: a token, and what it buys. */
#include <stdio.h>
#include <stdlib.h>

#include "iso8601.h"
#include "json.h"
#include "jsontext.h"
#include "keycache.h"
#include "pathexpand.h"
#include "percent.h"
#include "provider.h"
#include "resterror.h"
#include "ssoconfig.h"
#include "ssotoken.h"

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
	struct json_member *member = json_member(doc, name);

	bytes_set(to, json_kind(member) == JSON_STRING ? json_text(member) : VIEW_NONE);
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
fail_service(const struct apicall_result *result, struct view token, struct ssm_error *err)
{
	enum ssm_err rc = resterror_fail(result, "GetRoleCredentials", &token, 1, err);

	return strcmp(err->code, "UnauthorizedException") == 0 ? ssotoken_fail_over(err) : rc;
}

static enum ssm_err
call(struct sso *sso, struct view token, struct credentials *who, struct ssm_error *err)
{
	const struct apicall_header header = { "x-amz-sso_bearer_token", token };
	struct apicall_request request = { .method = "GET", .headers = &header, .header_count = 1 };
	struct apicall_result result = APICALL_RESULT_INIT;
	enum ssm_err rc;

	if ((rc = set_url(sso, err)) == SSM_OK) {
		request.url = bytes_view(&sso->url);
		rc = apicall_perform(sso->search->calls, &request, &result, err);
	}
	if (rc == SSM_OK)
		rc = resterror_is_none(&result) ?
		    take_answer(who, bytes_view(&result.body), sso->config.account_id, err) :
		    fail_service(&result, token, err);
	apicall_result_clear(&result);
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
		    .calls = sso->search->calls };

		rc = ssotoken_get(&token, &source, sso->search->now, &sso->renewal, err);
	}
	if (rc == SSM_OK)
		rc = call(sso, bytes_view(&token.access_token), who, err);
	ssotoken_clear(&token);
	return rc;
}

/* As version 2 of the AWS CLI keeps them. */
static void
store(const struct keycache *cache, const struct credentials *who)
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
		keycache_store(cache, bytes_view(&text));
	bytes_clear(&text);
}

/* A profile that serves another one as its source has its keys in no cache, as in botocore. */
static enum ssm_err
open_cache(struct keycache *cache, const struct sso *sso, struct ssm_error *err)
{
	struct bytes key = BYTES_INIT(ENTRY_MAX);
	enum ssm_err rc = SSM_OK;

	if (sso->search->use_cache && sso->search->visited_count == 0) {
		ssoconfig_add_key_text(&key, &sso->config);
		rc = bytes_failed(&key) ? ssm_fail_memory(err) :
		    keycache_open(cache, bytes_view(&key), err);
	}
	bytes_clear(&key);
	return rc;
}

static void
tell(struct provision *provision, const struct sso *sso, const char *cached)
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

	provision->found = true;
	snprintf(provision->origin, sizeof provision->origin, "%.*s, role %.*s, account %.*s%s%s%s",
	    VIEW_ARG(login), VIEW_ARG(config->role_name), VIEW_ARG(config->account_id),
	    notes[sso->renewal], cached == NULL ? "" : ", cached in ", cached == NULL ? "" : cached);
}

static enum ssm_err
find(struct sso *sso, struct credentials *who, struct provision *provision, struct ssm_error *err)
{
	struct keycache cache = KEYCACHE_INIT;
	time_t now = sso->search->now;
	enum ssm_err rc;

	if ((rc = open_cache(&cache, sso, err)) != SSM_OK)
		return rc;
	if (!keycache_load(&cache, now, who)) {
		keycache_lock(&cache);
		if (!keycache_load(&cache, now, who) && (rc = fetch(sso, who, err)) == SSM_OK) {
			store(&cache, who);
			tell(provision, sso, NULL);
		}
	}
	if (rc == SSM_OK && !provision->found) {
		if (who->account_id.len == 0)
			bytes_set(&who->account_id, sso->config.account_id);
		tell(provision, sso, cache.path.ptr);
	}
	keycache_close(&cache);
	return rc;
}

enum ssm_err
provider_sso(struct provider_search *search, struct view profile, struct credentials *who,
    struct provision *provision, struct ssm_error *err)
{
	const struct profiles *profiles = settings_profiles(search->settings);
	struct sso sso = { .search = search, .token_path = BYTES_INIT(PATHEXPAND_MAX),
	    .url = BYTES_INIT(URL_MAX), .renewal = SSOTOKEN_KEPT };
	bool found;
	enum ssm_err rc;

	credentials_clear(who);
	provision->found = false;
	if ((rc = ssoconfig_read(&sso.config, profiles, profile, &found, err)) != SSM_OK)
		return rc;
	if (!found && search->visited_count == 0 &&
	    (rc = ssoconfig_check_session(profiles, profile, err)) != SSM_OK)
		return rc;
	if (!found)
		return provider_absent(provision, "profile '%.*s' has no sso_role_name and no "
		    "sso_account_id", VIEW_ARG(profile));
	if (search->calls == NULL)
		return provider_absent(provision, "SSO may need the network");
	rc = find(&sso, who, provision, err);
	if (rc != SSM_OK)
		credentials_clear(who);
	bytes_clear(&sso.url);
	bytes_clear(&sso.token_path);
	return rc;
}
