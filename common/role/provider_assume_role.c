/* The keys of a role that a profile names, and of the roles on the way to it. */
#include <stdio.h>

#include "credentials/chain.h"
#include "json/text.h"
#include "json/value_text.h"
#include "role/rolecall.h"
#include "role/roleprofile.h"

#define METHOD ROLEPROFILE_METHOD

/* A chain under way: roles[0] is wanted, each one's keys ask for those of the one before it. */
struct role_chain {
	struct provider_search *search;
	struct roleprofile roles[PROVIDER_VISITED_MAX];
	size_t count;
	bool leaf_is_profile;		/* the last one's source: a profile, not a named one */
	bool asked_before;
	bool from_cache;
	char generated[48];
};

static enum ssm_err
fail_loop(struct provider_search *search, struct view source, struct ssm_error *err)
{
	struct bytes list = BYTES_INIT(1024 * 1024), shown = BYTES_INIT(1024 * 1024);
	const char *text;
	enum ssm_err rc;

	bytes_add_char(&list, '[');
	for (size_t i = 0; i < search->visited_count; i++) {
		bytes_add(&list, i > 0 ? VIEW(",") : VIEW_NONE);
		jsontext_string(&list, search->visited[i]);
	}
	bytes_add_char(&list, ']');
	if (!bytes_failed(&list))
		valuetext_str_json(&shown, bytes_view(&list));
	if ((text = bytes_cstr(&shown)) == NULL || shown.len == 0)
		rc = ssm_fail_memory(err);
	else
		rc = ssm_fail(err, SSM_E_CONFIG, "InfiniteLoopConfigError", "Infinite loop in credential "
		    "configuration detected. Attempting to load from profile %.*s which has already been "
		    "visited. Visited profiles: %s", VIEW_ARG(source), text);
	bytes_clear(&list);
	bytes_clear(&shown);
	return rc;
}

static bool
is_visited(const struct provider_search *search, struct view profile)
{
	for (size_t i = 0; i < search->visited_count; i++)
		if (view_equal(search->visited[i], profile))
			return true;
	return false;
}

/* A profile may be its own source, when it has keys of its own. */
static enum ssm_err
check_source(struct provider_search *search, const struct roleprofile *role, struct ssm_error *err)
{
	const struct profiles *profiles = settings_profiles(search->settings);
	struct view source = role->source_profile;

	if (!profiles_has(profiles, PROFILES_MERGED, source))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The source_profile \"%.*s\" "
		    "referenced in the profile \"%.*s\" does not exist.", VIEW_ARG(source),
		    VIEW_ARG(role->profile));
	if (is_visited(search, source) && (!view_equal(source, role->profile) ||
	    !roleprofile_has_static_keys(profiles, source)))
		return fail_loop(search, source, err);
	return SSM_OK;
}

/* From the wanted role to the one whose source is none; checked before anything is asked. */
static enum ssm_err
read_chain(struct role_chain *chain, struct view profile, struct ssm_error *err)
{
	struct provider_search *search = chain->search;
	const struct profiles *profiles = settings_profiles(search->settings);
	enum ssm_err rc;

	search->visited[search->visited_count++] = profile;
	for (;;) {
		struct roleprofile *role = &chain->roles[chain->count++];

		if ((rc = roleprofile_read(role, profiles, profile, err)) != SSM_OK)
			return rc;
		chain->leaf_is_profile = role->credential_source.ptr == NULL;
		if (!chain->leaf_is_profile)
			return SSM_OK;
		if ((rc = check_source(search, role, err)) != SSM_OK)
			return rc;
		profile = role->source_profile;
		if (search->visited_count == PROVIDER_VISITED_MAX)
			return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "more than %d profiles on "
			    "the way to the keys of profile '%.*s'", PROVIDER_VISITED_MAX,
			    VIEW_ARG(chain->roles[0].profile));
		search->visited[search->visited_count++] = profile;
		if (roleprofile_has_static_keys(profiles, profile) ||
		    !roleprofile_is_role(profiles, profile))
			return SSM_OK;
	}
}

static enum ssm_err
keys_of_named_source(struct role_chain *chain, const struct roleprofile *role,
    struct credentials *who, struct ssm_error *err)
{
	struct provider_result result = { .found = false };
	provider_find *find = roleprofile_source(role->credential_source);
	enum ssm_err rc = find(chain->search, role->profile, who, &result, err);

	if (rc != SSM_OK || result.found)
		return rc;
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Error when retrieving credentials "
	    "from %.*s: No credentials found in credential_source referenced in profile %.*s",
	    VIEW_ARG(role->credential_source), VIEW_ARG(role->profile));
}

static enum ssm_err
keys_of_source(struct role_chain *chain, struct credentials *who, struct ssm_error *err)
{
	const struct roleprofile *role = &chain->roles[chain->count - 1];
	const char *method = NULL;
	enum ssm_err rc;

	if (!chain->leaf_is_profile)
		rc = keys_of_named_source(chain, role, who, err);
	else if ((rc = chain_find_profile(chain->search, role->source_profile, who, &method,
	    err)) == SSM_OK && method == NULL)
		rc = ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError",
		    "The source profile \"%.*s\" must have credentials.", VIEW_ARG(role->source_profile));
	if (rc == SSM_OK && who->expires && who->expiration <= chain->search->now)
		rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    "Credentials were refreshed, but the refreshed credentials are still expired.");
	return rc;
}

static void
set_request(struct sts_request *request, const struct role_chain *chain,
    const struct roleprofile *role)
{
	*request = (struct sts_request){ .operation = STS_ASSUME_ROLE, .method = METHOD,
	    .role_arn = role->role_arn, .session_name = role->session_name,
	    .external_id = role->external_id, .serial_number = role->mfa_serial,
	    .duration_seconds = view_of(*role->duration == '\0' ? NULL : role->duration),
	    .generated_name = view_of(chain->generated) };
}

/* The code of an MFA device. Asked for as late as can be, since it is good for half a minute. */
static enum ssm_err
ask_code(struct role_chain *chain, const struct roleprofile *role, struct bytes *code,
    struct ssm_error *err)
{
	struct provider_search *search = chain->search;
	struct bytes text = BYTES_INIT(SSM_MESSAGE_MAX);
	enum ssm_err rc;

	if (chain->asked_before)
		return ssm_fail(err, SSM_E_CONFIG, "RefreshWithMFAUnsupportedError",
		    "Cannot refresh credentials: MFA token required.");
	if (search->prompt == NULL)
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Error when retrieving "
		    "credentials from " METHOD ": an MFA code for %.*s is needed, and there is "
		    "nobody to ask",
		    VIEW_ARG(role->mfa_serial));
	bytes_add(&text, VIEW("Enter MFA code for "));
	bytes_add(&text, role->mfa_serial);
	bytes_add(&text, VIEW(": "));
	if (bytes_cstr(&text) == NULL)
		rc = ssm_fail_memory(err);
	else
		rc = search->prompt(search->prompt_context, text.ptr, code, err);
	search->asked = true;
	bytes_clear(&text);
	return rc;
}

/* Replaces *who, the caller's keys, by the role's. */
static enum ssm_err
assume(struct role_chain *chain, const struct roleprofile *role, struct credentials *who,
    struct ssm_error *err)
{
	struct rolecall call = ROLECALL_INIT;
	struct credentials source = *who;
	struct bytes code = BYTES_INIT(1024);
	struct sts_request request;
	enum ssm_err rc;

	*who = (struct credentials)CREDENTIALS_INIT;
	set_request(&request, chain, role);
	if ((rc = sts_request_check(&request, err)) == SSM_OK &&
	    (rc = rolecall_open(&call, chain->search, &request, true, err)) == SSM_OK &&
	    !(chain->from_cache = rolecall_cached_now(&call, who)) &&
	    (role->mfa_serial.ptr == NULL || (rc = ask_code(chain, role, &code, err)) == SSM_OK)) {
		request.token_code = role->mfa_serial.ptr == NULL ? VIEW_NONE :
		    code.len == 0 ? VIEW("") : bytes_view(&code);
		rc = rolecall_perform(&call, &source, who, err);
	}
	rolecall_close(&call);
	bytes_clear(&code);
	credentials_clear(&source);
	return rc;
}

/* Whether the cache has the keys of a role: nothing before it in the chain is needed then. */
static enum ssm_err
look_in_cache(struct role_chain *chain, const struct roleprofile *role, struct credentials *who,
    bool *found, struct ssm_error *err)
{
	struct rolecall call = ROLECALL_INIT;
	struct sts_request request;
	enum ssm_err rc;

	set_request(&request, chain, role);
	if ((rc = rolecall_open(&call, chain->search, &request, true, err)) == SSM_OK)
		*found = chain->from_cache = rolecall_cached(&call, who);
	rolecall_close(&call);
	return rc;
}

static enum ssm_err
find_keys(struct role_chain *chain, struct credentials *who, struct provider_result *result,
    struct ssm_error *err)
{
	bool found = false;
	size_t i = 0;
	enum ssm_err rc = SSM_OK;

	while (rc == SSM_OK && i < chain->count && !found)
		rc = look_in_cache(chain, &chain->roles[i++], who, &found, err);
	if (rc != SSM_OK)
		return rc;
	if (chain->search->client == NULL && !(found && i == 1))
		return provider_absent(result, "role '%.*s' needs the network",
		    VIEW_ARG(chain->roles[0].role_arn));
	if (found)
		i--;
	else
		rc = keys_of_source(chain, who, err);
	while (rc == SSM_OK && i > 0)
		rc = assume(chain, &chain->roles[--i], who, err);
	result->found = rc == SSM_OK;
	return rc;
}

static void
say_origin(const struct role_chain *chain, struct provider_result *result)
{
	const struct roleprofile *role = &chain->roles[0];
	bool named = role->credential_source.ptr != NULL;

	snprintf(result->origin, sizeof result->origin,
	    "%s line %u [%.*s] role_arn %.*s, %s '%.*s'%s", role->path, role->line,
	    VIEW_ARG(role->section), VIEW_ARG(role->role_arn),
	    named ? "credential_source" : "source_profile",
	    VIEW_ARG(named ? role->credential_source : role->source_profile),
	    chain->from_cache ? ", from the cache" : "");
}

enum ssm_err
provider_assume_role(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	const struct profiles *profiles = settings_profiles(search->settings);
	struct role_chain chain = { .search = search, .asked_before = search->asked };
	enum ssm_err rc;

	credentials_clear(who);
	if (!roleprofile_is_role(profiles, profile))
		return provider_absent(result, "profile '%.*s' has %s", VIEW_ARG(profile),
		    roleprofile_has_token_file(profiles, profile) ? "a web_identity_token_file" :
		    "no role_arn");
	snprintf(chain.generated, sizeof chain.generated, "botocore-session-%lld",
	    (long long)search->now);
	search->visited_count = 0;
	if ((rc = read_chain(&chain, profile, err)) == SSM_OK &&
	    (rc = find_keys(&chain, who, result, err)) == SSM_OK && result->found)
		say_origin(&chain, result);
	search->visited_count = 0;
	if (rc != SSM_OK)
		credentials_clear(who);
	return rc;
}
