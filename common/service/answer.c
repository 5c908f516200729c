#include "service/answer.h"

#include <stdio.h>

#include "aws/partition.h"
#include "aws/streamurl.h"
#include "json/text.h"
#include "service/answerfault.h"
#include "service/responsemeta.h"

#define BESIDE 64			/* bytes that a document mostly has beside the answer and its id */

static enum ssm_err
malformed(struct ssm_error *err, const char *name, const char *what)
{
	return ssm_fail(err, SSM_E_OTHER, "ResponseParserError",
	    "the service's answer cannot be right: member '%s' is %s", name, what);
}

/* Without a token or a URL there is nothing to resume: that is how the service says so, too. */
static enum ssm_err
check_present(const struct json_doc *doc, const char *name, struct ssm_error *err)
{
	struct json_member *member = json_member(doc, name);
	enum json_kind kind = json_kind(member);

	if (kind == JSON_ABSENT || kind == JSON_NULL ||
	    (kind == JSON_STRING && view_is(member->text, "")))
		return ssm_fail(err, SSM_E_NO, "SessionEnded",
		    "the session is over: the answer has no '%s'", name);
	if (kind != JSON_STRING)
		return malformed(err, name, json_kind_name(kind));
	return SSM_OK;
}

static enum ssm_err
check_kind(const struct json_member *member, const char *name, enum json_kind kind,
    struct ssm_error *err)
{
	if (json_kind(member) == kind)
		return SSM_OK;
	return malformed(err, name, member == NULL ? "missing" : json_kind_name(json_kind(member)));
}

static enum ssm_err
check_text(const struct json_doc *doc, const char *name, struct ssm_error *err)
{
	struct json_member *member = json_member(doc, name);
	enum ssm_err rc = check_kind(member, name, JSON_STRING, err);

	return rc == SSM_OK && member->text.len == 0 ? malformed(err, name, "empty") : rc;
}

static enum ssm_err
check_echo(const struct json_doc *doc, const struct json_doc *parameters, const char *name,
    struct ssm_error *err)
{
	struct json_member *member = json_member(doc, name), *sent = json_member(parameters, name);
	enum ssm_err rc = check_kind(member, name, JSON_STRING, err);

	if (rc == SSM_OK && !view_equal(member->text, sent->text))
		return malformed(err, name, "not the one that was asked for");
	return rc;
}

/* The model writes these words with capitals, the service without. */
static enum ssm_err
check_connected(const struct json_doc *doc, const char *name, struct ssm_error *err)
{
	struct json_member *member = json_member(doc, name);
	enum ssm_err rc = check_kind(member, name, JSON_STRING, err);

	if (rc != SSM_OK || view_equal_nocase(member->text, VIEW("connected")))
		return rc;
	if (view_equal_nocase(member->text, VIEW("notconnected")))
		return ssm_fail(err, SSM_E_NO, "NotConnected", "the target is not connected");
	return malformed(err, name, "neither connected nor notconnected");
}

static enum ssm_err
check_result(const struct json_doc *doc, const struct expectation *expected,
    const struct operation_result *row, struct ssm_error *err)
{
	switch (row->check) {
	case OPERATION_ECHO: return check_echo(doc, &expected->parameters, row->name, err);
	case OPERATION_REQUIRED_OR_ENDED: return check_present(doc, row->name, err);
	case OPERATION_TEXT: return check_text(doc, row->name, err);
	case OPERATION_ITEMS: return check_kind(json_member(doc, row->name), row->name, JSON_ARRAY, err);
	case OPERATION_CONNECTED: return check_connected(doc, row->name, err);
	}
	return SSM_OK;
}

static bool
is_host_of_aws(struct view host)
{
	size_t count;
	const struct partition *table = partition_table(&count);

	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	for (size_t i = 0; i < 2 * count; i++) {
		struct view suffix = view_of(i % 2 == 0 ? table[i / 2].dns_suffix :
		    table[i / 2].dual_stack_suffix);

		if (host.len > suffix.len && host.ptr[host.len - suffix.len - 1] == '.' &&
		    view_equal_nocase(view_slice(host, host.len - suffix.len, host.len), suffix))
			return true;
	}
	return false;
}

/* The URL's host is held against the region; an endpoint that is not AWS's may name itself. */
static enum ssm_err
check_stream_url(const struct expectation *expected, struct view session_id, struct view text,
    struct ssm_error *err)
{
	const struct url *endpoint = &expected->request->url;
	struct streamurl url = STREAMURL_INIT;
	struct host_pattern own[] = {
		{ .scheme = VIEW("wss"), .host = endpoint->host, .any_port = true },
		{ .scheme = VIEW("ws"), .host = endpoint->host, .any_port = true },
	};
	struct streamurl_rules rules = { .region = expected->request->region,
	    .session_id = session_id, .allowed = own };
	enum ssm_err rc;

	if (!is_host_of_aws(endpoint->host))
		rules.allowed_count = view_equal_nocase(endpoint->scheme, VIEW("http")) ? 2 : 1;
	rc = streamurl_parse(&url, text, &rules, err);
	streamurl_clear(&url);
	if (rc == SSM_OK)
		return rc;
	ssm_error_prefix(err, "the service's answer cannot be right: ");
	err->retryable = false;
	return err->rc = SSM_E_OTHER;
}

static enum ssm_err
check_members(const struct json_doc *doc, const struct expectation *expected, struct ssm_error *err)
{
	const struct operation *operation = expected->operation;
	struct json_member *url = json_member(doc, "StreamUrl");
	struct view session_id = VIEW_NONE;
	enum ssm_err rc = SSM_OK;

	if (operation == NULL)
		return SSM_OK;
	for (const struct operation_result *row = operation->results; row->name != NULL &&
	    rc == SSM_OK; row++)
		rc = check_result(doc, expected, row, err);
	if (rc == SSM_OK && json_kind(url) == JSON_STRING &&
	    (rc = json_string(doc, "SessionId", &session_id, err)) == SSM_OK)
		rc = check_stream_url(expected, session_id, url->text, err);
	return rc;
}

static void
add_document(struct bytes *out, const struct json_doc *doc, const struct response *answer,
    const struct expectation *expected, const struct answer_extras *extras)
{
	if (bytes_room(out, doc->text.len + extras->id.len + BESIDE) == NULL)
		return;
	jsontext_begin(out);
	for (size_t i = 0; i < doc->count; i++) {
		const struct json_member *member = &doc->members[i];

		if ((extras->id.len > 0 && view_is(member->name, "id")) ||
		    (extras->metadata && view_is(member->name, "ResponseMetadata")))
			continue;
		jsontext_name_view(out, member->raw_name);
		bytes_add(out, member->raw);
	}
	if (extras->id.len > 0)
		jsontext_member_raw(out, "id", extras->id);
	if (extras->metadata) {
		jsontext_name(out, "ResponseMetadata");
		responsemeta_add(out, &answer->head, expected->request, extras->retries, false);
		if (extras->timing)
			responsemeta_add_elapsed(out, extras->elapsed);
	}
	jsontext_end(out);
}

/*
 * Query's JSON: {"NAMEResponse":{"NAMEResult":{...},"ResponseMetadata":{...}}}, from which *doc becomes the
 * innermost one.
 */
static enum ssm_err
unwrap(struct json_doc *doc, const char *operation, struct ssm_error *err)
{
	static const char *const layers[] = { "Response", "Result" };
	char name[64];
	enum ssm_err rc = SSM_OK;

	for (size_t i = 0; i < ARRAY_LEN(layers) && rc == SSM_OK; i++) {
		const struct json_member *member;
		struct view inner;

		snprintf(name, sizeof name, "%s%s", operation, layers[i]);
		member = json_member(doc, name);
		if ((rc = check_kind(member, name, JSON_OBJECT, err)) != SSM_OK)
			break;
		inner = member->raw;
		json_clear(doc);
		rc = json_parse(doc, inner, "the service's answer", err);
	}
	return rc;
}

static enum ssm_err
read_success(const struct response *answer, const struct expectation *expected,
    const struct answer_extras *extras, struct bytes *out, struct ssm_error *err)
{
	static const char what[] = "the service's answer";
	struct json_doc doc = JSON_DOC_INIT;
	struct view body = bytes_view(&answer->body);
	enum ssm_err rc;

	rc = extras->scan == NULL ? json_parse(&doc, body, what, err) :
	    json_parse_scanned(&doc, body, extras->scan, what, err);
	if (rc == SSM_OK && expected->operation != NULL && expected->operation->service->query_version != NULL)
		rc = unwrap(&doc, expected->operation->name, err);
	if (rc == SSM_E_INPUT) {
		snprintf(err->code, sizeof err->code, "ResponseParserError");
		rc = err->rc = SSM_E_OTHER;
	}
	if (rc == SSM_OK)
		rc = check_members(&doc, expected, err);
	if (rc == SSM_OK)
		add_document(out, &doc, answer, expected, extras);
	json_clear(&doc);
	return rc;
}

enum ssm_err
answer_read(const struct response *answer, const struct expectation *expected,
    const struct answer_extras *extras, struct bytes *out, enum retry_class *failure,
    struct ssm_error *err)
{
	enum ssm_err rc;

	*failure = RETRY_NEVER;
	if (answer->failure != RESPONSE_CAME)
		rc = answerfault_transport(answer, expected, failure, err);
	else if (answer->head.status >= 200 && answer->head.status < 300)
		rc = read_success(answer, expected, extras, out, err);
	else
		rc = answerfault_service(answer, expected, extras, failure, err);
	if (rc != SSM_OK)
		responsemeta_attach(err, &answer->head, expected->request, extras->retries, false);
	return rc;
}
