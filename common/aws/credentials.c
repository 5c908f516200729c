#include "aws/credentials.h"

#include <stdio.h>

#include "aws/timestamp.h"

/* The parts that stand in headers have no blank; the secret stands in none. */
static enum ssm_err
check_text(const struct bytes *text, const char *member, bool blanks, const char *method,
    struct ssm_error *err)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->ptr[i] < ' ' || text->ptr[i] >= 0x7F || (text->ptr[i] == ' ' && !blanks))
			return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
			    "Error when retrieving credentials from %s: %s holds a%s control "
			    "character or one outside ASCII at byte %zu", method, member,
			    blanks ? "" : " blank, a", i + 1);
	return bytes_failed(text) ? ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from %s: %s is longer than %d bytes", method, member,
	    CREDENTIALS_TEXT_MAX) : SSM_OK;
}

static enum ssm_err
check_present(const struct bytes *text, const char *member, bool blanks, const char *method,
    struct ssm_error *err)
{
	if (text->len == 0 && !bytes_failed(text))
		return ssm_fail(err, SSM_E_CONFIG, "PartialCredentialsError",
		    "Partial credentials found in %s, missing: %s", method, member);
	return check_text(text, member, blanks, method, err);
}

enum ssm_err
credentials_check(const struct credentials *who, const char *method, struct ssm_error *err)
{
	enum ssm_err rc;

	if ((rc = check_present(&who->access_key_id, "the access key id", false, method, err)) != SSM_OK ||
	    (rc = check_present(&who->secret_access_key, "the secret access key", true, method,
	    err)) != SSM_OK)
		return rc;
	return check_text(&who->session_token, "the session token", false, method, err);
}

bool
credentials_doubt(char doubt[CREDENTIALS_DOUBT_MAX], const struct credentials *who)
{
	struct view secret = bytes_view(&who->secret_access_key);
	size_t blank = view_find(secret, ' '), sign = blank + 1;

	if (blank == secret.len)
		return false;
	while (sign < secret.len && (secret.ptr[sign - 1] != ' ' ||
	    (secret.ptr[sign] != '#' && secret.ptr[sign] != ';')))
		sign++;
	if (sign < secret.len)
		snprintf(doubt, CREDENTIALS_DOUBT_MAX, "the secret access key holds a blank, and what looks "
		    "like a comment at byte %zu ('%c'): it is taken as part of the key, since a comment has a "
		    "line of its own", sign + 1, secret.ptr[sign]);
	else
		snprintf(doubt, CREDENTIALS_DOUBT_MAX, "the secret access key holds a blank at byte %zu, which "
		    "none of AWS's does: is it one word too many?", blank + 1);
	return true;
}

enum ssm_err
credentials_fail_expiration(struct view text, const char *method, struct ssm_error *err)
{
	char shown[TIMESTAMP_SHOWN_MAX];

	timestamp_show(shown, text);
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Error when retrieving credentials "
	    "from %s: Invalid timestamp in response: 'Expiration' is %s, not a time like "
	    "2099-04-22T22:56:00Z", method, shown);
}

bool
credentials_read_account(struct credentials *who, const struct json_member *member)
{
	enum json_kind kind = json_kind(member);
	unsigned long long number;
	bool digits = kind == JSON_NUMBER && view_number(member->raw, &number);

	if (kind == JSON_STRING)
		bytes_set(&who->account_id, member->text);
	else if (digits)
		bytes_set(&who->account_id, member->raw);
	return digits || kind == JSON_STRING || kind == JSON_NULL || kind == JSON_ABSENT;
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

/* Some write it as a number. */
static enum ssm_err
take_account(struct credentials *who, const struct json_doc *doc, const char *method,
    struct ssm_error *err)
{
	if (credentials_read_account(who, json_member(doc, "AccountId")))
		return SSM_OK;
	return fail_member(err, method, "not a string in response:", "AccountId");
}

/* A number, or what is too short for a key: a process may have mixed up its members. */
static struct view
shown_version(const struct json_member *member)
{
	if (member == NULL)
		return VIEW("<Version key not provided>");
	return member->raw.len > (json_kind(member) == JSON_NUMBER ? 40 : 8) ? VIEW("<not a number>") : member->raw;
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
	    VIEW_ARG(shown_version(member)));
}

static enum ssm_err
take_expiration(struct credentials *who, const struct json_doc *doc, const char *method,
    struct ssm_error *err)
{
	struct view text;

	if (json_string(doc, "Expiration", &text, err) != SSM_OK)
		return fail_member(err, method, "not a string in response:", "Expiration");
	who->expires = text.ptr != NULL;
	return !who->expires || timestamp_parse(text, &who->expiration) ? SSM_OK :
	    credentials_fail_expiration(text, method, err);
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
	    (rc = take_text(&who->secret_access_key, &doc, "SecretAccessKey", true, method, err)) == SSM_OK &&
	    (rc = take_text(&who->session_token, &doc, "SessionToken", false, method, err)) == SSM_OK &&
	    (rc = take_account(who, &doc, method, err)) == SSM_OK &&
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
