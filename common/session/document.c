#include "session/document.h"

#include "cli/errordocument.h"
#include "session/connection/upgrade_request.h"

#define OVER "the session is over: its document has no %s"

/* The member of that name in whatever letters; twice is an error: which of them is meant nobody can tell. */
static enum ssm_err
find(const struct json_doc *doc, const char *name, const char *what, struct view *text, struct ssm_error *err)
{
	const struct json_member *found = NULL;

	*text = VIEW_NONE;
	for (size_t i = 0; i < doc->count; i++) {
		if (!view_equal_nocase(doc->members[i].name, view_of(name)))
			continue;
		if (found != NULL)
			return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s has two members '%s'", what, name);
		found = &doc->members[i];
	}
	if (found == NULL || json_kind(found) == JSON_NULL)
		return SSM_OK;
	if (json_kind(found) != JSON_STRING)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s: '%s' is %s, not a string", what, name,
		    json_kind_name(json_kind(found)));
	*text = found->text;
	return SSM_OK;
}

/* What an earlier stage has failed with is what this one fails with. */
static enum ssm_err
refuse_error_document(const struct json_doc *doc, struct ssm_error *err)
{
	bool is = false;
	enum ssm_err rc = errordocument_is(doc, &is, err);

	if (rc != SSM_OK || !is)
		return rc;
	return errordocument_read(doc, err) && err->rc != SSM_OK ? err->rc :
	    ssm_fail(err, SSM_E_OTHER, "InvalidDocument", "an error document came in place of a session's");
}

static enum ssm_err
take(struct bytes *to, const struct json_doc *doc, const char *name, const char *what, struct ssm_error *err)
{
	struct view text;
	enum ssm_err rc = find(doc, name, what, &text, err);

	if (rc != SSM_OK)
		return rc;
	bytes_reset(to);
	bytes_add(to, text);
	if (text.len > to->max)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s: '%s' is longer than %zu bytes", what, name,
		    to->max);
	return bytes_failed(to) ? ssm_fail_memory(err) : SSM_OK;
}

static enum ssm_err
take_members(struct sessiondocument *document, const struct json_doc *doc, const char *what, struct ssm_error *err)
{
	enum ssm_err rc = refuse_error_document(doc, err);

	if (rc != SSM_OK || (rc = take(&document->session_id, doc, "SessionId", what, err)) != SSM_OK ||
	    (rc = take(&document->token_value, doc, "TokenValue", what, err)) != SSM_OK ||
	    (rc = take(&document->stream_url, doc, "StreamUrl", what, err)) != SSM_OK)
		return rc;
	if (document->session_id.len == 0)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s has no 'SessionId'", what);
	if (document->token_value.len == 0)
		return ssm_fail(err, SSM_E_NO, "SessionEnded", OVER, "TokenValue");
	if (document->stream_url.len == 0)
		return ssm_fail(err, SSM_E_NO, "SessionEnded", OVER, "StreamUrl");
	return SSM_OK;
}

enum ssm_err
sessiondocument_read(struct sessiondocument *document, struct view text, const char *what,
    const struct streamurl_rules *rules, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc = json_parse(&doc, text, what, err);

	if (rc == SSM_OK)
		rc = take_members(document, &doc, what, err);
	json_clear(&doc);
	if (rc == SSM_OK)
		rc = streamurl_parse(&document->url, bytes_view(&document->stream_url), rules, err);
	document->presigned = rc == SSM_OK && upgrade_request_is_presigned(bytes_view(&document->stream_url));
	return rc;
}

void
sessiondocument_clear(struct sessiondocument *document)
{
	bytes_clear(&document->session_id);
	bytes_clear(&document->token_value);
	bytes_clear(&document->stream_url);
	streamurl_clear(&document->url);
}
