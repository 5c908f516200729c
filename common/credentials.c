#include "credentials.h"

#include "iso8601.h"
#include "json.h"

static enum ssm_err
check_text(const struct bytes *text, const char *member, const char *method, struct ssm_error *err)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->ptr[i] <= ' ' || text->ptr[i] >= 0x7F)
			return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
			    "Error when retrieving credentials from %s: %s holds a blank, a control "
			    "character or one outside ASCII at byte %zu", method, member, i + 1);
	return bytes_failed(text) ? ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from %s: %s is longer than %d bytes", method, member,
	    CREDENTIALS_TEXT_MAX) : SSM_OK;
}

static enum ssm_err
check_present(const struct bytes *text, const char *member, const char *method,
    struct ssm_error *err)
{
	if (text->len == 0 && !bytes_failed(text))
		return ssm_fail(err, SSM_E_CONFIG, "PartialCredentialsError",
		    "Partial credentials found in %s, missing: %s", method, member);
	return check_text(text, member, method, err);
}

enum ssm_err
credentials_check(const struct credentials *who, const char *method, struct ssm_error *err)
{
	enum ssm_err rc;

	if ((rc = check_present(&who->access_key_id, "the access key id", method, err)) != SSM_OK ||
	    (rc = check_present(&who->secret_access_key, "the secret access key", method,
	    err)) != SSM_OK)
		return rc;
	return check_text(&who->session_token, "the session token", method, err);
}

static enum ssm_err
fail_member(struct ssm_error *err, const char *method, const char *why, const char *name)
{
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from %s: %s '%s'", method, why, name);
}

static enum ssm_err
take_text(struct bytes *to, const struct json_doc *doc, const char *name, bool required,
    const char *method, struct ssm_error *err)
{
	struct view text;

	if (json_string(doc, name, &text, err) != SSM_OK)
		return fail_member(err, method, "not a string in response:", name);
	if (required && text.ptr == NULL)
		return fail_member(err, method, "Missing required key in response:", name);
	bytes_set(to, text);
	return SSM_OK;
}

static enum ssm_err
check_version(const struct json_doc *doc, const char *method, struct ssm_error *err)
{
	struct json_member *member = json_member(doc, "Version");
	double version;

	if (json_number(member, &version) && version == 1)
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from %s: Unsupported version '%.*s' for credential "
	    "process provider, supported versions: 1", method,
	    VIEW_ARG(member == NULL ? VIEW("<Version key not provided>") :
	    member->raw.len > 40 ? VIEW("<not a number>") : member->raw));
}

static enum ssm_err
take_expiration(struct credentials *who, const struct json_doc *doc, const char *method,
    struct ssm_error *err)
{
	struct view text;

	if (json_string(doc, "Expiration", &text, err) != SSM_OK)
		return fail_member(err, method, "not a string in response:", "Expiration");
	who->expires = text.ptr != NULL;
	if (who->expires && !iso8601_parse(text, &who->expiration))
		return fail_member(err, method, "Invalid timestamp in response:", "Expiration");
	return SSM_OK;
}

enum ssm_err
credentials_from_json(struct credentials *who, struct view document, const char *method,
    struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	credentials_clear(who);
	if ((rc = json_parse(&doc, document, "the credentials document", err)) != SSM_OK) {
		err->rc = rc = SSM_E_CONFIG;
		ssm_error_prefix(err, "Error when retrieving credentials from %s: ", method);
	} else if ((rc = check_version(&doc, method, err)) == SSM_OK &&
	    (rc = take_text(&who->access_key_id, &doc, "AccessKeyId", true, method, err)) == SSM_OK &&
	    (rc = take_text(&who->secret_access_key, &doc, "SecretAccessKey", true, method,
	    err)) == SSM_OK &&
	    (rc = take_text(&who->session_token, &doc, "SessionToken", false, method, err)) == SSM_OK &&
	    (rc = take_text(&who->account_id, &doc, "AccountId", false, method, err)) == SSM_OK &&
	    (rc = take_expiration(who, &doc, method, err)) == SSM_OK)
		rc = credentials_check(who, method, err);
	json_clear(&doc);
	if (rc != SSM_OK)
		credentials_clear(who);
	return rc;
}

void
credentials_clear(struct credentials *who)
{
	bytes_clear(&who->access_key_id);
	bytes_clear(&who->secret_access_key);
	bytes_clear(&who->session_token);
	bytes_clear(&who->account_id);
	who->expires = false;
	who->expiration = 0;
}
