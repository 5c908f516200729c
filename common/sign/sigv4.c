#include "sign/sigv4.h"

#include <stdlib.h>

#include "core/percent.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

bool
sigv4_signs_header(struct view name)
{
	static const char *const left_out[] = { "authorization", "connection", "expect", "keep-alive",
	    "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
	    "upgrade", "user-agent", "x-amzn-trace-id" };

	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		if (view_is(name, left_out[i]))
			return false;
	return true;
}

/* Takes back the last segment of a path that ends in no slash ("/a/b" becomes "/a"). */
static void
drop_segment(struct bytes *path)
{
	while (path->len > 0 && path->ptr[--path->len] != '/')
		;
}

void
sigv4_canonical_uri(struct bytes *out, struct view path)
{
	struct bytes resolved = BYTES_INIT(out->max);
	bool directory = path.len > 0 && path.ptr[path.len - 1] == '/';

	while (path.len > 0) {
		struct view segment = view_take(&path, '/');

		if (view_is(segment, "..")) {
			drop_segment(&resolved);
		} else if (segment.len > 0 && !view_is(segment, ".")) {
			bytes_add_char(&resolved, '/');
			bytes_add(&resolved, segment);
		}
	}
	if (resolved.len == 0 || directory)
		bytes_add_char(&resolved, '/');
	out->failed = out->failed || bytes_failed(&resolved);
	percent_encode(out, bytes_view(&resolved), "/");
	bytes_clear(&resolved);
}

struct pair {
	struct view name, value;
};

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *one = a, *other = b;
	int order = view_compare(one->name, other->name);

	return order != 0 ? order : view_compare(one->value, other->value);
}

static size_t
count_pairs(struct view query)
{
	size_t count = query.len > 0;

	for (size_t i = 0; i < query.len; i++)
		count += query.ptr[i] == '&';
	return count;
}

/* The URL's own encoding is kept; only what should have been encoded is. */
static struct view
encode(struct bytes *pool, struct view text)
{
	size_t from = pool->len;

	percent_encode(pool, text, "%");
	return view_slice(bytes_view(pool), from, pool->len);
}

enum ssm_err
sigv4_canonical_query(struct bytes *out, struct view query, struct ssm_error *err)
{
	struct bytes pool = BYTES_INIT(3 * query.len + 1);
	struct view rest = query;
	size_t count = count_pairs(query);
	struct pair *pairs = calloc(count + 1, sizeof *pairs);

	/* Room for all of it at once: the views into the pool must not move. */
	if (pairs == NULL || bytes_room(&pool, 3 * query.len + 1) == NULL) {
		free(pairs);
		bytes_clear(&pool);
		return ssm_fail_memory(err);
	}
	for (size_t i = 0; i < count; i++) {
		struct view value = view_take(&rest, '&'), name = view_take(&value, '=');

		pairs[i].name = encode(&pool, name);	/* an empty pair is one too, as for botocore */
		pairs[i].value = encode(&pool, value);
	}
	qsort(pairs, count, sizeof *pairs, compare_pairs);
	for (size_t i = 0; i < count; i++) {
		bytes_add(out, i > 0 ? VIEW("&") : VIEW_NONE);
		bytes_add(out, pairs[i].name);
		bytes_add_char(out, '=');
		bytes_add(out, pairs[i].value);
	}
	free(pairs);
	bytes_clear(&pool);
	return SSM_OK;
}

/* Insertion sort: few headers, and those of one name must stay in order. */
static void
sort_headers(struct header_field *headers, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct header_field header = headers[i];
		size_t k = i;

		for (; k > 0 && view_compare(headers[k - 1].name, header.name) > 0; k--)
			headers[k] = headers[k - 1];
		headers[k] = header;
	}
}

/* Blanks at the ends go, runs of them become one. */
static void
add_header_value(struct bytes *out, struct view value)
{
	bool pending = false, begun = false;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			pending = begun;
			continue;
		}
		if (pending)
			bytes_add_char(out, ' ');
		bytes_add_char(out, c);
		begun = true;
		pending = false;
	}
}

static void
add_canonical_headers(struct bytes *out, const struct sigv4_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const struct header_field *header = &request->headers[i];
		bool repeated = i > 0 && view_equal(header->name, header[-1].name);

		if (repeated) {
			bytes_add_char(out, ',');
		} else {
			bytes_add(out, i > 0 ? VIEW("\n") : VIEW_NONE);
			bytes_add(out, header->name);
			bytes_add_char(out, ':');
		}
		add_header_value(out, header->value);
	}
	bytes_add_char(out, '\n');
}

void
sigv4_signed_headers(struct bytes *out, const struct sigv4_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (i > 0 && view_equal(request->headers[i].name, request->headers[i - 1].name))
			continue;
		bytes_add(out, i > 0 ? VIEW(";") : VIEW_NONE);
		bytes_add(out, request->headers[i].name);
	}
}

enum ssm_err
sigv4_canonical_request(struct bytes *out, struct sigv4_request *request, struct ssm_error *err)
{
	enum ssm_err rc;

	sort_headers(request->headers, request->header_count);
	bytes_add(out, request->method);
	bytes_add_char(out, '\n');
	sigv4_canonical_uri(out, request->path);
	bytes_add_char(out, '\n');
	if ((rc = sigv4_canonical_query(out, request->query, err)) != SSM_OK)
		return rc;
	bytes_add_char(out, '\n');
	add_canonical_headers(out, request);
	bytes_add_char(out, '\n');
	sigv4_signed_headers(out, request);
	bytes_add_char(out, '\n');
	bytes_add(out, request->payload_hash);
	return bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
}

void
sigv4_credential_scope(struct bytes *out, const struct scope *scope)
{
	bytes_add(out, scope->date);
	bytes_add_char(out, '/');
	bytes_add(out, scope->region);
	bytes_add_char(out, '/');
	bytes_add(out, scope->service);
	bytes_add(out, VIEW("/aws4_request"));
}

enum ssm_err
sigv4_string_to_sign(struct bytes *out, struct digest *digest, struct view amz_date,
    const struct scope *scope, struct view canonical_request, struct ssm_error *err)
{
	unsigned char hash[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN + 1];
	enum ssm_err rc;

	if ((rc = digest_sha256(digest, canonical_request, hash, err)) != SSM_OK)
		return rc;
	digest_hex(hex, hash);
	bytes_add(out, VIEW(ALGORITHM "\n"));
	bytes_add(out, amz_date);
	bytes_add_char(out, '\n');
	sigv4_credential_scope(out, scope);
	bytes_add_char(out, '\n');
	bytes_add(out, (struct view){ hex, DIGEST_HEX_LEN });
	return bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
}

enum ssm_err
sigv4_signing_key(unsigned char key[DIGEST_LEN], struct digest *digest,
    struct view secret_access_key, const struct scope *scope, struct ssm_error *err)
{
	const struct view links[] = { scope->date, scope->region, scope->service,
	    VIEW("aws4_request") };
	struct bytes first = BYTES_INIT(CREDENTIALS_TEXT_MAX + 4);
	unsigned char next[DIGEST_LEN];
	struct view by;
	enum ssm_err rc = SSM_OK;

	bytes_add(&first, VIEW("AWS4"));
	bytes_add(&first, secret_access_key);
	by = bytes_view(&first);
	if (bytes_failed(&first))
		rc = ssm_fail_memory(err);
	for (size_t i = 0; i < ARRAY_LEN(links) && rc == SSM_OK; i++) {
		rc = digest_hmac_sha256(digest, by, links[i], next, err);
		memcpy(key, next, DIGEST_LEN);
		by = (struct view){ (const char *)key, DIGEST_LEN };
	}
	explicit_bzero(next, sizeof next);
	if (rc != SSM_OK)
		explicit_bzero(key, DIGEST_LEN);
	bytes_clear(&first);
	return rc;
}

enum ssm_err
sigv4_signature(char out[DIGEST_HEX_LEN + 1], struct digest *digest,
    const unsigned char key[DIGEST_LEN], struct view string_to_sign, struct ssm_error *err)
{
	unsigned char raw[DIGEST_LEN];
	enum ssm_err rc;

	rc = digest_hmac_sha256(digest, (struct view){ (const char *)key, DIGEST_LEN },
	    string_to_sign, raw, err);
	if (rc == SSM_OK)
		digest_hex(out, raw);
	return rc;
}

void
sigv4_authorization(struct bytes *out, struct view access_key_id, const struct scope *scope,
    struct view signed_headers, struct view signature)
{
	bytes_add(out, VIEW(ALGORITHM " Credential="));
	bytes_add(out, access_key_id);
	bytes_add_char(out, '/');
	sigv4_credential_scope(out, scope);
	bytes_add(out, VIEW(", SignedHeaders="));
	bytes_add(out, signed_headers);
	bytes_add(out, VIEW(", Signature="));
	bytes_add(out, signature);
}
