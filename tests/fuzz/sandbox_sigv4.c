/* sign, service/wire_headers: any request that is signed and sent is one that the sandbox reads and finds signed. */
#include <stdio.h>

#include "fuzz.h"
#include "sandbox/keys.h"
#include "sandbox/sigv4_verify.h"
#include "service/wire_headers.h"
#include "sign/signer.h"

#define NOW 1440938160
#define FIELDS_MAX (SANDBOX_HEADERS_MAX - 10)	/* an SDK's own, and those of the signature */

static void
add_line(struct bytes *out, const char *name, struct view value)
{
	bytes_add_text(out, name);
	bytes_add_text(out, ": ");
	bytes_add(out, value);
	bytes_add_text(out, "\r\n");
}

/* As ssm-call and libcurl send it. */
static void
write_message(struct bytes *out, const struct request *request, const struct wire_headers *headers)
{
	struct bytes host = BYTES_INIT(SIZE_MAX);
	char length[24];

	bytes_add(out, request->method);
	bytes_add_text(out, request->url.path.len == 0 ? " /" : " ");
	bytes_add(out, request->url.path);
	bytes_add_text(out, request->url.query.ptr == NULL ? "" : "?");
	bytes_add(out, request->url.query);
	bytes_add_text(out, " HTTP/1.1\r\n");
	for (size_t i = 0; i < headers->count; i++) {
		bytes_add(out, headers->fields[i].name);
		add_line(out, "", headers->fields[i].value);
	}
	url_host_header(&host, &request->url);
	if (request_header(request, "host").ptr == NULL)
		add_line(out, "host", bytes_view(&host));
	snprintf(length, sizeof length, "%zu", request->body.len);
	add_line(out, "content-length", view_of(length));
	bytes_add_text(out, "\r\n");
	bytes_add(out, request->body);
	bytes_clear(&host);
}

static void
check_message(struct view message, const struct request *request)
{
	struct sandbox_reader reader = SANDBOX_READER_INIT;
	struct sandbox_answer answer = SANDBOX_ANSWER_INIT;
	struct sigv4_expected expected = { VIEW("us-east-1"), VIEW("ssm"), digest_new(), NOW };

	HOLDS(expected.digest != NULL && sandbox_reader_feed(&reader, message) == message.len);
	HOLDS(reader.state == SANDBOX_DONE && view_equal(reader.request.body, request->body));
	if (!sigv4_verify(&expected, &reader.request, &answer))
		fuzz_differ(message, view_of(answer.note), "the request is signed", __FILE__, __LINE__);
	sandbox_answer_clear(&answer);
	sandbox_reader_clear(&reader);
	digest_free(expected.digest);
}

/* The document as ssm-sign leaves it, in memory. */
static void
send_signed(const struct request *request, const struct signature *signature)
{
	const struct wire_headers_attempt attempt = { .number = 1, .max = 3, .now = NOW * 1000LL };
	struct header_field fields[FIELDS_MAX + 2];
	struct request sent = *request;
	struct wire_headers headers = WIRE_HEADERS_INIT;
	struct bytes message = BYTES_INIT(SIZE_MAX);

	sent.headers = fields;
	sent.header_count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (!signer_replaces_header(request->headers[i].name))
			fields[sent.header_count++] = request->headers[i];
	fields[sent.header_count++] = (struct header_field){ VIEW("x-amz-date"), view_of(signature->amz_date) };
	fields[sent.header_count++] = (struct header_field){ VIEW("authorization"),
	    bytes_view(&signature->authorization) };
	HOLDS(wire_headers_set(&headers, &sent, &attempt));
	write_message(&message, &sent, &headers);
	if (message.len < SANDBOX_HEAD_MAX)
		check_message(bytes_view(&message), &sent);
	wire_headers_clear(&headers);
	bytes_clear(&message);
}

static void
sign(const struct request *request)
{
	const struct sandbox_key *key = &sandbox_key_long_term;
	struct credentials who = CREDENTIALS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct signature signature = SIGNATURE_INIT;
	struct signer *signer = signer_new();

	HOLDS(signer != NULL);
	bytes_set(&who.access_key_id, view_of(key->access_key_id));
	bytes_set(&who.secret_access_key, view_of(key->secret_access_key));
	if (signer_sign(signer, request, &who, VIEW("us-east-1"), VIEW("ssm"), NOW, &signature, &err) == SSM_OK)
		send_signed(request, &signature);
	else
		HOLDS(err.rc == SSM_E_INPUT);
	signer_free(signer);
	signature_clear(&signature);
	credentials_clear(&who);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct request request = REQUEST_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	if (json_parse(&doc, fuzz_view(data, size), "the request", &err) == SSM_OK) {
		/* A hash of the body that somebody brings is signed, be it wrong. */
		if (request_from_json(&request, &doc, &err) == SSM_OK && request.header_count <= FIELDS_MAX &&
		    request_header(&request, "x-amz-content-sha256").ptr == NULL &&
		    wire_headers_check(&request, &err) == SSM_OK)
			sign(&request);
		request_clear(&request);
	}
	json_clear(&doc);
	ssm_error_clear(&err);
	return 0;
}
