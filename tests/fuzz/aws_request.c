/* aws/request: what is taken can be signed and sent: no value breaks a head, no refusal tells one. */
#include "aws/request.h"
#include "fuzz.h"

static bool
is_line(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (memchr("\0\r\n", text.ptr[i], 3) != NULL)
			return false;
	return true;
}

static void
check_request(const struct request *request)
{
	HOLDS(header_field_is_token(request->method) && request->method.len <= REQUEST_METHOD_MAX);
	HOLDS(request->url.host.len > 0 && is_line(request->url.text));
	HOLDS(request->header_count <= REQUEST_HEADERS_MAX);
	for (size_t i = 0; i < request->header_count; i++) {
		const struct header_field *field = &request->headers[i];

		HOLDS(header_field_is_token(field->name) && is_line(field->value));
		for (size_t j = 0; j < field->name.len; j++)
			HOLDS(field->name.ptr[j] == ascii_lower(field->name.ptr[j]));
	}
}

static void
read_request(struct view text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct request request = REQUEST_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	if (json_parse(&doc, text, "the request", &err) == SSM_OK) {
		if (request_from_json(&request, &doc, &err) == SSM_OK)
			check_request(&request);
		else
			HOLDS(err.rc == SSM_E_INPUT);
		request_clear(&request);
	}
	json_clear(&doc);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_request(fuzz_view(data, size));
	return 0;
}
