#include "sign/signer.h"

#include <stdlib.h>

#include "core/ascii.h"

#define SCOPE_TEXT_MAX 4096

/*
 * Services that want the hash of the body in a header too, and the one that can check no body. botocore
 * does it for the second alone; who calls the others with its signer has to see to it.
 */
static const struct {
	const char *service;
	bool unsigned_body;
} with_payload_header[] = { { "aoss", false }, { "glacier", false }, { "vpc-lattice-svcs", true } };

struct signer {
	struct digest *digest;
	unsigned char key[DIGEST_LEN];
	struct bytes key_scope;		/* what key is good for: the scope and the secret */
	struct bytes wanted_scope;
	struct bytes host;
	struct header_field headers[REQUEST_HEADERS_MAX + 4];
};

struct signer *
signer_new(void)
{
	struct signer *signer = calloc(1, sizeof *signer);

	if (signer == NULL)
		return NULL;
	signer->key_scope.max = signer->wanted_scope.max = CREDENTIALS_TEXT_MAX + SCOPE_TEXT_MAX;
	signer->host.max = URL_LEN_MAX;
	if ((signer->digest = digest_new()) == NULL) {
		free(signer);
		return NULL;
	}
	return signer;
}

void
signer_free(struct signer *signer)
{
	if (signer == NULL)
		return;
	digest_free(signer->digest);
	bytes_clear(&signer->key_scope);
	bytes_clear(&signer->wanted_scope);
	bytes_clear(&signer->host);
	explicit_bzero(signer->key, sizeof signer->key);
	free(signer);
}

bool
signer_replaces_header(struct view name)
{
	return view_equal_nocase(name, VIEW("authorization")) || view_equal_nocase(name, VIEW("x-amz-date")) ||
	    view_equal_nocase(name, VIEW("x-amz-security-token"));
}

static void
add_header(struct signer *signer, struct sigv4_request *out, struct view name, struct view value)
{
	signer->headers[out->header_count++] = (struct header_field){ name, value };
}

/* What goes into the canonical request: the document's headers and those that signing adds. */
static void
collect_headers(struct signer *signer, struct sigv4_request *out, const struct request *request,
    const struct credentials *who, const struct signature *signature)
{
	out->headers = signer->headers;
	for (size_t i = 0; i < request->header_count; i++)
		if (sigv4_signs_header(request->headers[i].name) &&
		    !signer_replaces_header(request->headers[i].name))
			add_header(signer, out, request->headers[i].name, request->headers[i].value);
	if (request_header(request, "host").ptr == NULL) {
		bytes_reset(&signer->host);
		url_host_header(&signer->host, &request->url);
		add_header(signer, out, VIEW("host"), bytes_view(&signer->host));
	}
	if (signature->content_sha256[0] != '\0')
		add_header(signer, out, VIEW("x-amz-content-sha256"), view_of(signature->content_sha256));
	add_header(signer, out, VIEW("x-amz-date"), view_of(signature->amz_date));
	if (who->session_token.len > 0)
		add_header(signer, out, VIEW("x-amz-security-token"), bytes_view(&who->session_token));
}

/* Four HMACs less for all but the first request of a day, region and service. */
static enum ssm_err
derive_key(struct signer *signer, const struct scope *scope, const struct credentials *who,
    struct ssm_error *err)
{
	struct bytes *wanted = &signer->wanted_scope;
	enum ssm_err rc;

	bytes_reset(wanted);
	sigv4_credential_scope(wanted, scope);
	bytes_add_char(wanted, '\n');
	bytes_add(wanted, bytes_view(&who->secret_access_key));
	if (!bytes_failed(wanted) && signer->key_scope.len > 0 &&
	    digest_equal(bytes_view(wanted), bytes_view(&signer->key_scope)))
		return SSM_OK;
	bytes_reset(&signer->key_scope);
	rc = sigv4_signing_key(signer->key, signer->digest, bytes_view(&who->secret_access_key),
	    scope, err);
	if (rc == SSM_OK && !bytes_failed(wanted))
		bytes_set(&signer->key_scope, bytes_view(wanted));
	return rc;
}

/* What stands for the body, and whether a header has to say so that the document has not. */
static enum ssm_err
payload_hash(struct signer *signer, const struct request *request, struct view service,
    char hex[DIGEST_HEX_LEN + 1], struct signature *signature, struct view *hash, struct ssm_error *err)
{
	unsigned char raw[DIGEST_LEN];
	enum ssm_err rc;

	*hash = request_header(request, "x-amz-content-sha256");
	if (hash->ptr != NULL)
		return SSM_OK;
	if ((rc = digest_sha256(signer->digest, request->body, raw, err)) != SSM_OK)
		return rc;
	digest_hex(hex, raw);
	for (size_t i = 0; i < ARRAY_LEN(with_payload_header); i++)
		if (view_is(service, with_payload_header[i].service)) {
			if (with_payload_header[i].unsigned_body)
				strcpy(hex, "UNSIGNED-PAYLOAD");
			strcpy(signature->content_sha256, hex);
		}
	*hash = view_of(hex);
	return SSM_OK;
}

static void
reset(struct signature *signature)
{
	signature->content_sha256[0] = '\0';
	bytes_reset(&signature->canonical_request);
	bytes_reset(&signature->string_to_sign);
	bytes_reset(&signature->signed_headers);
	bytes_reset(&signature->authorization);
}

enum ssm_err
signer_sign(struct signer *signer, const struct request *request, const struct credentials *who,
    struct view region, struct view service, time_t when, struct signature *signature,
    struct ssm_error *err)
{
	struct view amz_date = { signature->amz_date, AMZ_DATE_LEN };
	struct scope scope = { { signature->amz_date, 8 }, region, service };
	struct bytes method = BYTES_INIT(REQUEST_METHOD_MAX);
	struct sigv4_request in = { .path = request->url.path, .query = request->url.query };
	char hash[DIGEST_HEX_LEN + 1];
	enum ssm_err rc;

	reset(signature);
	iso8601_format_basic(signature->amz_date, when);
	for (size_t i = 0; i < request->method.len; i++)
		bytes_add_char(&method, ascii_upper(request->method.ptr[i]));
	in.method = bytes_view(&method);
	rc = payload_hash(signer, request, service, hash, signature, &in.payload_hash, err);
	collect_headers(signer, &in, request, who, signature);
	if (rc == SSM_OK && (rc = sigv4_canonical_request(&signature->canonical_request, &in, err)) == SSM_OK &&
	    (rc = sigv4_string_to_sign(&signature->string_to_sign, signer->digest, amz_date, &scope,
	    bytes_view(&signature->canonical_request), err)) == SSM_OK &&
	    (rc = derive_key(signer, &scope, who, err)) == SSM_OK)
		rc = sigv4_signature(signature->hex, signer->digest, signer->key,
		    bytes_view(&signature->string_to_sign), err);
	if (rc == SSM_OK) {
		sigv4_signed_headers(&signature->signed_headers, &in);
		sigv4_authorization(&signature->authorization, bytes_view(&who->access_key_id), &scope,
		    bytes_view(&signature->signed_headers), view_of(signature->hex));
		if (bytes_failed(&method) || bytes_failed(&signer->host) ||
		    bytes_failed(&signature->signed_headers) ||
		    bytes_failed(&signature->authorization))
			rc = ssm_fail_memory(err);
	}
	bytes_clear(&method);
	return rc;
}

void
signature_clear(struct signature *signature)
{
	bytes_clear(&signature->canonical_request);
	bytes_clear(&signature->string_to_sign);
	bytes_clear(&signature->signed_headers);
	bytes_clear(&signature->authorization);
}
