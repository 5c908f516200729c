/* streamurl and hostpattern: which texts are StreamUrls, what they say, what is asked beside it. */
#include "aws/streamurl.h"
#include "tap.h"

#define HOST "ssmmessages.us-east-1.amazonaws.com"
#define PATH "/v1/data-channel/anna-0a1b2c3d4e5f67890"
#define URL "wss://" HOST PATH

static const struct streamurl_rules no_rules = { .allowed = NULL };

/* Whether text is a StreamUrl under these rules; if not, the message must be this. */
static void
is_refused(const struct streamurl_rules *rules, const char *text, const char *message,
    const char *title)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = streamurl_parse(&url, view_of(text), rules, &err);

	is_number(rc, SSM_E_NO, "%s: the answer is no", title);
	is_number(err.rc, SSM_E_NO, "%s: and so is the error's", title);
	is_text(err.message, message, "%s: and why", title);
	is_text(err.code, "InvalidStreamUrl", "%s: and the error's name", title);
	streamurl_clear(&url);
	ssm_error_clear(&err);
}

static void
is_accepted(const struct streamurl_rules *rules, const char *text, const char *title)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	is_number(streamurl_parse(&url, view_of(text), rules, &err), SSM_OK, "%s", title);
	is_text(err.message, "", "%s: without a message", title);
	streamurl_clear(&url);
}

static void
test_parts(void)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	const char *text = "WSS://SSMMESSAGES-FIPS.US-EAST-1.API.AWS./v1/data-channel/an%6Ea-1"
	    "?role=publish%5Fsubscribe&cell-number=A+b/c%3D&stream=output";

	is_number(streamurl_parse(&url, view_of(text), &no_rules, &err), SSM_OK, "a URL with all parts");
	is_view(url.text, view_of(text), "the text is kept as it is");
	is_view(url.scheme, VIEW("wss"), "the scheme is folded");
	is_view(url.host, VIEW("ssmmessages-fips.us-east-1.api.aws"),
	    "the host is folded and loses its last dot");
	is_number(url.port, 443, "the port is the scheme's");
	is_view(url.partition, VIEW("aws"), "the partition");
	is_view(url.region, VIEW("us-east-1"), "the region");
	is_view(url.session_id, VIEW("anna-1"), "the session id is decoded");
	is_view(url.api_version, VIEW("v1"), "the API version");
	is_view(url.stream, VIEW("output"), "the stream");
	is_view(url.role, VIEW("publish_subscribe"), "the role is decoded");
	is_view(url.cell_number, VIEW("A+b/c%3D"), "the cell number is not");
	ok(url.fips && url.dual_stack && !url.legacy, "FIPS and dual-stack, not legacy");
	is_number(url.pair_count, 3, "three pairs");
	is_view(url.pairs[1].value, VIEW("A+b/c="), "a pair is decoded, its plus is none");
	streamurl_clear(&url);
}

static void
test_reuse(void)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	streamurl_parse(&url, VIEW("wss://ssm-messages.us-gov-west-1.api.aws/v2/data-channel/b?role=r"
	    "&cell-number=c&stream=input"), &no_rules, &err);
	ok(url.legacy && url.dual_stack, "a struct holds one URL");
	is_number(streamurl_parse(&url, VIEW("wss://evil.com" PATH), &no_rules, &err), SSM_E_NO,
	    "then it is tried with a bad one");
	ssm_error_clear(&err);
	is_number(streamurl_parse(&url, VIEW(URL), &no_rules, &err), SSM_OK, "then it holds another");
	is_view(url.role, VIEW_NONE, "of which nothing is left of the first: role");
	is_view(url.cell_number, VIEW_NONE, "nor cell number");
	is_view(url.stream, VIEW_NONE, "nor stream");
	ok(!url.legacy && !url.dual_stack && url.pair_count == 0, "nor flags and pairs");
	is_view(url.partition, VIEW("aws"), "nor partition");
	streamurl_clear(&url);
}

static void
test_expected_region(void)
{
	struct streamurl_rules rules = { .region = VIEW("us-east-1") };

	is_accepted(&rules, URL, "the region that is asked");
	is_accepted(&rules, "wss://SSMMESSAGES.US-EAST-1.AMAZONAWS.COM" PATH, "in upper case");
	rules.region = VIEW("us-west-2");
	is_refused(&rules, URL, "StreamUrl: the host's region is not the signing region at character 7",
	    "another region");
	rules.region = VIEW("us-east-11");
	is_refused(&rules, URL, "StreamUrl: the host's region is not the signing region at character 7",
	    "a region that only begins so");
}

static void
test_expected_session_id(void)
{
	struct streamurl_rules rules = { .session_id = VIEW("anna-0a1b2c3d4e5f67890") };

	is_accepted(&rules, URL, "the session id that is asked");
	is_accepted(&rules, "wss://" HOST "/v1/data-channel/%61nna%2D0a1b2c3d4e5f67890",
	    "that session id in escapes");
	rules.session_id = VIEW("anna-0a1b2c3d4e5f6789");
	is_refused(&rules, URL, "StreamUrl: the session id is not that of 'SessionId' at character 59",
	    "a longer session id");
	rules.session_id = VIEW("");
	is_refused(&rules, URL, "StreamUrl: the session id is not that of 'SessionId' at character 59",
	    "an empty session id");
}

static struct host_pattern
pattern(const char *text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct host_pattern made;

	is_number(host_pattern_parse(&made, view_of(text), &err), SSM_OK, "'%s' is a pattern", text);
	return made;
}

static void
test_allowed(void)
{
	const struct host_pattern allowed[] = { pattern("sandbox.example.com:*"), pattern("localhost"),
	    pattern("ws://*.lan:80"), pattern("[::1]:8443"), pattern("dot.example.com.") };
	const struct streamurl_rules rules = { .region = VIEW("us-east-1"), .allowed = allowed,
	    .allowed_count = ARRAY_LEN(allowed) };

	is_accepted(&rules, URL, "the true host beside patterns");
	is_accepted(&rules, "wss://sandbox.example.com:8443" PATH, "a host that is admitted");
	is_accepted(&rules, "ws://localhost:49152" PATH, "this machine, ws, any port");
	is_accepted(&rules, "ws://a.b.lan" PATH, "ws below a suffix");
	is_accepted(&rules, "ws://[::1]:8443" PATH, "an address with its port");
	is_accepted(&rules, "wss://dot.example.com" PATH, "a pattern with a last dot");
	is_refused(&rules, "ws://[::1]:8444" PATH, "StreamUrl: the host is not one of Session Manager, "
	    "nor admitted with this scheme and port at character 6", "an address with another port");
	is_refused(&rules, "wss://a.b.lan:80" PATH, "StreamUrl: the host is not one of Session Manager, "
	    "nor admitted with this scheme and port at character 7", "wss where ws is admitted");
	is_refused(&rules, "wss://ssmmessages.us-west-2.amazonaws.com" PATH,
	    "StreamUrl: the host's region is not the signing region at character 7",
	    "another region beside patterns");
}

static void
test_allowed_address(void)
{
	const struct host_pattern any = pattern("*.1");
	const struct streamurl_rules rules = { .allowed = &any, .allowed_count = 1 };

	is_refused(&rules, "wss://127.0.0.1" PATH, "StreamUrl: the host is not one of Session Manager, "
	    "nor admitted with this scheme and port at character 7", "an address has no suffix");
}

static void
test_bad_patterns(void)
{
	static const char *const texts[] = { "", "*.", "*x", "a*", ".a", "-a", "a:", "a:0", "a:65536",
	    "a:1x", "[::1", "[]", "[::1]1", "https://a", "ws://", "a/b", "a b", "u@a", "a:**" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct host_pattern made;

		is_number(host_pattern_parse(&made, view_of(texts[i]), &err), SSM_E_INPUT,
		    "'%s' is no pattern", texts[i]);
		ssm_error_clear(&err);
	}
}

static void
test_query(void)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes out = BYTES_INIT(4096);

	streamurl_parse(&url, VIEW(URL "?b=2&a=%22&b=%5C&c&b=3"), &no_rules, &err);
	streamurl_query_to_json(&out, &url);
	is_view(bytes_view(&out), VIEW("{\"b\":[\"2\",\"\\\\\",\"3\"],\"a\":\"\\\"\",\"c\":\"\"}"),
	    "a query as JSON: repeated names once, quotes escaped");
	bytes_clear(&out);
	streamurl_clear(&url);
}

static bool
is_host_of_aws(struct view host)
{
	static const struct view head = { "ssmmessages.", 12 }, tail = { ".amazonaws.com", 14 };

	return host.len == sizeof HOST - 1 && view_starts(host, head) &&
	    view_equal(view_slice(host, host.len - tail.len, host.len), tail);
}

static bool
is_plain_answer(struct view text)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = streamurl_parse(&url, text, &no_rules, &err);
	bool plain = rc == SSM_OK ? is_host_of_aws(url.host) && url.port == 443 && err.rc == SSM_OK :
	    rc == SSM_E_NO && err.rc == rc && err.message[0] != '\0';

	streamurl_clear(&url);
	ssm_error_clear(&err);
	return plain;
}

/* What a good text becomes by losing its end or changing one byte. */
static void
test_every_byte(void)
{
	static const char good[] = "wss://" HOST ":443" PATH "?role=a%20b&cell-number=x";
	const size_t len = sizeof good - 1;
	unsigned odd_cuts = 0, odd_changes = 0;

	for (size_t at = 0; at < len; at++) {
		char text[sizeof good];

		odd_cuts += !is_plain_answer((struct view){ good, at });
		for (int c = 0; c < 256; c++) {
			memcpy(text, good, sizeof good);
			text[at] = (char)c;
			odd_changes += !is_plain_answer((struct view){ text, len });
		}
	}
	is_number(odd_cuts, 0, "every cut text is a StreamUrl of AWS or refused");
	is_number(odd_changes, 0, "every text with one byte changed is a StreamUrl of AWS or refused");
}

int
main(void)
{
	test_parts();
	test_reuse();
	test_expected_region();
	test_expected_session_id();
	test_allowed();
	test_allowed_address();
	test_bad_patterns();
	test_query();
	test_every_byte();
	return done_testing();
}
