#include "sandbox_judge.h"

#include <stdio.h>

#include "httpdate.h"
#include "sandbox_authorization.h"
#include "sandbox_keys.h"

#define CANONICAL_MAX (4 * SANDBOX_HEAD_MAX)

/* What all checks look at. */
struct trial {
	const struct sandbox_judge *judge;
	struct sandbox_request *request;
	struct sandbox_answer *answer;
	struct sandbox_authorization authorization;
	const struct sandbox_key *key;
	struct sigv4_header headers[SANDBOX_HEADERS_MAX];	/* those signed */
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
read_date(struct trial *trial)
{
	struct view text;
	bool ours = sandbox_request_header(trial->request, "x-amz-date", &text) > 0;

	if (!ours)
		sandbox_request_header(trial->request, "date", &text);
	if (!(is_basic_form(text) && iso8601_parse(text, &trial->when)) &&
	    (ours || !httpdate_parse(text, &trial->when)))
		return sandbox_refuse(trial->answer, FAULT_INCOMPLETE_SIGNATURE,
		    "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
		    "http://en.wikipedia.org/wiki/ISO_8601", (int)(text.len < 100 ? text.len : 100),
		    text.ptr);
	iso8601_format_basic(trial->amz_date, trial->when);
	return true;
}

static bool
check_clock(struct trial *trial)
{
	time_t now = trial->judge->now, early = now - SANDBOX_SKEW_SECONDS;
	time_t late = now + SANDBOX_SKEW_SECONDS;
	char text[AMZ_DATE_LEN + 1], edge[AMZ_DATE_LEN + 1];

	iso8601_format_basic(text, now);
	iso8601_format_basic(edge, trial->when < early ? early : late);
	if (trial->when < early)
		return sandbox_refuse(trial->answer, FAULT_INVALID_SIGNATURE,
		    "Signature expired: %s is now earlier than %s (%s - 5 min.)", trial->amz_date, edge,
		    text);
	if (trial->when > late)
		return sandbox_refuse(trial->answer, FAULT_INVALID_SIGNATURE,
		    "Signature not yet current: %s is still later than %s (%s + 5 min.)",
		    trial->amz_date, edge, text);
	return true;
}

static bool
check_signed(struct trial *trial)
{
	const struct sandbox_request *request = trial->request;

	if (!sandbox_authorization_signs(&trial->authorization, VIEW("host")))
		return sandbox_refuse(trial->answer, FAULT_INVALID_SIGNATURE,
		    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
	for (size_t i = 0; i < request->header_count; i++) {
		struct view name = request->headers[i].name;

		if (view_starts(name, VIEW("x-amz-")) &&
		    !sandbox_authorization_signs(&trial->authorization, name))
			return sandbox_refuse(trial->answer, FAULT_INVALID_SIGNATURE,
			    "'%.*s' must be a 'SignedHeader' in the AWS Authorization.",
			    (int)(name.len < 100 ? name.len : 100), name.ptr);
	}
	return true;
}

/* Every part that is wrong has its sentence. */
static bool
check_scope(struct trial *trial)
{
	const struct sandbox_authorization *a = &trial->authorization;
	const struct sandbox_judge *judge = trial->judge;
	struct bytes text = BYTES_INIT(2048);
	char line[512];
	bool right;

	if (!view_equal(a->region, judge->region)) {
		snprintf(line, sizeof line, "Credential should be scoped to a valid region, not '%.*s'. ",
		    (int)(a->region.len < 100 ? a->region.len : 100), a->region.ptr);
		bytes_add_text(&text, line);
	}
	if (!view_equal(a->service, judge->service)) {
		snprintf(line, sizeof line, "Credential should be scoped to correct service: '%.*s'. ",
		    VIEW_ARG(judge->service));
		bytes_add_text(&text, line);
	}
	if (!view_is(a->terminator, "aws4_request")) {
		snprintf(line, sizeof line, "Credential should be scoped with a valid terminator: "
		    "'aws4_request', not '%.*s'. ",
		    (int)(a->terminator.len < 100 ? a->terminator.len : 100), a->terminator.ptr);
		bytes_add_text(&text, line);
	}
	if (!view_equal(a->date, (struct view){ trial->amz_date, 8 })) {
		snprintf(line, sizeof line, "Date in Credential scope does not match YYYYMMDD from "
		    "ISO-8601 version of date from HTTP: '%.*s' != '%.8s', from '%s'. ",
		    (int)(a->date.len < 100 ? a->date.len : 100), a->date.ptr, trial->amz_date,
		    trial->amz_date);
		bytes_add_text(&text, line);
	}
	right = text.len == 0;
	if (!right)
		sandbox_refuse(trial->answer, FAULT_INVALID_SIGNATURE, "%.*s", (int)text.len - 1, text.ptr);
	bytes_clear(&text);
	return right;
}

/* A temporary pair comes with its own session token, a long-term pair with none. */
static bool
check_key(struct trial *trial)
{
	struct view token;
	bool has_token = sandbox_request_header(trial->request, "x-amz-security-token", &token) > 0;
	const char *why = NULL;

	trial->key = sandbox_key_find(trial->authorization.access_key_id);
	if (trial->key == NULL)
		why = "access key id unknown here";
	else if (trial->key->session_token == NULL && has_token)
		why = "a session token beside long-term keys";
	else if (trial->key->session_token != NULL && !has_token)
		why = "temporary keys without their session token";
	else if (trial->key->session_token != NULL &&
	    !digest_equal(token, view_of(trial->key->session_token)))
		why = "another session token than that of the keys";
	if (why != NULL) {
		sandbox_answer_note(trial->answer, "%s", why);
		return sandbox_refuse(trial->answer, FAULT_UNRECOGNIZED_CLIENT,
		    "The security token included in the request is invalid.");
	}
	if (trial->key->expired)
		return sandbox_refuse(trial->answer, FAULT_EXPIRED_TOKEN,
		    "The security token included in the request is expired");
	return true;
}

static void
choose_headers(struct trial *trial)
{
	const struct sandbox_request *request = trial->request;

	trial->header_count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (sandbox_authorization_signs(&trial->authorization, request->headers[i].name))
			trial->headers[trial->header_count++] = request->headers[i];
}

/* The canonical request of what came; show: without the token, for people. */
static enum ssm_err
canonical_request(struct trial *trial, struct bytes *out, bool show, struct ssm_error *err)
{
	const struct sandbox_request *request = trial->request;
	unsigned char hash[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN + 1];
	struct sigv4_request signed_request = { .method = request->method, .path = request->path,
	    .query = request->query, .headers = trial->headers,
	    .payload_hash = { hex, DIGEST_HEX_LEN } };
	enum ssm_err rc = digest_sha256(trial->judge->digest, request->body, hash, err);

	if (rc != SSM_OK)
		return rc;
	digest_hex(hex, hash);
	choose_headers(trial);
	signed_request.header_count = trial->header_count;
	for (size_t i = 0; show && i < trial->header_count; i++)
		if (view_is(trial->headers[i].name, "x-amz-security-token"))
			trial->headers[i].value = VIEW("(session token)");
	return sigv4_canonical_request(out, &signed_request, err);
}

/* The signature as it should be; the names as they should be listed. */
static enum ssm_err
compute(struct trial *trial, char signature[DIGEST_HEX_LEN + 1], struct bytes *names,
    struct ssm_error *err)
{
	const struct sandbox_authorization *a = &trial->authorization;
	const struct scope scope = { a->date, a->region, a->service };
	struct bytes canonical = BYTES_INIT(CANONICAL_MAX), to_sign = BYTES_INIT(1024);
	struct digest *digest = trial->judge->digest;
	unsigned char key[DIGEST_LEN];
	enum ssm_err rc;

	if ((rc = canonical_request(trial, &canonical, false, err)) == SSM_OK &&
	    (rc = sigv4_string_to_sign(&to_sign, digest, view_of(trial->amz_date), &scope,
	    bytes_view(&canonical), err)) == SSM_OK &&
	    (rc = sigv4_signing_key(key, digest, view_of(trial->key->secret_access_key), &scope,
	    err)) == SSM_OK)
		rc = sigv4_signature(signature, digest, key, bytes_view(&to_sign), err);
	sigv4_signed_headers(names, &(struct sigv4_request){ .headers = trial->headers,
	    .header_count = trial->header_count });
	explicit_bzero(key, sizeof key);
	bytes_clear(&canonical);
	bytes_clear(&to_sign);
	return rc;
}

static void
explain_difference(struct trial *trial, struct view names)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes canonical = BYTES_INIT(CANONICAL_MAX);

	if (!view_equal(names, trial->authorization.signed_headers))
		sandbox_answer_note(trial->answer, "SignedHeaders are not the sorted lower-case names of "
		    "headers in the request, '%.*s'", (int)(names.len < 1000 ? names.len : 1000), names.ptr);
	else if (canonical_request(trial, &canonical, true, &err) == SSM_OK)
		sandbox_answer_note(trial->answer, "signature differs; the canonical request is '%.*s'",
		    (int)(canonical.len < 1000 ? canonical.len : 1000), canonical.ptr);
	bytes_clear(&canonical);
	ssm_error_clear(&err);
}

static bool
check_signature(struct trial *trial)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes names = BYTES_INIT(SANDBOX_HEAD_MAX);
	char signature[DIGEST_HEX_LEN + 1];
	enum ssm_err rc = compute(trial, signature, &names, &err);
	bool right = false;

	if (rc != SSM_OK) {
		sandbox_answer_note(trial->answer, "%s", err.message);
		sandbox_refuse(trial->answer, FAULT_INTERNAL, "An internal error occurred.");
	} else if (view_equal(bytes_view(&names), trial->authorization.signed_headers) &&
	    digest_equal(view_of(signature), trial->authorization.signature)) {
		right = true;
	} else {
		explain_difference(trial, bytes_view(&names));
		sandbox_refuse(trial->answer, FAULT_INVALID_SIGNATURE, "The request signature we calculated "
		    "does not match the signature you provided. Check your AWS Secret Access Key and "
		    "signing method. Consult the service documentation for details.");
	}
	bytes_clear(&names);
	ssm_error_clear(&err);
	return right;
}

bool
sandbox_judge(const struct sandbox_judge *judge, struct sandbox_request *request,
    struct sandbox_answer *answer)
{
	struct trial trial = { .judge = judge, .request = request, .answer = answer };

	return sandbox_authorization_read(&trial.authorization, request, answer) &&
	    read_date(&trial) &&
	    check_clock(&trial) &&
	    check_signed(&trial) &&
	    sandbox_authorization_split(&trial.authorization, answer) &&
	    check_scope(&trial) &&
	    check_key(&trial) &&
	    check_signature(&trial);
}
