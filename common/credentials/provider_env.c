#include <stdio.h>
#include <stdlib.h>

#include "aws/timestamp.h"
#include "credentials/provider.h"

static bool
take(struct bytes *to, const char *name)
{
	struct view text = view_of(getenv(name));

	bytes_set(to, text);
	return text.len > 0;
}

/* The token's older name comes first. Returns the name that holds one, or NULL. */
static const char *
take_token(struct credentials *who)
{
	return take(&who->session_token, "AWS_SECURITY_TOKEN") ? "AWS_SECURITY_TOKEN" :
	    take(&who->session_token, "AWS_SESSION_TOKEN") ? "AWS_SESSION_TOKEN" : NULL;
}

static enum ssm_err
take_expiration(struct credentials *who, struct ssm_error *err)
{
	const char *text = getenv("AWS_CREDENTIAL_EXPIRATION");
	char shown[TIMESTAMP_SHOWN_MAX];

	who->expires = text != NULL && *text != '\0';
	if (!who->expires || timestamp_parse(view_of(text), &who->expiration))
		return SSM_OK;
	timestamp_show(shown, view_of(text));
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Error when retrieving credentials "
	    "from env: AWS_CREDENTIAL_EXPIRATION is %s, not a time like 2099-04-22T22:56:00Z", shown);
}

/* The profile makes no difference. That --profile puts the environment aside is the chain's rule. */
enum ssm_err
provider_env(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	const char *id = getenv("AWS_ACCESS_KEY_ID"), *token;
	enum ssm_err rc;

	(void)search;
	(void)profile;
	if (id == NULL || *id == '\0')
		return provider_absent(result, "AWS_ACCESS_KEY_ID is %s",
		    id == NULL ? "not set" : "empty");
	credentials_clear(who);
	take(&who->access_key_id, "AWS_ACCESS_KEY_ID");
	take(&who->account_id, "AWS_ACCOUNT_ID");
	token = take_token(who);
	if (!take(&who->secret_access_key, "AWS_SECRET_ACCESS_KEY"))
		rc = ssm_fail(err, SSM_E_CONFIG, "PartialCredentialsError",
		    "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY");
	else if ((rc = take_expiration(who, err)) == SSM_OK)
		rc = credentials_check(who, "env", err);
	if (rc != SSM_OK) {
		credentials_clear(who);
		return rc;
	}
	snprintf(result->origin, sizeof result->origin,
	    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY%s%s%s", token == NULL ? "" : ", ",
	    token == NULL ? "" : token, who->expires ? ", AWS_CREDENTIAL_EXPIRATION" : "");
	result->found = true;
	return SSM_OK;
}
