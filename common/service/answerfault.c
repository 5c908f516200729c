#include "service/answerfault.h"

#include <stdio.h>

#include "core/httpreason.h"
#include "core/utf8.h"
#include "http/proxy.h"
#include "service/faultclass.h"
#include "service/redact.h"
#include "service/responsemeta.h"
#include "service/signatureage.h"

#define TEXT_MAX (SSM_MESSAGE_MAX - 128)	/* leaves room for what is put around it */

/* What the error of an answer is made of. */
struct found {
	struct view code;		/* VIEW_NONE when the service names none */
	struct view message;		/* VIEW_NONE when it says nothing that can be shown */
};

/* NAMESPACE#CODE:URI. A code is one word of printable ASCII. */
static struct view
short_code(struct view text)
{
	size_t hash;

	text = view_slice(text, 0, view_find(text, ':'));
	while ((hash = view_find(text, '#')) < text.len)
		text = view_slice(text, hash + 1, text.len);
	text = view_trim(text);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7F)
			return VIEW_NONE;
	return text.len > 0 && text.len < sizeof ((struct ssm_error *)0)->code ? text : VIEW_NONE;
}

static void
find_code(struct found *found, const struct httphead *head, const struct json_doc *doc)
{
	struct view query = httphead_find(head, "x-amzn-query-error");
	const struct view spellings[] = {
		view_slice(query, 0, view_find(query, ';')),
		json_text(doc, "__type"),
		httphead_find(head, "x-amzn-errortype"),
		json_text(doc, "code"),
		json_text(doc, "Code"),
	};

	for (size_t i = 0; i < ARRAY_LEN(spellings) && found->code.len == 0; i++)
		found->code = short_code(spellings[i]);
}

/* The Query protocol has it inside: {"Error":{"Code":...,"Message":...},"RequestId":...}. */
static enum ssm_err
parse_error(struct json_doc *doc, struct view body, struct ssm_error *err)
{
	enum ssm_err rc = json_parse(doc, body, "the error", err);
	const struct json_member *inner = json_member(doc, "Error");

	if (rc == SSM_OK && json_kind(inner) == JSON_OBJECT) {
		struct view text = inner->raw;

		json_clear(doc);
		rc = json_parse(doc, text, "the error", err);
	}
	return rc;
}

void
answerfault_code(char code[ANSWERFAULT_CODE_MAX], const struct httphead *head, struct view body)
{
	struct found found = { .code = VIEW_NONE, .message = VIEW_NONE };
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	parse_error(&doc, body, &unused);	/* empty when it is something else */
	find_code(&found, head, &doc);
	snprintf(code, ANSWERFAULT_CODE_MAX, "%.*s", VIEW_ARG(found.code));
	json_clear(&doc);
	ssm_error_clear(&unused);
}

/*
 * Plain text is the message itself. HTML says nothing that the status does not, broken JSON may be
 * anything, a token too, and what has a NUL is no text.
 */
static struct view
plain_text(struct view body)
{
	body = view_trim(body);
	if (body.len == 0 || memchr("<{[\"", body.ptr[0], 4) != NULL || utf8_check(body) < body.len ||
	    view_find(body, '\0') < body.len)
		return VIEW_NONE;
	return body;
}

static void
find_message(struct found *found, const struct json_doc *doc)
{
	found->message = json_text(doc, "message");
	if (found->message.len == 0)
		found->message = json_text(doc, "Message");
}

static void
add_message(struct bytes *out, const struct response *answer, const struct redact *redact,
    const struct found *found)
{
	int status = answer->head.status;
	char text[48];

	if (found->message.len > 0) {
		redact_add(out, found->message, redact, TEXT_MAX);
		return;
	}
	snprintf(text, sizeof text, "HTTP status %d", status);
	bytes_add_text(out, *httpreason(status) != '\0' ? httpreason(status) : text);
	if (status >= 300 && status < 400)
		bytes_add(out, VIEW("; a redirect is not followed"));
}

/* The class of exit code: no such session, or what goes for every service. */
static enum ssm_err
classify(int status, const char *code)
{
	if (strcmp(code, "DoesNotExistException") == 0 && status < 500)
		return SSM_E_NO;
	return faultclass_of(status, view_of(code));
}

static enum ssm_err
refuse(const struct response *answer, const struct expectation *expected, const struct found *found,
    enum retry_class *failure, struct ssm_error *err)
{
	struct bytes message = BYTES_INIT(4 * SSM_MESSAGE_MAX);
	int status = answer->head.status;
	char code[sizeof err->code];
	struct redact redact = REDACT_INIT;
	const char *text;
	enum ssm_err rc;

	redact_request(&redact, expected->request);
	if (found->code.len > 0 && !redact_finds(&redact, found->code))
		snprintf(code, sizeof code, "%.*s", VIEW_ARG(found->code));
	else
		snprintf(code, sizeof code, "%d", status);
	*failure = retry_class_of_error(expected->mode, status, view_of(code));
	rc = classify(status, code);
	add_message(&message, answer, &redact, found);
	text = bytes_cstr(&message);
	rc = text == NULL ? ssm_fail_memory(err) : ssm_fail(err, rc, code, "%s", text);
	err->service = text != NULL;
	bytes_clear(&message);
	return rc;
}

enum ssm_err
answerfault_service(const struct response *answer, const struct expectation *expected,
    const struct answer_extras *extras, enum retry_class *failure, struct ssm_error *err)
{
	struct found found = { .code = VIEW_NONE, .message = VIEW_NONE };
	struct json_doc doc = JSON_DOC_INIT;
	struct view body = bytes_view(&answer->body);
	enum ssm_err rc;

	if (parse_error(&doc, body, err) == SSM_OK)
		find_message(&found, &doc);
	else
		found.message = plain_text(body);
	find_code(&found, &answer->head, &doc);
	rc = refuse(answer, expected, &found, failure, err);
	signatureage_explain(expected->request, &answer->head, extras->now, err);
	json_clear(&doc);
	return rc;
}

/* How each failure is told: before and behind the request's URL. */
static const struct {
	const char *code, *before, *behind;
	enum ssm_err rc;
	enum retry_class failure;
} transports[] = {
	[RESPONSE_NO_NAME] = { "EndpointConnectionError", "Could not connect to the endpoint URL: \"",
	    "\": the host's name cannot be resolved", SSM_E_AGAIN, RETRY_TRANSIENT },
	[RESPONSE_NO_CONNECTION] = { "EndpointConnectionError",
	    "Could not connect to the endpoint URL: \"", "\"", SSM_E_AGAIN, RETRY_TRANSIENT },
	[RESPONSE_NO_PROXY] = { "ProxyConnectionError", "Failed to connect to proxy URL: \"", "\": ",
	    SSM_E_AGAIN, RETRY_TRANSIENT },
	[RESPONSE_PROXY_TIMEOUT] = { "ProxyConnectionError", "Failed to connect to proxy URL: \"", "\": ",
	    SSM_E_AGAIN, RETRY_TIMEOUT },
	[RESPONSE_PROXY_LOGIN] = { "ProxyConnectionError", "Failed to connect to proxy URL: \"", "\": ",
	    SSM_E_CONFIG, RETRY_NEVER },
	[RESPONSE_PROXY_UNTRUSTED] = { "ProxyConnectionError", "Failed to connect to proxy URL: \"",
	    "\": ", SSM_E_OTHER, RETRY_NEVER },
	[RESPONSE_CONNECT_TIMEOUT] = { "ConnectTimeoutError", "Connect timeout on endpoint URL: \"", "\"",
	    SSM_E_AGAIN, RETRY_TIMEOUT },
	[RESPONSE_READ_TIMEOUT] = { "ReadTimeoutError", "Read timeout on endpoint URL: \"", "\"",
	    SSM_E_AGAIN, RETRY_TIMEOUT },
	[RESPONSE_TOO_SLOW] = { "AttemptTimeoutError", "Read timeout on endpoint URL: \"", "\"", SSM_E_AGAIN,
	    RETRY_TIMEOUT },
	[RESPONSE_OUT_OF_TIME] = { "MaxTimeExceeded", "no answer in the time of --max-time from \"", "\"",
	    SSM_E_AGAIN, RETRY_NEVER },
	[RESPONSE_CUT] = { "ConnectionClosedError",
	    "Connection was closed before we received a valid response from endpoint URL: \"", "\".",
	    SSM_E_AGAIN, RETRY_TRANSIENT },
	[RESPONSE_TLS_BROKEN] = { "SSLError", "SSL validation failed for ", " ", SSM_E_AGAIN,
	    RETRY_TRANSIENT },
	[RESPONSE_TLS_REFUSED] = { "SSLError", "SSL validation failed for ", " ", SSM_E_OTHER,
	    RETRY_NEVER },
	[RESPONSE_NO_CA_BUNDLE] = { "SSLError", "SSL validation failed for ",
	    " cannot load the CA bundle", SSM_E_CONFIG, RETRY_NEVER },
	[RESPONSE_TOO_LONG] = { "ResponseTooLong", "an answer of more than 8 MiB from \"", "\"",
	    SSM_E_OTHER, RETRY_NEVER },
	[RESPONSE_NOT_SENT] = { "HTTPClientError",
	    "An HTTP Client raised an unhandled exception: ", "", SSM_E_OTHER, RETRY_TRANSIENT },
};

/* Without its query, which may hold anything, and with the path that is sent for none. */
static void
add_url(struct bytes *out, const struct url *url)
{
	const char *end = url->query.ptr != NULL ? url->query.ptr - 1 : url->text.ptr + url->text.len;

	bytes_add(out, (struct view){ url->text.ptr, (size_t)(end - url->text.ptr) });
	if (url->path.len == 0)
		bytes_add_char(out, '/');
}

static void
add_subject(struct bytes *out, const struct response *answer, const struct expectation *expected)
{
	switch (answer->failure) {
	case RESPONSE_NO_PROXY: case RESPONSE_PROXY_TIMEOUT: case RESPONSE_PROXY_LOGIN:
	case RESPONSE_PROXY_UNTRUSTED:
		proxy_add_shown(out, expected->proxy);
		break;
	case RESPONSE_NOT_SENT:
		break;
	default:
		add_url(out, &expected->request->url);
	}
}

static void
add_in_parentheses(struct bytes *out, const char *text)
{
	bytes_add(out, VIEW(" ("));
	bytes_add_text(out, text);
	bytes_add_char(out, ')');
}

static void
add_reason(struct bytes *out, const struct response *answer, const struct expectation *expected)
{
	struct view bundle = view_of(expected->ca_bundle);

	switch (answer->failure) {
	case RESPONSE_TLS_BROKEN: case RESPONSE_TLS_REFUSED: case RESPONSE_NOT_SENT:
	case RESPONSE_NO_PROXY: case RESPONSE_PROXY_TIMEOUT: case RESPONSE_PROXY_LOGIN:
	case RESPONSE_PROXY_UNTRUSTED:
		bytes_add_text(out, answer->reason);
		break;
	case RESPONSE_TOO_SLOW:
		add_in_parentheses(out, answer->reason);
		break;
	case RESPONSE_CUT:
		if (answer->malformed_reason != NULL)
			add_in_parentheses(out, answer->malformed_reason);
		break;
	case RESPONSE_NO_CA_BUNDLE:
		if (bundle.len == 0 || utf8_check(bundle) < bundle.len)
			break;
		bytes_add(out, VIEW(" '"));
		bytes_add(out, bundle);
		bytes_add_char(out, '\'');
		break;
	default:
		break;
	}
}

enum ssm_err
answerfault_transport(const struct response *answer, const struct expectation *expected,
    enum retry_class *failure, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(4 * URL_LEN_MAX);
	const char *message;
	enum ssm_err rc;

	*failure = RETRY_NEVER;
	if (answer->failure == RESPONSE_NO_MEMORY)
		return ssm_fail_memory(err);
	bytes_add_text(&text, transports[answer->failure].before);
	add_subject(&text, answer, expected);
	bytes_add_text(&text, transports[answer->failure].behind);
	add_reason(&text, answer, expected);
	if ((message = bytes_cstr(&text)) == NULL)
		rc = ssm_fail_memory(err);
	else
		rc = ssm_fail(err, transports[answer->failure].rc, transports[answer->failure].code,
		    "%s", message);
	*failure = transports[answer->failure].failure;
	if (answer->failure == RESPONSE_NOT_SENT && expected->mode == RETRY_LEGACY)
		*failure = RETRY_NEVER;
	bytes_clear(&text);
	return rc;
}

void
answerfault_used_up(const struct response *answer, const struct expectation *expected,
    unsigned retries, struct ssm_error *err)
{
	if (err->service)
		ssm_error_add(err, " (reached max retries: %u)", retries);
	responsemeta_attach(err, &answer->head, expected->request, retries, err->service);
}
