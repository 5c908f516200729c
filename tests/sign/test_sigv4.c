/* sigv4: each stage of a signature on its own, and AWS's published example through all of them. */
#include "sign/sigv4.h"
#include "tap.h"

#define SECRET VIEW("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct {
	const char *title, *path, *canonical;
} paths[] = {
	{ "an empty path", "", "/" },
	{ "a slash", "/", "/" },
	{ "two slashes", "//", "/" },
	{ "a dot", "/./", "/" },
	{ "a dot without a slash", "/.", "/" },
	{ "two dots take the segment before", "/a/..", "/" },
	{ "two dots twice", "/a/b/../..", "/" },
	{ "two dots at the top", "/../a", "/a" },
	{ "more dots than segments", "/a/../../../b/", "/b/" },
	{ "two dots and a slash", "/a/b/../", "/a/" },
	{ "two dots alone at the end", "/a/b/..", "/a" },
	{ "slashes around a segment", "//example//", "/example/" },
	{ "a dot before a segment", "/./example", "/example" },
	{ "an encoded blank is encoded again", "/base//x/../y%20z/", "/base/y%2520z/" },
	{ "raw blanks are encoded once", "/example space/", "/example%20space/" },
	{ "raw UTF-8 is encoded byte for byte", "/\xE1\x88\xB4", "/%E1%88%B4" },
	{ "encoded UTF-8 is encoded again", "/%e1%88%b4", "/%25e1%2588%25b4" },
	{ "an encoded slash is no slash", "/a%2F..%2Fb", "/a%252F..%252Fb" },
	{ "encoded dots are no dots", "/a/%2e%2e/b", "/a/%252e%252e/b" },
	{ "three dots are a name", "/a/.../b", "/a/.../b" },
	{ "dots within names", "/.a/b./..c", "/.a/b./..c" },
	{ "unreserved characters stay", "/-._~0123456789abcXYZ", "/-._~0123456789abcXYZ" },
	{ "delimiters are encoded", "/!$&'()*+,;=:@", "/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40" },
	{ "a percent sign alone", "/100%", "/100%25" },
	{ "brackets", "/[x]", "/%5Bx%5D" },
	{ "case is kept", "/Ab/cD", "/Ab/cD" },
};

static const struct {
	const char *title, *query, *canonical;
} queries[] = {
	{ "no query", "", "" },
	{ "a pair", "Param1=value1", "Param1=value1" },
	{ "pairs are sorted by name", "b=2&a=1", "a=1&b=2" },
	{ "upper case comes first", "a=1&B=2", "B=2&a=1" },
	{ "a name before a longer one", "aa=1&a=2&a-b=3", "a=2&a-b=3&aa=1" },
	{ "equal names are sorted by value", "a=z&a=B&a=b&a=", "a=&a=B&a=b&a=z" },
	{ "equal pairs are all kept", "a=1&a=1", "a=1&a=1" },
	{ "a missing '='", "a", "a=" },
	{ "a missing '=' among others", "b&a=1&b=0", "a=1&b=&b=0" },
	{ "an empty name", "=x", "=x" },
	{ "empty pairs", "&b=1&&a=2&", "=&=&=&a=2&b=1" },
	{ "encoding is kept", "k=%20%2f%C3%a9", "k=%20%2f%C3%a9" },
	{ "encoded names are sorted as encoded", "b=1&%61=2", "%61=2&b=1" },
	{ "unreserved characters stay", "-._~0Az=-._~0Az", "-._~0Az=-._~0Az" },
	{ "a percent sign alone", "a=100%", "a=100%" },
	{ "raw UTF-8 is encoded", "\xE1\x88\xB4=bar", "%E1%88%B4=bar" },
	{ "raw delimiters are encoded", "a=/:@?!$'()*,;", "a=%2F%3A%40%3F%21%24%27%28%29%2A%2C%3B" },
	{ "a plus is a plus", "a=1+2", "a=1%2B2" },
	{ "the second '=' belongs to the value", "a=b=c", "a=b%3Dc" },
};

static const struct {
	const char *title, *value, *canonical;
} values[] = {
	{ "a plain value", "value1", "value1" },
	{ "an empty value", "", "" },
	{ "nothing but blanks", "   ", "" },
	{ "blanks at the ends", "  value1 ", "value1" },
	{ "runs of blanks", "a   b  c", "a b c" },
	{ "runs within quotes", "\"a   b   c\"", "\"a b c\"" },
	{ "tabs", "\ta\t \tb\t", "a b" },
	{ "folded lines", "value1\n  value2\n     value3", "value1 value2 value3" },
	{ "other blanks of ASCII", "a\v\fb\r", "a b" },
	{ "case is kept", "VaLuE", "VaLuE" },
	{ "a no-break space is no blank", "\xC2\xA0 a \xC2\xA0", "\xC2\xA0 a \xC2\xA0" },
	{ "UTF-8", "\xF0\x9F\x98\x80  \xC3\xA9", "\xF0\x9F\x98\x80 \xC3\xA9" },
	{ "commas", "a ,  b", "a , b" },
};

static void
test_paths(void)
{
	struct bytes out = BYTES_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		bytes_reset(&out);
		sigv4_canonical_uri(&out, view_of(paths[i].path));
		is_view(bytes_view(&out), view_of(paths[i].canonical), "path: %s", paths[i].title);
	}
	bytes_clear(&out);
}

static void
test_queries(void)
{
	struct bytes out = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		bytes_set(&out, VIEW("?"));
		if (ok(sigv4_canonical_query(&out, view_of(queries[i].query), &err) == SSM_OK,
		    "query '%s' is taken", queries[i].title))
			is_view(view_slice(bytes_view(&out), 1, out.len), view_of(queries[i].canonical),
			    "query: %s", queries[i].title);
	}
	bytes_clear(&out);
	ssm_error_clear(&err);
}

/* The canonical request of GET / with these headers. */
static void
canonical_of(struct bytes *out, struct header_field *headers, size_t count)
{
	struct sigv4_request request = { .method = VIEW("GET"), .headers = headers,
	    .header_count = count, .payload_hash = VIEW("HASH") };
	struct ssm_error err = SSM_ERROR_INIT;

	bytes_reset(out);
	ok(sigv4_canonical_request(out, &request, &err) == SSM_OK, "%zu headers are taken", count);
	ssm_error_clear(&err);
}

static void
test_values(void)
{
	struct bytes out = BYTES_INIT(4096), expected = BYTES_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct header_field header = { VIEW("k"), view_of(values[i].value) };

		canonical_of(&out, &header, 1);
		bytes_set(&expected, VIEW("GET\n/\n\nk:"));
		bytes_add_text(&expected, values[i].canonical);
		bytes_add_text(&expected, "\n\nk\nHASH");
		is_view(bytes_view(&out), bytes_view(&expected), "header value: %s", values[i].title);
	}
	bytes_clear(&out);
	bytes_clear(&expected);
}

static void
test_headers(void)
{
	struct header_field headers[] = { { VIEW("my-header1"), VIEW("value4") },
	    { VIEW("x-amz-date"), VIEW("20150830T123600Z") }, { VIEW("my-header1"), VIEW(" value1 ") },
	    { VIEW("host"), VIEW("example.amazonaws.com") }, { VIEW("my-header1"), VIEW("value3") },
	    { VIEW("a0"), VIEW("1") }, { VIEW("a-b"), VIEW("2") }, { VIEW("a"), VIEW("3") },
	    { VIEW("my-header1"), VIEW("") } };
	struct bytes out = BYTES_INIT(4096);

	canonical_of(&out, headers, ARRAY_LEN(headers));
	is_view(bytes_view(&out), VIEW("GET\n/\n\n"
	    "a:3\na-b:2\na0:1\nhost:example.amazonaws.com\n"
	    "my-header1:value4,value1,value3,\nx-amz-date:20150830T123600Z\n\n"
	    "a;a-b;a0;host;my-header1;x-amz-date\nHASH"),
	    "names are sorted, repeated headers joined in the order they came");
	bytes_clear(&out);
}

static void
test_selection(void)
{
	static const char *const left_out[] = { "authorization", "connection", "expect", "keep-alive",
	    "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
	    "upgrade", "user-agent", "x-amzn-trace-id" };
	static const char *const signed_too[] = { "accept", "accept-encoding", "content-length",
	    "content-type", "date", "host", "tea", "x-amz-content-sha256", "x-amz-date",
	    "x-amz-security-token", "x-amz-target", "amz-sdk-invocation-id", "x" };

	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		ok(!sigv4_signs_header(view_of(left_out[i])), "'%s' is not signed", left_out[i]);
	for (size_t i = 0; i < ARRAY_LEN(signed_too); i++)
		ok(sigv4_signs_header(view_of(signed_too[i])), "'%s' is signed", signed_too[i]);
}

static const struct {
	const char *title, *secret, *date, *region, *service, *key;
} keys[] = {
	{ "AWS's example of 2015", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1",
	    "iam", "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9" },
	{ "AWS's example of 2012", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1",
	    "iam", "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d" },
	{ "the key of ssm", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "ssm",
	    "1b014a52e2c4682dbb4f9c057f77de175576bae388238bec84a63594a1c63358" },
};

static void
test_keys(struct digest *digest)
{
	unsigned char key[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN + 1];
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct scope scope = { view_of(keys[i].date), view_of(keys[i].region),
		    view_of(keys[i].service) };

		ok(sigv4_signing_key(key, digest, view_of(keys[i].secret), &scope, &err) == SSM_OK,
		    "signing key: %s can be derived", keys[i].title);
		digest_hex(hex, key);
		is_text(hex, keys[i].key, "signing key: %s", keys[i].title);
	}
	ssm_error_clear(&err);
}

static const char example_canonical[] =
    "GET\n"
    "/\n"
    "Action=ListUsers&Version=2010-05-08\n"
    "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
    "host:iam.amazonaws.com\n"
    "x-amz-date:20150830T123600Z\n"
    "\n"
    "content-type;host;x-amz-date\n"
    EMPTY_HASH;

static const char example_to_sign[] =
    "AWS4-HMAC-SHA256\n"
    "20150830T123600Z\n"
    "20150830/us-east-1/iam/aws4_request\n"
    "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";

/* GET iam ListUsers, step by step as "Signature Version 4 signing process" has it. */
static void
test_example(struct digest *digest)
{
	struct header_field headers[] = { { VIEW("host"), VIEW("iam.amazonaws.com") },
	    { VIEW("x-amz-date"), VIEW("20150830T123600Z") }, { VIEW("content-type"),
	    VIEW("application/x-www-form-urlencoded; charset=utf-8") } };
	struct sigv4_request request = { VIEW("GET"), VIEW("/"),
	    VIEW("Action=ListUsers&Version=2010-05-08"), headers, ARRAY_LEN(headers), VIEW(EMPTY_HASH) };
	struct scope scope = { VIEW("20150830"), VIEW("us-east-1"), VIEW("iam") };
	struct bytes canonical = BYTES_INIT(4096), to_sign = BYTES_INIT(4096), out = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;
	unsigned char key[DIGEST_LEN];
	char signature[DIGEST_HEX_LEN + 1];

	ok(sigv4_canonical_request(&canonical, &request, &err) == SSM_OK &&
	    sigv4_string_to_sign(&to_sign, digest, VIEW("20150830T123600Z"), &scope,
	    bytes_view(&canonical), &err) == SSM_OK &&
	    sigv4_signing_key(key, digest, SECRET, &scope, &err) == SSM_OK &&
	    sigv4_signature(signature, digest, key, bytes_view(&to_sign), &err) == SSM_OK,
	    "ListUsers: every step is taken");
	is_view(bytes_view(&canonical), VIEW(example_canonical), "ListUsers: canonical request");
	is_view(bytes_view(&to_sign), VIEW(example_to_sign), "ListUsers: string to sign");
	is_text(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
	    "ListUsers: signature");
	sigv4_signed_headers(&out, &request);
	is_view(bytes_view(&out), VIEW("content-type;host;x-amz-date"), "ListUsers: signed headers");
	bytes_reset(&out);
	sigv4_authorization(&out, VIEW("AKIDEXAMPLE"), &scope, VIEW("content-type;host;x-amz-date"),
	    view_of(signature));
	is_view(bytes_view(&out), VIEW("AWS4-HMAC-SHA256 "
	    "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
	    "SignedHeaders=content-type;host;x-amz-date, "
	    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
	    "ListUsers: authorization");
	bytes_clear(&canonical);
	bytes_clear(&to_sign);
	bytes_clear(&out);
	ssm_error_clear(&err);
}

/* A buffer too small is an error, never a short canonical request. */
static void
test_caps(void)
{
	struct header_field header = { VIEW("host"), VIEW("example.amazonaws.com") };
	struct sigv4_request request = { VIEW("GET"), VIEW("/a/b"), VIEW("c=d"), &header, 1,
	    VIEW(EMPTY_HASH) };
	size_t need = sizeof "GET\n/a/b\nc=d\nhost:example.amazonaws.com\n\nhost\n" EMPTY_HASH - 1;
	struct ssm_error err = SSM_ERROR_INIT;
	size_t enough = 0;

	for (size_t max = 1; max <= need; max++) {
		struct bytes out = BYTES_INIT(max);

		if (sigv4_canonical_request(&out, &request, &err) == SSM_OK && enough == 0)
			enough = max;
		bytes_clear(&out);
	}
	is_number(enough, need, "the smallest buffer that is enough holds all of it");
	ssm_error_clear(&err);
}

int
main(void)
{
	struct digest *digest = digest_new();

	if (!ok(digest != NULL, "libcrypto has SHA-256"))
		return done_testing();
	test_paths();
	test_queries();
	test_values();
	test_headers();
	test_selection();
	test_keys(digest);
	test_example(digest);
	test_caps();
	digest_free(digest);
	return done_testing();
}
