/* errordocument: what is written is read back; what is missing or of another kind says nothing. */
#include <stdio.h>

#include "cli/errordocument.h"
#include "tap.h"

#define METADATA "{\"RequestId\":\"r-1\",\"HTTPStatusCode\":400,\"RetryAttempts\":0}"

static void
fill(struct ssm_error *err, bool service)
{
	ssm_fail(err, SSM_E_SERVICE, "RequestTimeTooSkewed", "no \"\303\251\"; this machine's clock is 600 s behind");
	err->service = service;
	err->clock_skew = -600;
	snprintf(err->request_id, sizeof err->request_id, "r-1");
	bytes_set(&err->metadata, VIEW(METADATA));
}

static void
test_text(void)
{
	struct bytes out = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;

	ssm_fail(&err, SSM_E_AGAIN, "C", "m");
	errordocument_add(&out, &err, VIEW_NONE);
	is_text(bytes_cstr(&out), "{\"Error\":{\"Code\":\"C\",\"Message\":\"m\",\"Retryable\":true,\"ExitCode\":75},"
	    "\"ResponseMetadata\":{}}", "a failure of no request");
	bytes_reset(&out);
	fill(&err, true);
	errordocument_add(&out, &err, VIEW("[\n 7 ]"));
	is_text(bytes_cstr(&out), "{\"Error\":{\"Code\":\"RequestTimeTooSkewed\",\"Message\":\"no \\\"\303\251\\\"; this "
	    "machine's clock is 600 s behind\",\"Retryable\":false,\"ExitCode\":254,\"ClockSkew\":-600},"
	    "\"ResponseMetadata\":" METADATA ",\"id\":[7]}", "a refusal, and by how much the clock is off");
	bytes_reset(&out);
	bytes_set(&err.metadata, VIEW("{\"HTTPStatusCode\":503}"));
	err.service = false;
	err.clock_skew = 0;
	errordocument_add(&out, &err, VIEW_NONE);
	ok(strstr(bytes_cstr(&out), "\"ExitCode\":254,\"Service\":false},") != NULL,
	    "a failure that is not what the service said, though it said something");
	ssm_error_clear(&err);
	bytes_clear(&out);
}

static void
check_back(const struct ssm_error *err)
{
	struct bytes out = BYTES_INIT(8192);
	struct ssm_error got = SSM_ERROR_INIT;
	struct view id;

	errordocument_add(&out, err, VIEW("{\"a\":1}"));
	ok(errordocument_parse(bytes_view(&out), &got, &id), "read back, exit code %d", ssm_exit_code(err->rc));
	is_number(got.rc, err->rc == SSM_E_OUTPUT ? SSM_E_OTHER : err->rc, "its class");
	is_text(got.code, err->code, "its code");
	is_text(got.message, err->message, "its message");
	is_number(got.retryable, err->retryable, "whether to try again");
	is_number(got.service, err->service, "who said it");
	is_number(got.clock_skew, err->clock_skew, "the skew");
	is_text(got.request_id, err->request_id, "the request's id");
	is_view(bytes_view(&got.metadata), bytes_view(&err->metadata), "the rest of the answer's");
	is_view(id, VIEW("{\"a\":1}"), "the record's own key");
	ssm_error_clear(&got);
	bytes_clear(&out);
}

static void
test_back(void)
{
	struct ssm_error err = SSM_ERROR_INIT;

	for (enum ssm_err rc = SSM_E_NO; rc <= SSM_E_OUTPUT; rc++) {
		ssm_fail(&err, rc, "Code", "a message");
		check_back(&err);
	}
	for (int service = 0; service <= 1; service++) {
		fill(&err, service);
		check_back(&err);
		err.retryable = true;
		err.clock_skew = 4000000000LL;
		check_back(&err);
	}
	ssm_error_clear(&err);
}

/* What is read of the members of Error, and of what stands behind it. */
static const struct {
	const char *title, *error, *behind;
	const char *code, *message, *request_id;
	enum ssm_err rc;
	bool retryable, service;
	long long skew;
} rows[] = {
	{ "nothing in it", "", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "texts of other kinds", "\"Code\":1,\"Message\":[]", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "null", "\"Code\":null,\"Message\":null,\"Retryable\":null,\"ExitCode\":null,\"ClockSkew\":null", "", "", "", "",
	    SSM_E_OTHER, false, false, 0 },
	{ "flags and numbers as texts", "\"Code\":\"c\",\"Message\":\"m\",\"Retryable\":\"true\",\"ExitCode\":\"1\","
	    "\"ClockSkew\":\"420\"", "", "c", "m", "", SSM_E_OTHER, false, false, 0 },
	{ "all of it", "\"Code\":\"c\",\"Message\":\"m\",\"Retryable\":true,\"ExitCode\":1,\"ClockSkew\":420", "", "c", "m",
	    "", SSM_E_NO, true, false, 420 },
	{ "an exit code that is none of a failure", "\"ExitCode\":0", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "one that is none of the table", "\"ExitCode\":7", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "one that is no code", "\"ExitCode\":1e300", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "a skew that is no time", "\"ClockSkew\":1e300", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "one backwards", "\"ClockSkew\":-4000000001", "", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "one elsewhere", "", ",\"ClockSkew\":420", "", "", "", SSM_E_OTHER, false, false, 0 },
	{ "an answer", "", ",\"ResponseMetadata\":{\"HTTPStatusCode\":400,\"RequestId\":\"r\"}", "", "", "r",
	    SSM_E_OTHER, false, true, 0 },
	{ "an answer that was good", "", ",\"ResponseMetadata\":{\"HTTPStatusCode\":200}", "", "", "", SSM_E_OTHER,
	    false, false, 0 },
	{ "an answer that was cut", "\"Service\":false", ",\"ResponseMetadata\":{\"HTTPStatusCode\":400}", "", "", "",
	    SSM_E_OTHER, false, false, 0 },
	{ "an answer of other kinds", "", ",\"ResponseMetadata\":{\"HTTPStatusCode\":\"400\",\"RequestId\":1}", "", "", "",
	    SSM_E_OTHER, false, false, 0 },
	{ "no answer", "", ",\"ResponseMetadata\":\"x\"", "", "", "", SSM_E_OTHER, false, false, 0 },
};

static void
test_members(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct json_doc doc = JSON_DOC_INIT;
		char text[512];

		snprintf(text, sizeof text, "{\"Error\":{%s}%s}", rows[i].error, rows[i].behind);
		ok(json_parse(&doc, view_of(text), "the text", &err) == SSM_OK && errordocument_read(&doc, &err), "%s",
		    rows[i].title);
		is_text(err.code, rows[i].code, "its code");
		is_text(err.message, rows[i].message, "its message");
		is_text(err.request_id, rows[i].request_id, "the request's id");
		is_number(err.rc, rows[i].rc, "its class");
		is_number(err.retryable, rows[i].retryable, "whether to try again");
		is_number(err.service, rows[i].service, "who said it");
		is_number(err.clock_skew, rows[i].skew, "the skew");
		json_clear(&doc);
		ssm_error_clear(&err);
	}
}

static void
test_none(void)
{
	static const char *const texts[] = { "", "a warning", "{", "[]", "{}", "{\"Error\":\"x\"}", "{\"Error\":[]}",
		"{\"Error\":{}}", "{\"Error\":{\"Code\":\"c\"}}", "{\"Error\":{\"Message\":\"m\"}}",
		"{\"Error\":{\"Code\":1,\"Message\":\"m\"}}", "{\"Error\":{\"Code\":\"c\",\"Message\":1}}",
		"{\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}", "{\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}}x",
		"{\"Error\":{\"Code\":\"c\",\"Message\":\"m\"},\"SessionId\":\"s\"}",
		"ssm-call: X: no; this machine's clock is 420 s ahead (request id r)" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct view id;

		ok(!errordocument_parse(view_of(texts[i]), &err, &id) && err.rc == SSM_OK, "no error document: '%s'",
		    texts[i]);
		ssm_error_clear(&err);
	}
}

int
main(void)
{
	test_text();
	test_back();
	test_members();
	test_none();
	return done_testing();
}
