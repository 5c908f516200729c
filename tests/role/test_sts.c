/* sts: bodies as botocore writes them, what is checked before, names in the cache, answers, errors. */
#include <stdio.h>

#include "role/sts.h"
#include "sign/digest.h"
#include "tap.h"

#define ROLE VIEW("arn:aws:iam::111122223333:role/r")
#define ROLE_FORM "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr"
#define START "Action=AssumeRole&Version=2011-06-15"

static struct sts_request
role_request(void)
{
	return (struct sts_request){ .operation = STS_ASSUME_ROLE, .method = "assume-role",
	    .role_arn = ROLE, .generated_name = VIEW("botocore-session-7") };
}

static void
is_body(const struct sts_request *request, const char *expected, const char *title)
{
	struct bytes out = BYTES_INIT(STS_BODY_MAX);

	sts_request_body(&out, request);
	is_text(bytes_cstr(&out), expected, "%s", title);
	bytes_clear(&out);
}

static void
check_bodies(void)
{
	struct sts_request request = role_request();

	is_body(&request, START "&RoleArn=" ROLE_FORM "&RoleSessionName=botocore-session-7",
	    "a generated session name comes last");
	request.session_name = VIEW("me");
	is_body(&request, START "&RoleSessionName=me&RoleArn=" ROLE_FORM, "one's own comes first");
	request.session_name = VIEW("");
	is_body(&request, START "&RoleSessionName=botocore-session-7&RoleArn=" ROLE_FORM,
	    "an empty one leaves its place to the generated one");
	request.session_name = VIEW("me");
	request.external_id = VIEW("a b&c");
	request.serial_number = VIEW("arn:aws:iam::1:mfa/u");
	request.duration_seconds = VIEW("900");
	request.token_code = VIEW("123456");
	is_body(&request, START "&RoleSessionName=me&ExternalId=a+b%26c&SerialNumber=arn%3Aaws%3Aiam%3A"
	    "%3A1%3Amfa%2Fu&DurationSeconds=900&RoleArn=" ROLE_FORM "&TokenCode=123456",
	    "all that can be configured, in botocore's order");
	request = role_request();
	request.session_name = VIEW("AZaz09-_.~ +=,@%\xC3\xA9");
	is_body(&request, START "&RoleSessionName=AZaz09-_.~+%2B%3D%2C%40%25%C3%A9&RoleArn=" ROLE_FORM,
	    "a blank is a plus, the rest is percent-encoded");
	request = (struct sts_request){ .operation = STS_WEB_IDENTITY, .role_arn = ROLE,
	    .web_identity_token = VIEW("a.b-c\n"), .generated_name = VIEW("botocore-session-7") };
	is_body(&request, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" ROLE_FORM
	    "&RoleSessionName=botocore-session-7&WebIdentityToken=a.b-c%0A", "a token comes last");
}

static void
is_refused(const struct sts_request *request, const char *expected, const char *title)
{
	struct ssm_error err = SSM_ERROR_INIT;

	is_number(sts_request_check(request, &err), *expected == '\0' ? SSM_OK : SSM_E_CONFIG,
	    "%s: class", title);
	is_text(err.message, expected, "%s", title);
	ssm_error_clear(&err);
}

#define FAILED "Parameter validation failed: "

static void
check_checks(void)
{
	struct sts_request request = role_request();

	is_refused(&request, "", "a good request");
	request.role_arn = VIEW("arn:x");
	is_refused(&request, FAILED "Invalid length for parameter RoleArn, value: 5, valid min length: 20",
	    "a short ARN");
	request.role_arn = VIEW("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9");
	is_refused(&request, FAILED "Invalid length for parameter RoleArn, value: 10, valid min length: "
	    "20", "characters are counted, not bytes");
	request = role_request();
	request.session_name = VIEW("x");
	request.external_id = VIEW("");
	request.serial_number = VIEW("12345678");
	request.duration_seconds = VIEW("899");
	request.token_code = VIEW("12345");
	is_refused(&request, FAILED "Invalid length for parameter RoleSessionName, value: 1, valid min "
	    "length: 2; Invalid length for parameter ExternalId, value: 0, valid min length: 2; Invalid "
	    "length for parameter SerialNumber, value: 8, valid min length: 9; Invalid value for "
	    "parameter DurationSeconds, value: 899, valid min value: 900; Invalid length for parameter "
	    "TokenCode, value: 5, valid min length: 6", "every fault, in the body's order");
	request = role_request();
	request.duration_seconds = VIEW("-5");
	is_refused(&request, FAILED "Invalid value for parameter DurationSeconds, value: -5, valid min "
	    "value: 900", "a negative number");
	request.duration_seconds = VIEW("99999999999999999999");
	is_refused(&request, "", "only minimums are checked");
	request.external_id = VIEW("a\xFF");
	is_refused(&request, FAILED "ExternalId is not UTF-8", "a text that is none");
	request = (struct sts_request){ .operation = STS_WEB_IDENTITY, .role_arn = ROLE,
	    .web_identity_token = VIEW("abc"), .generated_name = VIEW("botocore-session-7") };
	is_refused(&request, FAILED "Invalid length for parameter WebIdentityToken, value: 3, valid min "
	    "length: 4", "a short token is not quoted");
}

static void
is_key(const struct sts_request *request, const char *text, const char *sha1, const char *title)
{
	struct bytes out = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;
	char hex[DIGEST_SHA1_HEX_LEN + 1] = "";

	sts_request_cache_key(&out, request);
	is_text(bytes_cstr(&out), text, "%s", title);
	is_number(digest_sha1_hex(hex, bytes_view(&out), &err), SSM_OK, "%s: can be hashed", title);
	if (sha1 != NULL)
		is_text(hex, sha1, "%s: its SHA-1", title);
	ssm_error_clear(&err);
	bytes_clear(&out);
}

static void
check_keys(void)
{
	struct sts_request request = role_request();

	is_key(&request, "{\"RoleArn\": \"arn:aws:iam::111122223333:role/r\"}",
	    "e2d92bb0968bc57e345aa2b57c84f636d95a03fd", "a role alone");
	request.session_name = VIEW("");
	is_key(&request, "{\"RoleArn\": \"arn:aws:iam::111122223333:role/r\"}",
	    "e2d92bb0968bc57e345aa2b57c84f636d95a03fd", "an empty session name is none");
	request.session_name = VIEW("me");
	is_key(&request, "{\"RoleArn\": \"arn:aws:iam::111122223333:role/r\", \"RoleSessionName\": "
	    "\"me\"}", "20332992e7f0f6f14902449705a9507bf09d8442", "with a session name");
	request = role_request();
	request.duration_seconds = VIEW("900");
	is_key(&request, "{\"DurationSeconds\": 900, \"RoleArn\": \"arn:aws:iam::111122223333:role/r\"}",
	    "6c310b4b69f875661ebb98d9bff6aed4c1b3b0c7", "with a duration");
	request.external_id = VIEW("xx");
	request.serial_number = VIEW("arn:aws:iam::1:mfa/u");
	request.session_name = VIEW("me");
	request.token_code = VIEW("123456");
	is_key(&request, "{\"DurationSeconds\": 900, \"ExternalId\": \"xx\", \"RoleArn\": "
	    "\"arn:aws:iam::111122223333:role/r\", \"RoleSessionName\": \"me\", \"SerialNumber\": "
	    "\"arn:aws:iam::1:mfa/u\"}", "e6954dd03de6256a71c9afb45e62e518c1083aef",
	    "all five, and not the MFA code");
	request = role_request();
	request.external_id = VIEW("\xC3\xA9\xF0\x9F\x98\x80\"\\\t\x7F");
	is_key(&request, "{\"ExternalId\": \"\\u00e9\\ud83d\\ude00\\\"\\\\\\t\\u007f\", \"RoleArn\": "
	    "\"arn:aws:iam::111122223333:role/r\"}", NULL, "what is not ASCII is escaped");
	request = (struct sts_request){ .operation = STS_WEB_IDENTITY, .role_arn = ROLE,
	    .web_identity_token = VIEW("token"), .generated_name = VIEW("botocore-session-7") };
	is_key(&request, "{\"RoleArn\": \"arn:aws:iam::111122223333:role/r\"}",
	    "e2d92bb0968bc57e345aa2b57c84f636d95a03fd", "nor the token");
}

#define KEY_ID "<AccessKeyId>ASIA1</AccessKeyId>"
#define SECRET "<SecretAccessKey>canary-secret</SecretAccessKey>"
#define TOKEN "<SessionToken>canary-token</SessionToken>"
#define EXPIRATION "<Expiration>2099-01-01T00:00:00Z</Expiration>"
#define KEYS(inside) "<R><AssumeRoleResult><Credentials>" inside "</Credentials>" USER \
	"</AssumeRoleResult></R>"
#define USER "<AssumedRoleUser><AssumedRoleId>AROA1:me</AssumedRoleId><Arn>arn:aws:sts::" \
	"111122223333:assumed-role/r/me</Arn></AssumedRoleUser>"
#define BAD "Error when retrieving credentials from assume-role: "

/* The access key id, the account and "ROLE-ID ARN", or the error's text. */
static void
read_answer(struct bytes *out, int status, const char *body, unsigned retries, enum ssm_err expected,
    const char *title)
{
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	struct sts_answer answer = STS_ANSWER_INIT;
	struct sts_request request = role_request();
	struct credentials source = CREDENTIALS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	bytes_set(&source.secret_access_key, VIEW("canary-source-secret"));
	bytes_set(&source.session_token, VIEW("canary-source-token"));
	response.status = status;
	response.retries = retries;
	response.used_up = retries > 0;
	bytes_set(&response.body, view_of(body));
	is_number(sts_answer_read(&answer, &response, &request, &source, &err), expected, "%s: class",
	    title);
	if (expected == SSM_OK) {
		bytes_add(out, bytes_view(&answer.who.access_key_id));
		bytes_add_char(out, ' ');
		bytes_add(out, bytes_view(&answer.who.account_id));
		bytes_add_char(out, ' ');
		bytes_add(out, bytes_view(&answer.assumed_role_id));
	} else
		bytes_add_text(out, err.message);
	ok((answer.who.secret_access_key.len > 0) == (expected == SSM_OK) &&
	    strstr(err.message, "canary") == NULL, "%s: no secret is left or told", title);
	sts_answer_clear(&answer);
	aws_client_response_clear(&response);
	credentials_clear(&source);
	ssm_error_clear(&err);
}

static const struct {
	int status;
	unsigned retries;		/* used up when there are any */
	enum ssm_err rc;
	const char *body, *expected, *title;
} answers[] = {
	{ 200, 0, SSM_OK, KEYS(KEY_ID SECRET TOKEN EXPIRATION), "ASIA1 111122223333 AROA1:me",
	    "an answer" },
	{ 200, 0, SSM_OK, "<s:R xmlns:s='u'><s:AssumeRoleResult><s:Credentials><s:AccessKeyId>A&amp;"
	    "<![CDATA[<1>]]></s:AccessKeyId>" SECRET TOKEN EXPIRATION "</s:Credentials>"
	    "</s:AssumeRoleResult></s:R>", "A&<1>  ", "prefixes, entities and CDATA; no role user" },
	{ 200, 0, SSM_OK, KEYS("<AccessKeyId>A<x>B</x></AccessKeyId>" SECRET TOKEN EXPIRATION),
	    "A 111122223333 AROA1:me", "an element in a text is passed over" },
	{ 200, 0, SSM_E_CONFIG, KEYS(SECRET TOKEN EXPIRATION), BAD "Missing required key in response: "
	    "'AccessKeyId'", "no key id" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID TOKEN EXPIRATION), BAD "Missing required key in response: "
	    "'SecretAccessKey'", "no secret key" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID SECRET EXPIRATION), BAD "Missing required key in response: "
	    "'SessionToken'", "no token" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID SECRET TOKEN), BAD "Missing required key in response: "
	    "'Expiration'", "no expiration" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID SECRET "<SessionToken/>" EXPIRATION), BAD "Missing required "
	    "key in response: 'SessionToken'", "an empty one is none" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID SECRET TOKEN "<Expiration>tomorrow</Expiration>"), BAD
	    "Invalid timestamp in response: 'Expiration' is 'tomorrow', not a time like "
	    "2099-04-22T22:56:00Z", "no time" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID SECRET "<SessionToken>canary\ntoken</SessionToken>" EXPIRATION),
	    BAD "the session token holds a blank, a control character or one outside ASCII at byte 7",
	    "a token that no header can hold" },
	{ 200, 0, SSM_E_CONFIG, KEYS(KEY_ID KEY_ID SECRET TOKEN EXPIRATION), BAD "Unable to parse "
	    "response, invalid XML received: an element that comes twice", "one thing twice" },
	{ 200, 0, SSM_E_CONFIG, "<R>" KEY_ID SECRET TOKEN EXPIRATION "</R>", BAD "Missing required key "
	    "in response: 'AccessKeyId'", "keys in another place" },
	{ 200, 0, SSM_E_CONFIG, "", BAD "Unable to parse response, invalid XML received: no element",
	    "nothing" },
	{ 200, 0, SSM_E_CONFIG, "{\"SessionToken\":\"canary\"}", BAD "Unable to parse response, invalid "
	    "XML received: text outside of the element", "JSON" },
	{ 200, 0, SSM_E_CONFIG, "<!DOCTYPE R [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><R>&x;</R>", BAD
	    "Unable to parse response, invalid XML received: a DOCTYPE or another declaration",
	    "a DOCTYPE" },
	{ 403, 0, SSM_E_SERVICE, "<ErrorResponse xmlns='u'><Error><Type>Sender</Type><Code>AccessDenied"
	    "</Code><Message>no &amp; never</Message></Error><RequestId>1</RequestId></ErrorResponse>",
	    "An error occurred (AccessDenied) when calling the AssumeRole operation: no & never",
	    "a refusal" },
	{ 403, 0, SSM_E_SERVICE, "<Response><Errors><Error><Code>X</Code><Message>m</Message></Error>"
	    "</Errors></Response>", "An error occurred (X) when calling the AssumeRole operation: m",
	    "its other form" },
	{ 403, 0, SSM_E_SERVICE, "<E><Error><Code>X</Code><Message>canary-source-secret, "
	    "canary-source-token</Message></Error></E>", "An error occurred (X) when calling the "
	    "AssumeRole operation: ***, ***", "secrets that are quoted" },
	{ 400, 0, SSM_E_SERVICE, "<E/>", "An error occurred (Unknown) when calling the AssumeRole "
	    "operation: Unknown", "a refusal that says nothing" },
	{ 400, 0, SSM_E_SERVICE, "<E><Error><Code>a b</Code><Message>m</Message></Error></E>", "An error "
	    "occurred (Unknown) when calling the AssumeRole operation: m", "a code that is no word" },
	{ 400, 0, SSM_E_CONFIG, "<html>", BAD "Unable to parse response, invalid XML received: the text "
	    "ends inside of something", "a refusal that is no XML" },
	{ 302, 0, SSM_E_CONFIG, "", BAD "Unable to parse response, invalid XML received: no element",
	    "a redirect" },
	{ 503, 2, SSM_E_AGAIN, "", "An error occurred (503) when calling the AssumeRole operation "
	    "(reached max retries: 2): Service Unavailable", "nothing but 503" },
	{ 502, 0, SSM_E_AGAIN, " <html><body>x", "An error occurred (502) when calling the AssumeRole "
	    "operation: Bad Gateway", "HTML with 502" },
	{ 400, 2, SSM_E_AGAIN, "<E><Error><Code>Throttling</Code><Message>slow</Message></Error></E>",
	    "An error occurred (Throttling) when calling the AssumeRole operation (reached max retries: "
	    "2): slow", "throttled" },
};

static void
check_answers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct bytes got = BYTES_INIT(STS_TEXT_MAX);

		read_answer(&got, answers[i].status, answers[i].body, answers[i].retries, answers[i].rc,
		    answers[i].title);
		is_text(bytes_cstr(&got), answers[i].expected, "%s", answers[i].title);
		bytes_clear(&got);
	}
}

static void
check_retryable(void)
{
	static const struct {
		int status;
		bool again;
		const char *code;
	} rows[] = {
		{ 400, true, "IDPCommunicationError" }, { 403, false, "IDPCommunicationError" },
		{ 403, false, "IDPRejectedClaim" }, { 400, false, "ExpiredTokenException" },
		{ 400, false, "InvalidIdentityToken" }, { 400, true, "Throttling" },
		{ 500, true, "X" }, { 200, false, "Throttling" }, { 403, false, "AccessDenied" },
	};
	char body[160];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(body, sizeof body, "<E><Error><Code>%s</Code></Error></E>", rows[i].code);
		ok(sts_is_retryable(RETRY_STANDARD, rows[i].status, view_of(body)) == rows[i].again,
		    "%d %s is %stried again", rows[i].status, rows[i].code, rows[i].again ? "" : "not ");
	}
	ok(sts_is_retryable(RETRY_STANDARD, 503, VIEW("")), "503 without a body is tried again");
	ok(sts_is_retryable(RETRY_LEGACY, 509, VIEW("")), "in legacy mode 509 is, too");
	ok(!sts_is_retryable(RETRY_STANDARD, 509, VIEW("")), "but in standard mode it is not");
	ok(!sts_is_retryable(RETRY_STANDARD, 500, VIEW("<broken")), "broken XML is not");
}

static void
check_account(void)
{
	static const struct {
		const char *arn, *account;
	} rows[] = { { "arn:aws:sts::1:assumed-role/r/s:t", "1" }, { "arn:aws:sts::1", "" },
	    { "urn:aws:sts::1:x", "" }, { "arn:aws:sts::1:", "1" }, { "x", "" } };
	char body[512], expected[80];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes got = BYTES_INIT(STS_TEXT_MAX);

		snprintf(body, sizeof body, "<R><AssumeRoleResult><Credentials>" KEY_ID SECRET TOKEN EXPIRATION
		    "</Credentials><AssumedRoleUser><Arn>%s</Arn></AssumedRoleUser></AssumeRoleResult></R>",
		    rows[i].arn);
		snprintf(expected, sizeof expected, "ASIA1 %s ", rows[i].account);
		read_answer(&got, 200, body, 0, SSM_OK, rows[i].arn);
		is_text(bytes_cstr(&got), expected, "the account in '%s'", rows[i].arn);
		bytes_clear(&got);
	}
}

static void
check_document(void)
{
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	struct sts_answer answer = STS_ANSWER_INIT;
	struct sts_request request = role_request();
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes out = BYTES_INIT(STS_TEXT_MAX);

	response.status = 200;
	bytes_set(&response.body, VIEW(KEYS(KEY_ID SECRET TOKEN EXPIRATION)));
	sts_answer_read(&answer, &response, &request, NULL, &err);
	sts_answer_document(&out, &answer, &response);
	is_text(bytes_cstr(&out), "{\"Credentials\":{\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":"
	    "\"canary-secret\",\"SessionToken\":\"canary-token\",\"Expiration\":\"2099-01-01T00:00:00Z\","
	    "\"AccountId\":\"111122223333\"},\"AssumedRoleUser\":{\"AssumedRoleId\":\"AROA1:me\",\"Arn\":"
	    "\"arn:aws:sts::111122223333:assumed-role/r/me\"},\"ResponseMetadata\":{\"RetryAttempts\":0}}",
	    "what goes into the cache");
	bytes_clear(&out);
	sts_answer_clear(&answer);
	aws_client_response_clear(&response);
	ssm_error_clear(&err);
}

int
main(void)
{
	check_bodies();
	check_checks();
	check_keys();
	check_answers();
	check_retryable();
	check_account();
	check_document();
	return done_testing();
}
