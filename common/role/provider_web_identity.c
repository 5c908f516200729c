/* The keys of a role for a token that another identity provider signed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/io.h"
#include "core/pathexpand.h"
#include "core/utf8.h"
#include "role/rolecall.h"

#define METHOD "assume-role-with-web-identity"
#define TOKEN_MAX (128 * 1024)

/* The profile, and whether the environment has a say. */
struct place {
	const struct profiles *profiles;
	struct view profile;
	bool environment;
};

static const struct value {
	const char *variable, *property;
} TOKEN_FILE = { "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file" },
    ROLE_ARN = { "AWS_ROLE_ARN", "role_arn" },
    SESSION_NAME = { "AWS_ROLE_SESSION_NAME", "role_session_name" };

/* Each on its own, so that they can mix. An empty variable hides the property; VIEW_NONE is none. */
static struct view
look_up(const struct place *place, const struct value *value)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;
	struct view text = place->environment ? view_of(getenv(value->variable)) : VIEW_NONE;

	if (text.ptr == NULL && profiles_get(place->profiles, PROFILES_MERGED, place->profile,
	    view_of(value->property), &found))
		text = found.value.ptr == NULL ? VIEW("") : found.value;
	return text;
}

static enum ssm_err
fail_token(struct ssm_error *err, const char *path, const char *why)
{
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from " METHOD ": cannot read '%s': %s", path, why);
}

/* As a text file: all line ends are LF, and the last one counts. */
static enum ssm_err
read_token(struct bytes *token, struct view path, struct ssm_error *err)
{
	struct bytes name = BYTES_INIT(TOKEN_MAX);
	const char *text;
	size_t to = 0;
	enum ssm_err rc = SSM_OK;

	if ((text = pathexpand_given(&name, path)) == NULL)
		rc = ssm_fail_memory(err);
	else if (strlen(text) < name.len)
		rc = fail_token(err, text, "a NUL in its name");
	else if (io_read_file(token, text) != 0)
		rc = fail_token(err, text, strerror(errno));
	else if (utf8_check(bytes_view(token)) < token->len)
		rc = fail_token(err, text, "not UTF-8");
	for (size_t i = 0; rc == SSM_OK && i < token->len; i++)
		if (token->ptr[i] != '\r' || i + 1 == token->len || token->ptr[i + 1] != '\n')
			token->ptr[to++] = (char)(token->ptr[i] == '\r' ? '\n' : token->ptr[i]);
	if (rc == SSM_OK)
		token->len = to;
	bytes_clear(&name);
	return rc;
}

static enum ssm_err
ask_sts(struct rolecall *call, struct sts_request *request, struct view token_file,
    struct credentials *who, bool *was_cached, struct ssm_error *err)
{
	struct bytes token = BYTES_INIT(TOKEN_MAX);
	enum ssm_err rc = SSM_OK;

	*was_cached = rolecall_cached(call, who) || rolecall_cached_now(call, who);
	if (!*was_cached && (rc = read_token(&token, token_file, err)) == SSM_OK) {
		request->web_identity_token = token.len == 0 ? VIEW("") : bytes_view(&token);
		rc = rolecall_perform(call, NULL, who, err);
		request->web_identity_token = VIEW_NONE;
	}
	bytes_clear(&token);
	return rc;
}

static enum ssm_err
say_absent(const struct place *place, struct provider_result *result)
{
	const char *text = place->environment ? getenv(TOKEN_FILE.variable) : NULL;

	if (text != NULL)
		return provider_absent(result, "%s is empty", TOKEN_FILE.variable);
	return provider_absent(result, "%s%sprofile '%.*s' has no %s",
	    place->environment ? TOKEN_FILE.variable : "", place->environment ? " is not set and " : "",
	    VIEW_ARG(place->profile), TOKEN_FILE.property);
}

static enum ssm_err
find(struct provider_search *search, struct sts_request *request, struct view token_file,
    struct credentials *who, struct provider_result *result, struct ssm_error *err)
{
	struct rolecall call = ROLECALL_INIT;
	bool was_cached = false;
	enum ssm_err rc;

	/* Keys that are only somebody's source are not kept, as in botocore. */
	rc = rolecall_open(&call, search, request, search->visited_count == 0, err);
	if (rc == SSM_OK && search->client == NULL && !(was_cached = rolecall_cached(&call, who)))
		provider_absent(result, "role '%.*s' needs the network", VIEW_ARG(request->role_arn));
	else if (rc == SSM_OK &&
	    (rc = ask_sts(&call, request, token_file, who, &was_cached, err)) == SSM_OK) {
		result->found = true;
		snprintf(result->origin, sizeof result->origin, "role %.*s, %s '%.*s'",
		    VIEW_ARG(request->role_arn), was_cached ? "from the cache" : "token",
		    VIEW_ARG(was_cached ? bytes_view(&call.cache.path) : token_file));
	}
	rolecall_close(&call);
	return rc;
}

static enum ssm_err
check_utf8(struct view text, const char *name, struct ssm_error *err)
{
	if (utf8_check(text) == text.len)
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "%s is not UTF-8", name);
}

enum ssm_err
provider_web_identity(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	const struct place place = { settings_profiles(search->settings), profile,
	    search->visited_count == 0 && !settings_profile_is_explicit(search->settings) };
	struct view token_file = look_up(&place, &TOKEN_FILE);
	struct sts_request request = { .operation = STS_WEB_IDENTITY, .method = METHOD };
	char generated[48];
	enum ssm_err rc;

	credentials_clear(who);
	if (token_file.len == 0)
		return say_absent(&place, result);
	request.role_arn = look_up(&place, &ROLE_ARN);
	request.session_name = look_up(&place, &SESSION_NAME);
	snprintf(generated, sizeof generated, "botocore-session-%lld", (long long)search->now);
	request.generated_name = view_of(generated);
	if (request.role_arn.len == 0)
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The provided profile or the "
		    "current environment is configured to assume role with web identity but has no role "
		    "ARN configured. Ensure that the profile has the role_arnconfiguration set or the "
		    "AWS_ROLE_ARN env var is set.");
	if ((rc = check_utf8(request.role_arn, ROLE_ARN.variable, err)) != SSM_OK ||
	    (rc = check_utf8(request.session_name, SESSION_NAME.variable, err)) != SSM_OK)
		return rc;
	return find(search, &request, token_file, who, result, err);
}
