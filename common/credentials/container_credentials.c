#include "credentials/container_credentials.h"

#include "aws/timestamp.h"
#include "json/json.h"
#include "service/cleantext.h"

#define REASON_MAX 300			/* of each part */

bool
container_credentials_is_object(struct view document)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error unused = SSM_ERROR_INIT;
	bool good = json_parse(&doc, document, "the document", &unused) == SSM_OK;

	json_clear(&doc);
	ssm_error_clear(&unused);
	return good;
}

static void
take_text(struct bytes *to, const struct json_doc *doc, const char *name, const char **missing)
{
	struct view text = json_text(doc, name);

	if (text.len == 0 && *missing == NULL)
		*missing = name;
	bytes_set(to, text);
}

/* An empty one is none, as of an agent that gives out keys for good. */
static void
take_token(struct credentials *who, const struct json_doc *doc, const char **missing)
{
	struct view text = json_text(doc, "Token");

	if (text.ptr == NULL && *missing == NULL)
		*missing = "Token";
	bytes_set(&who->session_token, text);
}

static enum ssm_err
take_members(struct credentials *who, const struct json_doc *doc, const char *method,
    const char **missing, struct ssm_error *err)
{
	struct view expiration = json_text(doc, "Expiration");

	take_text(&who->access_key_id, doc, "AccessKeyId", missing);
	take_text(&who->secret_access_key, doc, "SecretAccessKey", missing);
	take_token(who, doc, missing);
	(void)credentials_read_account(who, json_member(doc, "AccountId"));	/* of no kind: none */
	if (expiration.ptr == NULL && *missing == NULL)
		*missing = "Expiration";
	if (*missing != NULL)
		return SSM_OK;
	who->expires = true;
	return timestamp_parse(expiration, &who->expiration) ? credentials_check(who, method, err) :
	    credentials_fail_expiration(expiration, method, err);
}

enum ssm_err
container_credentials_read(struct credentials *who, struct view document, const char *method,
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

void
container_credentials_reason(struct bytes *out, struct view document, const struct redact *redact)
{
	static const char *const names[] = { "Code", "code", "Message", "message" };
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	if (json_parse(&doc, document, "the answer", &unused) == SSM_OK)
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct view text = json_text(&doc, names[i]);

			if (view_is(text, "Success"))
				break;
			bytes_add_text(out, text.len > 0 ? ": " : "");
			cleantext_add_guarded(out, text, redact, REASON_MAX);
		}
	json_clear(&doc);
	ssm_error_clear(&unused);
}
