#include "sandbox/sigv4_verify.h"

#include <stdio.h>

#include "http/date.h"
#include "sandbox/authorization.h"
#include "sandbox/keys.h"

#define CANONICAL_MAX (4 * SANDBOX_HEAD_MAX)

/* What all checks look at. */
struct verification {
	const struct sigv4_expected *expected;
	struct sandbox_request *request;
	struct sandbox_answer *answer;
	struct sandbox_authorization authorization;
	const struct sandbox_key *key;
	struct header_field headers[SANDBOX_HEADERS_MAX];	/* those signed */
	size_t header_count;
	char amz_date[AMZ_DATE_LEN + 1];
	time_t when;
};

static bool
is_basic_form(struct view text)
{
	return text.len == AMZ_DATE_LEN && text.ptr[8] == 'T' && text.ptr[AMZ_DATE_LEN - 1] == 'Z';
}

static bool
read_date(struct verification *v)
{
	struct view text;
	bool ours = sandbox_request_header(v->request, "x-amz-date", &text) > 0;

	if (!ours)
		sandbox_request_header(v->request, "date", &text);
	if (!(is_basic_form(text) && iso8601_parse(text, &v->when)) &&
	    (ours || !httpdate_parse(text, &v->when)))
		return sandbox_refuse(v->answer, FAULT_INCOMPLETE_SIGNATURE,
		    "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
		    "http://en.wikipedia.org/wiki/ISO_8601", VIEW_ARG_CUT(text, 100));
	iso8601_format_basic(v->amz_date, v->when);
	return true;
}

static bool
check_clock(struct verification *v)
{
	time_t now = v->expected->now, early = now - SANDBOX_SKEW_SECONDS;
	time_t late = now + SANDBOX_SKEW_SECONDS;
	char text[AMZ_DATE_LEN + 1], edge[AMZ_DATE_LEN + 1];

	iso8601_format_basic(text, now);
	iso8601_format_basic(edge, v->when < early ? early : late);
	if (v->when < early)
		return sandbox_refuse(v->answer, FAULT_INVALID_SIGNATURE,
		    "Signature expired: %s is now earlier than %s (%s - 5 min.)", v->amz_date, edge,
		    text);
	if (v->when > late)
		return sandbox_refuse(v->answer, FAULT_INVALID_SIGNATURE,
		    "Signature not yet current: %s is still later than %s (%s + 5 min.)",
		    v->amz_date, edge, text);
	return true;
}

static bool
check_signed(struct verification *v)
{
	const struct sandbox_request *request = v->request;

	if (!sandbox_authorization_signs(&v->authorization, VIEW("host")))
		return sandbox_refuse(v->answer, FAULT_INVALID_SIGNATURE,
		    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
	for (size_t i = 0; i < request->header_count; i++) {
		struct view name = request->headers[i].name;

		if (view_starts(name, VIEW("x-amz-")) &&
		    !sandbox_authorization_signs(&v->authorization, name))
			return sandbox_refuse(v->answer, FAULT_INVALID_SIGNATURE,
			    "'%.*s' must be a 'SignedHeader' in the AWS Authorization.",
			    VIEW_ARG_CUT(name, 100));
	}
	return true;
}

/* Every part that is wrong has its sentence. */
static bool
check_scope(struct verification *v)
{
	const struct sandbox_authorization *a = &v->authorization;
	const struct sigv4_expected *expected = v->expected;
	struct bytes text = BYTES_INIT(2048);
	bool right;

	if (!view_equal(a->region, expected->region))
		bytes_print(&text, "Credential should be scoped to a valid region, not '%.*s'. ",
		    VIEW_ARG_CUT(a->region, 100));
	if (!view_equal(a->service, expected->service))
		bytes_print(&text, "Credential should be scoped to correct service: '%.*s'. ",
		    VIEW_ARG(expected->service));
	if (!view_is(a->terminator, "aws4_request"))
		bytes_print(&text, "Credential should be scoped with a valid terminator: 'aws4_request', "
		    "not '%.*s'. ", VIEW_ARG_CUT(a->terminator, 100));
	if (!view_equal(a->date, (struct view){ v->amz_date, 8 }))
		bytes_print(&text, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
		    "of date from HTTP: '%.*s' != '%.8s', from '%s'. ", VIEW_ARG_CUT(a->date, 100),
		    v->amz_date, v->amz_date);
	right = text.len == 0;
	if (!right)
		sandbox_refuse(v->answer, FAULT_INVALID_SIGNATURE, "%.*s", (int)text.len - 1, text.ptr);
	bytes_clear(&text);
	return right;
}

/* A temporary pair comes with its own session token, a long-term pair with none. */
static bool
check_key(struct verification *v)
{
	struct view token;
	bool has_token = sandbox_request_header(v->request, "x-amz-security-token", &token) > 0;
	const char *why = NULL;

	v->key = sandbox_key_find(v->authorization.access_key_id);
	if (v->key == NULL)
		why = "access key id unknown here";
	else if (v->key->session_token == NULL && has_token)
		why = "a session token beside long-term keys";
	else if (v->key->session_token != NULL && !has_token)
		why = "temporary keys without their session token";
	else if (v->key->session_token != NULL &&
	    !digest_equal(token, view_of(v->key->session_token)))
		why = "another session token than that of the keys";
	if (why != NULL) {
		snprintf(v->answer->note, sizeof v->answer->note, "%s", why);
		return sandbox_refuse(v->answer, FAULT_UNRECOGNIZED_CLIENT,
		    "The security token included in the request is invalid.");
	}
	if (v->key->expired)
		return sandbox_refuse(v->answer, FAULT_EXPIRED_TOKEN,
		    "The security token included in the request is expired");
	return true;
}

static void
choose_headers(struct verification *v)
{
	const struct sandbox_request *request = v->request;

	v->header_count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (sandbox_authorization_signs(&v->authorization, request->headers[i].name))
			v->headers[v->header_count++] = request->headers[i];
}

/* The canonical request of what came; show: without the token, for people. */
static enum ssm_err
canonical_request(struct verification *v, struct bytes *out, bool show, struct ssm_error *err)
{
	const struct sandbox_request *request = v->request;
	unsigned char hash[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN + 1];
	struct sigv4_request signed_request = { .method = request->method, .path = request->path,
	    .query = request->query, .headers = v->headers,
	    .payload_hash = { hex, DIGEST_HEX_LEN } };
	enum ssm_err rc = digest_sha256(v->expected->digest, request->body, hash, err);

	if (rc != SSM_OK)
		return rc;
	digest_hex(hex, hash);
	choose_headers(v);
	signed_request.header_count = v->header_count;
	for (size_t i = 0; show && i < v->header_count; i++)
		if (view_is(v->headers[i].name, "x-amz-security-token"))
			v->headers[i].value = VIEW("(session token)");
	return sigv4_canonical_request(out, &signed_request, err);
}

/* The signature as it should be; the names as they should be listed. */
static enum ssm_err
compute(struct verification *v, char signature[DIGEST_HEX_LEN + 1], struct bytes *names,
    struct ssm_error *err)
{
	const struct sandbox_authorization *a = &v->authorization;
	const struct scope scope = { a->date, a->region, a->service };
	struct bytes canonical = BYTES_INIT(CANONICAL_MAX), to_sign = BYTES_INIT(1024);
	struct digest *digest = v->expected->digest;
	unsigned char key[DIGEST_LEN];
	enum ssm_err rc;

	if ((rc = canonical_request(v, &canonical, false, err)) == SSM_OK &&
	    (rc = sigv4_string_to_sign(&to_sign, digest, view_of(v->amz_date), &scope,
	    bytes_view(&canonical), err)) == SSM_OK &&
	    (rc = sigv4_signing_key(key, digest, view_of(v->key->secret_access_key), &scope,
	    err)) == SSM_OK)
		rc = sigv4_signature(signature, digest, key, bytes_view(&to_sign), err);
	sigv4_signed_headers(names, &(struct sigv4_request){ .headers = v->headers,
	    .header_count = v->header_count });
	explicit_bzero(key, sizeof key);
	bytes_clear(&canonical);
	bytes_clear(&to_sign);
	return rc;
}

static void
explain_difference(struct verification *v, struct view names)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes canonical = BYTES_INIT(CANONICAL_MAX);

	if (!view_equal(names, v->authorization.signed_headers))
		snprintf(v->answer->note, sizeof v->answer->note, "SignedHeaders are not the sorted lower-case names of "
		    "headers in the request, '%.*s'", VIEW_ARG_CUT(names, 1000));
	else if (canonical_request(v, &canonical, true, &err) == SSM_OK)
		snprintf(v->answer->note, sizeof v->answer->note, "signature differs; the canonical request is '%.*s'",
		    VIEW_ARG_CUT(canonical, 1000));
	bytes_clear(&canonical);
	ssm_error_clear(&err);
}

static bool
check_signature(struct verification *v)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes names = BYTES_INIT(SANDBOX_HEAD_MAX);
	char signature[DIGEST_HEX_LEN + 1];
	enum ssm_err rc = compute(v, signature, &names, &err);
	bool right = false;

	if (rc != SSM_OK) {
		snprintf(v->answer->note, sizeof v->answer->note, "%s", err.message);
		sandbox_refuse(v->answer, FAULT_INTERNAL, "An internal error occurred.");
	} else if (view_equal(bytes_view(&names), v->authorization.signed_headers) &&
	    digest_equal(view_of(signature), v->authorization.signature)) {
		right = true;
	} else {
		explain_difference(v, bytes_view(&names));
		sandbox_refuse(v->answer, FAULT_INVALID_SIGNATURE, "The request signature we calculated "
		    "does not match the signature you provided. Check your AWS Secret Access Key and "
		    "signing method. Consult the service documentation for details.");
	}
	bytes_clear(&names);
	ssm_error_clear(&err);
	return right;
}

bool
sigv4_verify(const struct sigv4_expected *expected, struct sandbox_request *request,
    struct sandbox_answer *answer)
{
	struct verification v = { .expected = expected, .request = request, .answer = answer };

	return sandbox_authorization_read(&v.authorization, request, answer) &&
	    read_date(&v) &&
	    check_clock(&v) &&
	    check_signed(&v) &&
	    sandbox_authorization_split(&v.authorization, answer) &&
	    check_scope(&v) &&
	    check_key(&v) &&
	    check_signature(&v);
}
