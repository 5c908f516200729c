/* signer: request documents to signatures; the key that is kept; what is signed again. */
#include "sign/signer.h"

#include <stdio.h>

#include "tap.h"

#define KEY_ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define WHEN 1440938160			/* 20150830T123600Z */
#define DAY 86400
#define V1 "46fa02be6fea396d4ddd4c73229e12de028272e3ba3e5a7c90f358936ccc913b"

static const char ssm_headers[] = "{\"content-type\":\"application/x-amz-json-1.1\","
    "\"x-amz-target\":\"AmazonSSM.ResumeSession\"}";
static const char body[] = "{\\\"SessionId\\\": \\\"user-0a1b2c3d4e5f\\\"}";

/* What goes into one signature; the texts of a document are JSON already. */
struct input {
	const char *url, *headers, *body, *region, *service, *secret, *token;
	time_t when;
};

#define INPUT { "https://ssm.us-east-1.amazonaws.com/", ssm_headers, body, "us-east-1", "ssm", \
	SECRET, "", WHEN }

static enum ssm_err
sign(struct signer *signer, const struct input *in, struct signature *signature,
    struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(65536);
	struct json_doc doc = JSON_DOC_INIT;
	struct request request = REQUEST_INIT;
	struct credentials who = CREDENTIALS_INIT;
	const char *parts[] = { "{\"method\":\"POST\",\"url\":\"", in->url, "\",\"headers\":",
	    in->headers, ",\"body\":\"", in->body, "\"}" };
	enum ssm_err rc;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		bytes_add_text(&text, parts[i]);
	bytes_set(&who.access_key_id, VIEW(KEY_ID));
	bytes_set(&who.secret_access_key, view_of(in->secret));
	bytes_set(&who.session_token, view_of(in->token));
	if ((rc = json_parse(&doc, bytes_view(&text), "the request", err)) == SSM_OK &&
	    (rc = request_from_json(&request, &doc, err)) == SSM_OK)
		rc = signer_sign(signer, &request, &who, view_of(in->region), view_of(in->service),
		    in->when, signature, err);
	request_clear(&request);
	json_clear(&doc);
	credentials_clear(&who);
	bytes_clear(&text);
	return rc;
}

/* Signs and compares the signature. */
static void
signs_to(struct signer *signer, const struct input *in, const char *expected, const char *title)
{
	struct signature signature = SIGNATURE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (sign(signer, in, &signature, &err) == SSM_OK)
		is_text(signature.hex, expected, "%s", title);
	else
		ok(false, "%s: %s", title, err.message);
	signature_clear(&signature);
	ssm_error_clear(&err);
}

static const struct {
	const char *title;
	struct input in;
	const char *canonical_hash;	/* SHA-256 of the canonical request */
	const char *signature;
} vectors[] = {
	{ "V1, ResumeSession", INPUT,
	    "30aa0bed1e15336344668a9a24a91ce2151545b02f6c04b41bee492971726456", V1 },
	{ "V2, a session token", { "https://ssm.us-east-1.amazonaws.com/", ssm_headers, body,
	    "us-east-1", "ssm", SECRET, "AQoDYXdzEPT//////////wEXAMPLE==", WHEN },
	    "600f684a1c4b2ca8ad694c153422534dc7c6bbc408b808882687bd3e1a4c28bd",
	    "8b8882e9807b66fbc58313e397cb3f04b570e2c7b1cefb5ce9116930cf677d17" },
	{ "V3, port, path and query", { "https://vpce-0abc.ssm.cn-north-1.vpce.amazonaws.com.cn:8443"
	    "/base//x/../y%20z/?b=2&a=1", ssm_headers, body, "cn-north-1", "ssm", SECRET, "", WHEN },
	    "00d3d80c2f9c66efd1c56738cf7d23da5e882073297e56f14f54903185709629",
	    "db6ab17da6c2810138ef995824dd5233b4fcec01c26cb0f500a757d209530c9e" },
	{ "V4, an IPv6 host", { "http://[::1]:8080", ssm_headers, body, "eu-west-1", "ssm", SECRET, "",
	    WHEN }, "87b578be5cc2c2b49cef32e06f78cd7b2e4052be85ae0f42b0b37c64ddf33c07",
	    "4ffba42c9eba327f046224e914628dc1543b77234520f271d1ddbb062122c209" },
	{ "V5, GovCloud", { "https://ssm.us-gov-west-1.amazonaws.com/", ssm_headers, body,
	    "us-gov-west-1", "ssm", SECRET, "", WHEN },
	    "156e4a9252f627c6c35a0ae391c432771a84dc3846e195cd21a0c882eb50f289",
	    "7d1e126d7bb6095a57905d71eea6eb184a2b016682b0b4faee0b3d4de11f3a5c" },
	{ "V6, escapes in the body", { "https://ssm.us-east-1.amazonaws.com/", ssm_headers,
	    "{\\\"SessionId\\\": \\\"a\\\\\\\"b\\\\\\\\c/\\\\u00e9\\\"}", "us-east-1", "ssm", SECRET, "",
	    WHEN }, "6f8491a775e9a7f4bc7212cec770093ce8f8c4496917b9068e611bc7d119b104",
	    "4afdc0356d8cbac543a6bdbc05b8b7ac547ade58703eb5f2312f8a4cd4925542" },
	{ "V7, a compact body", { "https://ssm.us-east-1.amazonaws.com/", ssm_headers,
	    "{\\\"SessionId\\\":\\\"user-0a1b2c3d4e5f\\\"}", "us-east-1", "ssm", SECRET, "", WHEN },
	    NULL, "d4b208345eb71997f5f67c2e2385d0a52e35482e3ba070c3cc0db89e27e02139" },
};

static void
test_vectors(struct digest *digest)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct signer *signer = signer_new();
		struct signature signature = SIGNATURE_INIT;
		struct ssm_error err = SSM_ERROR_INIT;
		unsigned char hash[DIGEST_LEN] = { 0 };
		char hex[DIGEST_HEX_LEN + 1];

		ok(sign(signer, &vectors[i].in, &signature, &err) == SSM_OK, "%s is signed",
		    vectors[i].title);
		ok(digest_sha256(digest, bytes_view(&signature.canonical_request), hash, &err) == SSM_OK,
		    "%s is hashed", vectors[i].title);
		digest_hex(hex, hash);
		if (vectors[i].canonical_hash != NULL)
			is_text(hex, vectors[i].canonical_hash, "%s: canonical request",
			    vectors[i].title);
		is_text(signature.hex, vectors[i].signature, "%s: signature", vectors[i].title);
		signature_clear(&signature);
		ssm_error_clear(&err);
		signer_free(signer);
	}
}

/* All of V1, to read. */
static void
test_stages(void)
{
	const struct input in = INPUT;
	struct signer *signer = signer_new();
	struct signature s = SIGNATURE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	ok(sign(signer, &in, &s, &err) == SSM_OK, "V1 is signed");
	is_text(s.amz_date, "20150830T123600Z", "V1: x-amz-date");
	is_view(bytes_view(&s.canonical_request), VIEW("POST\n/\n\n"
	    "content-type:application/x-amz-json-1.1\n"
	    "host:ssm.us-east-1.amazonaws.com\n"
	    "x-amz-date:20150830T123600Z\n"
	    "x-amz-target:AmazonSSM.ResumeSession\n\n"
	    "content-type;host;x-amz-date;x-amz-target\n"
	    "fea84a4d74dbbab7f6b9a0079f36144bf75e0809cc561f7e3f0e94afe002d4db"),
	    "V1: canonical request, line by line");
	is_view(bytes_view(&s.string_to_sign), VIEW("AWS4-HMAC-SHA256\n20150830T123600Z\n"
	    "20150830/us-east-1/ssm/aws4_request\n"
	    "30aa0bed1e15336344668a9a24a91ce2151545b02f6c04b41bee492971726456"),
	    "V1: string to sign");
	is_view(bytes_view(&s.signed_headers), VIEW("content-type;host;x-amz-date;x-amz-target"),
	    "V1: signed headers");
	is_view(bytes_view(&s.authorization), VIEW("AWS4-HMAC-SHA256 "
	    "Credential=" KEY_ID "/20150830/us-east-1/ssm/aws4_request, "
	    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" V1),
	    "V1: authorization");
	signature_clear(&s);
	ssm_error_clear(&err);
	signer_free(signer);
}

static const struct {
	const char *title, *url, *host;
} hosts[] = {
	{ "letters become small", "https://SSM.US-East-1.AmazonAWS.com/", "ssm.us-east-1.amazonaws.com" },
	{ "443 is https's own port", "https://a.example:443/", "a.example" },
	{ "80 is http's own port", "http://a.example:80/", "a.example" },
	{ "80 is not https's", "https://a.example:80/", "a.example:80" },
	{ "443 is not http's", "http://a.example:443/", "a.example:443" },
	{ "the scheme's case says nothing", "HTTPS://a.example:443/", "a.example" },
	{ "a port with zeros", "https://a.example:00443", "a.example" },
	{ "any other port is kept", "http://127.0.0.1:8080/x", "127.0.0.1:8080" },
	{ "IPv6 keeps its brackets", "https://[2001:DB8::1]/", "[2001:db8::1]" },
	{ "IPv6 with a port", "http://[::1]:8080/", "[::1]:8080" },
	{ "a query behind the host", "https://a.example?b=c", "a.example" },
	{ "a dot at the end is kept", "https://a.example./", "a.example." },
};

static void
test_hosts(void)
{
	struct signer *signer = signer_new();
	struct signature s = SIGNATURE_INIT;
	struct bytes line = BYTES_INIT(4096);
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		const struct input in = { hosts[i].url, "{}", "", "us-east-1", "ssm", SECRET, "", WHEN };

		if (!ok(sign(signer, &in, &s, &err) == SSM_OK, "host: '%s' is signed", hosts[i].url))
			continue;
		bytes_set(&line, VIEW("\nhost:"));
		bytes_add_text(&line, hosts[i].host);
		bytes_add_char(&line, '\n');
		bytes_cstr(&s.canonical_request);
		ok(strstr(s.canonical_request.ptr, bytes_cstr(&line)) != NULL, "host: %s",
		    hosts[i].title);
	}
	signature_clear(&s);
	bytes_clear(&line);
	ssm_error_clear(&err);
	signer_free(signer);
}

/* Each row with one signer after the other rows, and with a signer of its own. */
static void
test_key_cache(void)
{
	static const struct {
		const char *title;
		time_t when;
		const char *region, *service, *secret, *signature;
	} rows[] = {
		{ "the first", WHEN, "us-east-1", "ssm", SECRET, V1 },
		{ "the same again", WHEN, "us-east-1", "ssm", SECRET, V1 },
		{ "another second", WHEN + 1, "us-east-1", "ssm", SECRET,
		    "286d399d023b0a3ae6f53adbc8a90d5e37360e1fd5d538b610917100e312c8e6" },
		{ "the next day", WHEN + DAY, "us-east-1", "ssm", SECRET,
		    "fdc363a5a96c231032b34c5de2d27fe34bd5b8bc90804a101013a23130c56e73" },
		{ "another region", WHEN + DAY, "eu-west-1", "ssm", SECRET,
		    "abaef5812a903da8cf45436d25169217e1d15e97479f7a7b2e7bd2fc116b3ec0" },
		{ "another service", WHEN + DAY, "eu-west-1", "sts", SECRET,
		    "d196856a2cf8b48502d8dd8737c2221bb6f7e4c5308eabcda5019f9d933c1e18" },
		{ "another secret", WHEN + DAY, "eu-west-1", "sts", SECRET "2",
		    "701f64f7ce8e8bc9adc776b793e0cb506fa69430fec51454b20819fa9efbf16b" },
		{ "a shorter secret", WHEN + DAY, "eu-west-1", "sts", "w",
		    "38b46da589027fda748a5f4c99e742b17e605e1837fdea7a32c346fb312a425f" },
		{ "the first, after all of them", WHEN, "us-east-1", "ssm", SECRET, V1 },
	};
	struct signer *kept = signer_new();
	char title[80];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct input in = { "https://ssm.us-east-1.amazonaws.com/", ssm_headers, body,
		    rows[i].region, rows[i].service, rows[i].secret, "", rows[i].when };
		struct signer *fresh = signer_new();

		snprintf(title, sizeof title, "a kept signer: %s", rows[i].title);
		signs_to(kept, &in, rows[i].signature, title);
		snprintf(title, sizeof title, "a new signer: %s", rows[i].title);
		signs_to(fresh, &in, rows[i].signature, title);
		signer_free(fresh);
	}
	signer_free(kept);
}

/* Headers that change nothing: V1 each time. */
static void
test_same_signature(void)
{
	static const struct {
		const char *title, *more;
	} rows[] = {
		{ "an old authorization is replaced", "\"authorization\":\"AWS4-HMAC-SHA256 old\"" },
		{ "an old date is replaced", "\"x-amz-date\":\"20000101T000000Z\"" },
		{ "an old token is dropped", "\"x-amz-security-token\":\"old\"" },
		{ "the same in capitals", "\"Authorization\":\"a\",\"X-Amz-Date\":\"b\","
		    "\"X-AMZ-SECURITY-TOKEN\":\"c\"" },
		{ "the same as arrays", "\"authorization\":[\"a\",\"b\"],\"x-amz-date\":[\"c\",\"d\"]" },
		{ "the user agent is not signed", "\"User-Agent\":\"x\"" },
		{ "hop-by-hop headers are not signed", "\"connection\":\"close\",\"te\":\"trailers\"" },
		{ "the host's own name as a header", "\"Host\":\"ssm.us-east-1.amazonaws.com\"" },
	};
	struct bytes headers = BYTES_INIT(4096);
	struct signer *signer = signer_new();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct input in = INPUT;

		bytes_set(&headers, VIEW("{"));
		bytes_add_text(&headers, rows[i].more);
		bytes_add_char(&headers, ',');
		bytes_add_text(&headers, ssm_headers + 1);
		in.headers = bytes_cstr(&headers);
		signs_to(signer, &in, V1, rows[i].title);
	}
	bytes_clear(&headers);
	signer_free(signer);
}

/* A payload hash in the headers is the one of the canonical request, whatever the body is. */
static void
test_payload_hash(void)
{
	const struct input in = { "https://a.example/", "{\"X-Amz-Content-SHA256\":\"UNSIGNED-PAYLOAD\"}",
	    "text", "us-east-1", "s", SECRET, "", WHEN };
	struct signer *signer = signer_new();
	struct signature s = SIGNATURE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	ok(sign(signer, &in, &s, &err) == SSM_OK, "a given payload hash is signed");
	is_view(bytes_view(&s.canonical_request), VIEW("POST\n/\n\nhost:a.example\n"
	    "x-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20150830T123600Z\n\n"
	    "host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"),
	    "a given payload hash stands in the canonical request");
	signature_clear(&s);
	ssm_error_clear(&err);
	signer_free(signer);
}

/* As many headers as a document may have, and what signing adds to them. */
static void
test_many_headers(void)
{
	struct bytes headers = BYTES_INIT(65536);
	struct signer *signer = signer_new();
	struct signature s = SIGNATURE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct input in = INPUT;

	in.token = "token";
	bytes_add_text(&headers, "{\"k\":[\"0\"");
	for (int i = 1; i < REQUEST_HEADERS_MAX; i++)
		bytes_add_text(&headers, ",\"x\"");
	bytes_add_text(&headers, "]}");
	in.headers = bytes_cstr(&headers);
	ok(sign(signer, &in, &s, &err) == SSM_OK, "256 headers are signed");
	is_view(bytes_view(&s.signed_headers), VIEW("host;k;x-amz-date;x-amz-security-token"),
	    "256 headers: signed headers");
	bytes_drop(&headers, headers.len);
	bytes_add_text(&headers, "{\"k\":[\"0\"");
	for (int i = 1; i < REQUEST_HEADERS_MAX; i++)
		bytes_add_text(&headers, ",\"x\"");
	bytes_add_text(&headers, "],\"l\":\"one more\"}");
	in.headers = bytes_cstr(&headers);
	ok(sign(signer, &in, &s, &err) == SSM_E_INPUT, "a 257th header is refused");
	is_text(err.message, "header 'l' is one too many: 256 are allowed", "a 257th header is named");
	bytes_clear(&headers);
	signature_clear(&s);
	ssm_error_clear(&err);
	signer_free(signer);
}

int
main(void)
{
	struct digest *digest = digest_new();

	if (!ok(digest != NULL, "libcrypto has SHA-256"))
		return done_testing();
	test_vectors(digest);
	test_stages();
	test_hosts();
	test_key_cache();
	test_same_signature();
	test_payload_hash();
	test_many_headers();
	digest_free(digest);
	return done_testing();
}
