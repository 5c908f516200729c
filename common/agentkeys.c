#include "agentkeys.h"

#include "iso8601.h"
#include "json.h"

bool
agentkeys_is_object(struct view document)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error unused = SSM_ERROR_INIT;
	bool good = json_parse(&doc, document, "the document", &unused) == SSM_OK;

	json_clear(&doc);
	ssm_error_clear(&unused);
	return good;
}

static struct view
string_member(const struct json_doc *doc, const char *name)
{
	struct json_member *member = json_member(doc, name);

	return json_kind(member) == JSON_STRING ? json_text(member) : VIEW_NONE;
}

static void
take_text(struct bytes *to, const struct json_doc *doc, const char *name, const char **missing)
{
	struct view text = string_member(doc, name);

	if (text.len == 0 && *missing == NULL)
		*missing = name;
	bytes_set(to, text);
}

static enum ssm_err
take_members(struct credentials *who, const struct json_doc *doc, const char *method,
    const char **missing, struct ssm_error *err)
{
	struct view expiration = string_member(doc, "Expiration");

	take_text(&who->access_key_id, doc, "AccessKeyId", missing);
	take_text(&who->secret_access_key, doc, "SecretAccessKey", missing);
	take_text(&who->session_token, doc, "Token", missing);
	bytes_set(&who->account_id, string_member(doc, "AccountId"));
	if (expiration.ptr == NULL && *missing == NULL)
		*missing = "Expiration";
	if (*missing != NULL)
		return SSM_OK;
	who->expires = true;
	if (!iso8601_parse(expiration, &who->expiration))
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Error when retrieving "
		    "credentials from %s: Invalid timestamp in response: 'Expiration'", method);
	return credentials_check(who, method, err);
}

enum ssm_err
agentkeys_read(struct credentials *who, struct view document, const char *method,
    const char **missing, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	*missing = NULL;
	credentials_clear(who);
	rc = json_parse(&doc, document, "the credentials document", err);
	if (rc == SSM_OK)
		rc = take_members(who, &doc, method, missing, err);
	json_clear(&doc);
	if (rc != SSM_OK || *missing != NULL)
		credentials_clear(who);
	return rc;
}
