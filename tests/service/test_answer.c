/* answer: what becomes of an answer; the wire itself is ssm_call.py's. */
#include <stdio.h>

#include "service/answer.h"
#include "service/answerfault.h"
#include "service/wire_headers.h"
#include "service/responsemeta.h"
#include "tap.h"

static const char stream_url[] =
    "wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/s-1?role=publish_subscribe";

/* A request document for host, held for one case. */
struct sent {
	struct bytes text;
	struct json_doc doc;
	struct request request;
	struct expectation expected;
};

static void
sent_start(struct sent *sent, const char *url, const char *operation, const char *body)
{
	struct ssm_error err = SSM_ERROR_INIT;
	char text[1024];

	*sent = (struct sent){ .text = BYTES_INIT(4096), .doc = JSON_DOC_INIT, .request = REQUEST_INIT,
	    .expected = EXPECTATION_INIT };
	snprintf(text, sizeof text, "{\"method\":\"POST\",\"url\":\"%s\",\"headers\":{\"authorization\":"
	    "\"AWS4-HMAC-SHA256 Credential=a, Signature=0123456789abcdef\",\"x-amz-security-token\":"
	    "\"session-token\"},\"body\":%s,\"region\":\"us-east-1\",\"operation\":\"%s\"}", url, body,
	    operation);
	bytes_set(&sent->text, view_of(text));
	ok(json_parse(&sent->doc, bytes_view(&sent->text), "request", &err) == SSM_OK &&
	    request_from_json(&sent->request, &sent->doc, &err) == SSM_OK &&
	    expectation_start(&sent->expected, &sent->request, &err) == SSM_OK, "the request is good");
	ssm_error_clear(&err);
}

static void
sent_clear(struct sent *sent)
{
	expectation_clear(&sent->expected);
	request_clear(&sent->request);
	json_clear(&sent->doc);
	bytes_clear(&sent->text);
}

static enum ssm_err
read_answer(struct sent *sent, int status, const char *body, struct bytes *out,
    enum retry_class *failure, struct ssm_error *err)
{
	struct response answer = RESPONSE_INIT;
	struct answer_extras extras = { .retries = 1 };
	char line[64];
	enum ssm_err rc;

	snprintf(line, sizeof line, "HTTP/1.1 %d X\r\n", status);
	httphead_line(&answer.head, view_of(line));
	snprintf(line, sizeof line, "Content-Length: %zu\r\n", strlen(body));
	httphead_line(&answer.head, view_of(line));
	httphead_line(&answer.head, VIEW("x-amz-request-id: r-1\r\n"));
	httphead_line(&answer.head, VIEW("\r\n"));
	response_add(&answer, view_of(body));
	ok(response_is_whole(&answer), "the answer is whole");
	rc = answer_read(&answer, &sent->expected, &extras, out, failure, err);
	response_clear(&answer);
	return rc;
}

static void
test_classes(void)
{
	static const struct {
		int status;
		const char *body;
		enum ssm_err rc;
		enum retry_class failure;
		const char *code, *message;
	} cases[] = {
		{ 200, "{}", SSM_E_NO, RETRY_NEVER, "SessionEnded",
		    "the session is over: the answer has no 'TokenValue'" },
		{ 200, "{\"SessionId\":\"s\",\"TokenValue\":5,\"StreamUrl\":\"u\"}", SSM_E_OTHER, RETRY_NEVER,
		    "ResponseParserError", "the service's answer cannot be right: member 'TokenValue' is a number" },
		{ 200, "", SSM_E_OTHER, RETRY_NEVER, "ResponseParserError", "the service's answer is empty" },
		{ 400, "{\"__type\":\"a#DoesNotExistException:b#c\",\"message\":\"m\"}", SSM_E_NO, RETRY_NEVER,
		    "DoesNotExistException", "m" },
		{ 400, "{\"__type\":\"SlowDown\",\"Message\":\"m\"}", SSM_E_AGAIN, RETRY_THROTTLED, "SlowDown",
		    "m" },
		{ 400, "{\"__type\":\"#\",\"message\":5}", SSM_E_SERVICE, RETRY_NEVER, "400", "Bad Request" },
		{ 403, "{\"__type\":\"A\",\"message\":\"x session-token 0123456789abcdef.\"}", SSM_E_SERVICE,
		    RETRY_NEVER, "A", "x *** ***." },
		{ 403, "{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"m\"},\"RequestId\":\"x\"}", SSM_E_SERVICE,
		    RETRY_NEVER, "AccessDenied", "m" },
		{ 503, "<html>", SSM_E_AGAIN, RETRY_TRANSIENT, "503", "Service Unavailable" },
		{ 599, "", SSM_E_AGAIN, RETRY_NEVER, "599", "HTTP status 599" },
		{ 418, "teapot", SSM_E_SERVICE, RETRY_NEVER, "418", "teapot" },
		{ 302, "", SSM_E_SERVICE, RETRY_NEVER, "302", "Found; a redirect is not followed" },
	};
	struct bytes out = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;
	struct sent sent;

	sent_start(&sent, "https://ssm.us-east-1.amazonaws.com/", "ResumeSession",
	    "\"{\\\"SessionId\\\":\\\"s-1\\\"}\"");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum retry_class failure = RETRY_TIMEOUT;

		is_number(read_answer(&sent, cases[i].status, cases[i].body, &out, &failure, &err),
		    cases[i].rc, "a %d %s", cases[i].status, cases[i].body);
		is_number(failure, cases[i].failure, "is retried or not");
		is_text(err.code, cases[i].code, "has its code");
		is_text(err.message, cases[i].message, "and its message");
		is_text(err.request_id, "r-1", "and its request id");
		is_number(out.len, 0, "and makes no document");
	}
	ssm_error_clear(&err);
	bytes_clear(&out);
	sent_clear(&sent);
}

static void
stream_case(const char *endpoint, const char *stream, enum ssm_err expected)
{
	struct bytes out = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;
	enum retry_class failure;
	struct sent sent;
	char body[512];

	sent_start(&sent, endpoint, "ResumeSession", "\"{\\\"SessionId\\\":\\\"s-1\\\"}\"");
	snprintf(body, sizeof body,
	    "{\"StreamUrl\":\"%s\",\"TokenValue\":\"t\",\"SessionId\":\"s-1\"}", stream);
	is_number(read_answer(&sent, 200, body, &out, &failure, &err), expected, "%s may name %s", endpoint,
	    stream);
	is_text(out.len > 0 ? bytes_cstr(&out) : "", expected == SSM_OK ? body : "", "and its document");
	ssm_error_clear(&err);
	bytes_clear(&out);
	sent_clear(&sent);
}

static void
test_streams(void)
{
	static const char aws[] = "https://ssm.us-east-1.amazonaws.com/", own[] = "https://ep.example:444/",
	    plain[] = "http://127.0.0.1:4566";

	stream_case(aws, stream_url, SSM_OK);
	stream_case(own, stream_url, SSM_OK);
	stream_case(plain, stream_url, SSM_OK);
	stream_case(aws, "wss://ssm.us-east-1.amazonaws.com/v1/data-channel/s-1", SSM_E_OTHER);
	stream_case("https://ssm.us-east-1.AMAZONAWS.com./",
	    "wss://ssm.us-east-1.amazonaws.com/v1/data-channel/s-1", SSM_E_OTHER);
	stream_case("https://ssm.us-east-1.api.aws/", "wss://ssm.us-east-1.api.aws/v1/data-channel/s-1",
	    SSM_E_OTHER);
	stream_case(own, "wss://ep.example/v1/data-channel/s-1", SSM_OK);
	stream_case(own, "wss://EP.example:8443/v1/data-channel/s-1", SSM_OK);
	stream_case(own, "ws://ep.example:444/v1/data-channel/s-1", SSM_E_OTHER);
	stream_case(own, "wss://a.ep.example/v1/data-channel/s-1", SSM_E_OTHER);
	stream_case(plain, "ws://127.0.0.1:9999/v1/data-channel/s-1", SSM_OK);
	stream_case(plain, "ws://127.0.0.2:4566/v1/data-channel/s-1", SSM_E_OTHER);
	stream_case("https://evilamazonaws.com/", "wss://evilamazonaws.com/v1/data-channel/s-1", SSM_OK);
}

static void
test_transport(void)
{
	static const struct {
		enum response_failure failure;
		enum ssm_err rc;
		enum retry_class class;
		const char *message;
	} cases[] = {
		{ RESPONSE_NO_NAME, SSM_E_AGAIN, RETRY_TRANSIENT, "Could not connect to the endpoint URL: "
		    "\"https://h:1/\": the host's name cannot be resolved" },
		{ RESPONSE_NO_CONNECTION, SSM_E_AGAIN, RETRY_TRANSIENT,
		    "Could not connect to the endpoint URL: \"https://h:1/\"" },
		{ RESPONSE_NO_PROXY, SSM_E_AGAIN, RETRY_TRANSIENT,
		    "Failed to connect to proxy URL: \"http://***:***@p:1\": why" },
		{ RESPONSE_PROXY_TIMEOUT, SSM_E_AGAIN, RETRY_TIMEOUT,
		    "Failed to connect to proxy URL: \"http://***:***@p:1\": why" },
		{ RESPONSE_PROXY_LOGIN, SSM_E_CONFIG, RETRY_NEVER,
		    "Failed to connect to proxy URL: \"http://***:***@p:1\": why" },
		{ RESPONSE_PROXY_UNTRUSTED, SSM_E_OTHER, RETRY_NEVER,
		    "Failed to connect to proxy URL: \"http://***:***@p:1\": why" },
		{ RESPONSE_CONNECT_TIMEOUT, SSM_E_AGAIN, RETRY_TIMEOUT,
		    "Connect timeout on endpoint URL: \"https://h:1/\"" },
		{ RESPONSE_READ_TIMEOUT, SSM_E_AGAIN, RETRY_TIMEOUT,
		    "Read timeout on endpoint URL: \"https://h:1/\"" },
		{ RESPONSE_OUT_OF_TIME, SSM_E_AGAIN, RETRY_NEVER,
		    "no answer in the time of --max-time from \"https://h:1/\"" },
		{ RESPONSE_CUT, SSM_E_AGAIN, RETRY_TRANSIENT, "Connection was closed before we received a valid "
		    "response from endpoint URL: \"https://h:1/\"." },
		{ RESPONSE_TLS_BROKEN, SSM_E_AGAIN, RETRY_TRANSIENT,
		    "SSL validation failed for https://h:1/ why" },
		{ RESPONSE_TLS_REFUSED, SSM_E_OTHER, RETRY_NEVER, "SSL validation failed for https://h:1/ why" },
		{ RESPONSE_NO_CA_BUNDLE, SSM_E_CONFIG, RETRY_NEVER,
		    "SSL validation failed for https://h:1/ cannot load the CA bundle '/ca.pem'" },
		{ RESPONSE_TOO_LONG, SSM_E_OTHER, RETRY_NEVER, "an answer of more than 8 MiB from \"https://h:1/\"" },
		{ RESPONSE_NO_MEMORY, SSM_E_OTHER, RETRY_NEVER, "out of memory" },
		{ RESPONSE_NOT_SENT, SSM_E_OTHER, RETRY_TRANSIENT,
		    "An HTTP Client raised an unhandled exception: why" },
	};
	struct response answer = RESPONSE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	enum retry_class class;
	struct sent sent;

	sent_start(&sent, "https://h:1?secret=1", "Other", "null");
	sent.expected.proxy = VIEW("http://u:p@p:1");
	sent.expected.ca_bundle = "/ca.pem";
	snprintf(answer.reason, sizeof answer.reason, "why");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		answer.failure = cases[i].failure;
		is_number(answerfault_transport(&answer, &sent.expected, &class, &err), cases[i].rc,
		    "%s", cases[i].message);
		is_text(err.message, cases[i].message, "is told so");
		is_number(class, cases[i].class, "and retried or not");
	}
	sent.expected.mode = RETRY_LEGACY;
	answerfault_transport(&answer, &sent.expected, &class, &err);
	is_number(class, RETRY_NEVER, "in legacy mode what is none of the others is not retried");
	ssm_error_clear(&err);
	response_clear(&answer);
	sent_clear(&sent);
}

static void
test_wire_headers(void)
{
	static const unsigned char zeros[WIRE_HEADERS_ID_BYTES] = { 0 }, ones[WIRE_HEADERS_ID_BYTES] = {
	    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	const struct wire_headers_attempt first = { .number = 1, .max = 3, .read_timeout = 60000 };
	struct wire_headers_attempt second = { .number = 2, .max = 3, .read_timeout = 60000,
	    .now = 1440938160000 + 3600000 };
	struct httphead head = HTTPHEAD_INIT;
	struct wire_headers out = WIRE_HEADERS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct sent sent;

	wire_headers_name(&out, zeros);
	is_text(out.invocation_id, "00000000-0000-4000-8000-000000000000", "a UUID of zeros");
	wire_headers_name(&out, ones);
	is_text(out.invocation_id, "ffffffff-ffff-4fff-bfff-ffffffffffff", "a UUID of ones");
	sent_start(&sent, "https://h/", "Other", "\"x\"");
	out.user_agent = "agent";
	ok(wire_headers_set(&out, &sent.request, &first), "the first attempt's fields");
	is_text(out.attempt, "attempt=1", "say that it is the first");
	is_number(out.count, 6, "the document's two and our four");
	ok(wire_headers_set(&out, &sent.request, &second) && out.count == 6, "the second's");
	is_text(out.attempt, "attempt=2; max=3", "say of how many");
	httphead_line(&head, VIEW("HTTP/1.1 503 X\r\n"));
	httphead_line(&head, VIEW("Date: Sun, 30 Aug 2015 12:36:00 GMT\r\n"));
	httphead_line(&head, VIEW("\r\n"));
	wire_headers_answered(&out, &head, 1440938160000 + 3599500);	/* an hour ahead of the service */
	ok(wire_headers_set(&out, &sent.request, &second), "the second's, behind an answer with a Date");
	is_text(out.attempt, "ttl=20150830T123700Z; attempt=2; max=3", "say until when, by the service's clock");
	second.read_timeout = 0;
	ok(wire_headers_set(&out, &sent.request, &second), "and without a read timeout");
	is_text(out.attempt, "attempt=2; max=3", "they do not");
	second.read_timeout = 60000;
	httphead_reset(&head);
	wire_headers_answered(&out, &head, 1440938160000);
	ok(wire_headers_set(&out, &sent.request, &second), "nor when the last had no answer");
	is_text(out.attempt, "attempt=2; max=3", "they do");
	httphead_clear(&head);
	wire_headers_clear(&out);
	ssm_error_clear(&err);
	sent_clear(&sent);
}

/* What an answer to each operation must have. */
static void
test_operations(void)
{
	static const struct {
		const char *operation, *sent, *body;
		enum ssm_err rc;
		const char *code;
	} cases[] = {
		{ "GetConnectionStatus", "t", "{\"Target\":\"t\",\"Status\":\"connected\"}", SSM_OK, "" },
		{ "GetConnectionStatus", "t", "{\"Status\":\"Connected\"}", SSM_OK, "" },
		{ "GetConnectionStatus", "t", "{\"Target\":\"t\",\"Status\":\"notconnected\"}", SSM_E_NO,
		    "NotConnected" },
		{ "GetConnectionStatus", "t", "{\"Status\":\"NotConnected\"}", SSM_E_NO, "NotConnected" },
		{ "GetConnectionStatus", "t", "{\"Status\":\"maybe\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "GetConnectionStatus", "t", "{\"Status\":true}", SSM_E_OTHER, "ResponseParserError" },
		{ "GetConnectionStatus", "t", "{}", SSM_E_OTHER, "ResponseParserError" },
		{ "StartSession", "t", "{\"SessionId\":\"s-1\",\"TokenValue\":\"t\"}", SSM_E_NO, "SessionEnded" },
		{ "StartSession", "t", "{\"SessionId\":\"\",\"TokenValue\":\"t\",\"StreamUrl\":\"u\"}",
		    SSM_E_OTHER, "ResponseParserError" },
		{ "StartSession", "t", "{\"SessionId\":\"s-2\",\"TokenValue\":\"t\",\"StreamUrl\":"
		    "\"wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/s-1\"}", SSM_E_OTHER,
		    "InvalidStreamUrl" },
		{ "TerminateSession", "s", "{\"SessionId\":\"s\"}", SSM_OK, "" },
		{ "TerminateSession", "s", "{\"SessionId\":\"t\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "DescribeSessions", "s", "{\"Sessions\":[]}", SSM_OK, "" },
		{ "DescribeSessions", "s", "{\"Sessions\":{}}", SSM_E_OTHER, "ResponseParserError" },
		{ "DescribeSessions", "s", "{\"NextToken\":\"t\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "GetCallerIdentity", "s", "{\"Arn\":\"a\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "GetCallerIdentity", "s", "{\"GetCallerIdentityResponse\":5}", SSM_E_OTHER, "ResponseParserError" },
		{ "GetCallerIdentity", "s", "{\"GetCallerIdentityResponse\":{\"GetCallerIdentityResult\":{}}}",
		    SSM_E_OTHER, "ResponseParserError" },
		{ "GenerateDataKey", "s", "{\"CiphertextBlob\":\"Q0s=\",\"KeyId\":\"k\",\"Plaintext\":\"UA==\",\"New\":1}", SSM_OK,
		    "" },
		{ "GenerateDataKey", "s", "{\"CiphertextBlob\":\"Q0s=\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "GenerateDataKey", "s", "{\"CiphertextBlob\":\"\",\"Plaintext\":\"UA==\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "GenerateDataKey", "s", "{\"Plaintext\":\"UA==\"}", SSM_E_OTHER, "ResponseParserError" },
		{ "GenerateDataKey", "s", "{\"CiphertextBlob\":\"Q0s=\",\"Plaintext\":{}}", SSM_E_OTHER, "ResponseParserError" },
		{ "GetCallerIdentity", "s", "<GetCallerIdentityResponse/>", SSM_E_OTHER, "ResponseParserError" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes out = BYTES_INIT(4096);
		struct ssm_error err = SSM_ERROR_INIT;
		enum retry_class failure;
		struct sent sent;
		char body[128];

		snprintf(body, sizeof body, "\"{\\\"%s\\\":\\\"%s\\\"}\"", cases[i].operation[0] == 'T' ?
		    "SessionId" : "Target", cases[i].sent);
		sent_start(&sent, "https://ssm.us-east-1.amazonaws.com/", cases[i].operation, body);
		is_number(read_answer(&sent, 200, cases[i].body, &out, &failure, &err), cases[i].rc, "%s: %s",
		    cases[i].operation, cases[i].body);
		is_text(err.code, cases[i].code, "and its code");
		is_text(out.len > 0 ? bytes_cstr(&out) : "", cases[i].rc == SSM_OK ? cases[i].body : "",
		    "and its document");
		ssm_error_clear(&err);
		bytes_clear(&out);
		sent_clear(&sent);
	}
}

int
main(void)
{
	test_classes();
	test_streams();
	test_operations();
	test_transport();
	test_wire_headers();
	return done_testing();
}
