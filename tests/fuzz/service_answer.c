/* service/answer: any head and body is a document that has what it must, or a failure that tells no secret. */
#include "fuzz.h"
#include "service/answer.h"

static const char sent[] = "{\"method\":\"POST\",\"url\":\"https://ssm.us-east-1.amazonaws.com/\",\"headers\":"
    "{\"authorization\":\"AWS4-HMAC-SHA256 Credential=a, Signature=0123456789abcdef\","
    "\"x-amz-security-token\":\"" FUZZ_SECRET "\"},\"body\":\"{\\\"SessionId\\\":\\\"s-1\\\"}\","
    "\"region\":\"us-east-1\",\"operation\":\"ResumeSession\"}";

static void
check_document(const struct bytes *out)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	HOLDS(json_parse(&doc, bytes_view(out), "the document", &err) == SSM_OK);
	HOLDS(view_is(json_text(&doc, "SessionId"), "s-1"));
	HOLDS(json_text(&doc, "TokenValue").len > 0);
	HOLDS(json_kind(json_member(&doc, "ResponseMetadata")) == JSON_OBJECT);
	json_clear(&doc);
	ssm_error_clear(&err);
}

static void
read_answer(const struct expectation *expected, struct view text)
{
	const struct answer_extras extras = { .id = VIEW("7"), .metadata = true };
	struct response answer = RESPONSE_INIT;
	struct bytes out = BYTES_INIT(2 * RESPONSE_BODY_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	enum retry_class failure = RETRY_NEVER;
	bool good = true;

	while (good && text.len > 0 && !answer.head.complete)
		good = httphead_line(&answer.head, view_take_line(&text));
	if (good && response_add(&answer, text) && answer.head.complete) {
		if (answer_read(&answer, expected, &extras, &out, &failure, &err) == SSM_OK)
			check_document(&out);
		else
			HOLDS(err.rc != SSM_OK && err.message[0] != '\0' && !fuzz_error_tells(&err));
	}
	response_clear(&answer);
	bytes_clear(&out);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expectation expected = EXPECTATION_INIT;
	struct request request = REQUEST_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	HOLDS(json_parse(&doc, VIEW(sent), "the request", &err) == SSM_OK);
	HOLDS(request_from_json(&request, &doc, &err) == SSM_OK);
	HOLDS(expectation_start(&expected, &request, &err) == SSM_OK);
	read_answer(&expected, fuzz_view(data, size));
	fuzz_add_secret(&marked, fuzz_view(data, size));
	read_answer(&expected, bytes_view(&marked));
	bytes_clear(&marked);
	expectation_clear(&expected);
	request_clear(&request);
	json_clear(&doc);
	return 0;
}
