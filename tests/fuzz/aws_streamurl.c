/* aws/streamurl: libcurl would connect to the host that was judged; no refusal tells the token. */
#include "aws/streamurl.h"
#include "curlurl.h"

/* What Session Manager's form is, if any host is admitted. */
static void
check_parts(const struct streamurl *url, bool any_host)
{
	struct bytes path = BYTES_INIT(SIZE_MAX);
	struct curlurl other;
	struct view host;
	char *decoded = NULL;

	HOLDS(curlurl_read(&other, url->text));
	host = view_of(other.host);
	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	HOLDS(view_equal_nocase(host, url->host) || (any_host && url_host_is_address(url->host)));
	HOLDS(other.user == NULL && (any_host || url->port == 443));
	bytes_add(&path, VIEW("/"));
	bytes_add(&path, url->api_version);
	bytes_add(&path, VIEW("/data-channel/"));
	bytes_add(&path, url->session_id);
	HOLDS(curl_url_get(other.handle, CURLUPART_PATH, &decoded, CURLU_URLDECODE) == CURLUE_OK);
	HOLDS(view_is(bytes_view(&path), decoded));
	curl_free(decoded);
	bytes_clear(&path);
	curlurl_clear(&other);
}

static void
parse(struct view text, const struct streamurl_rules *rules)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct streamurl url = STREAMURL_INIT;

	if (streamurl_parse(&url, text, rules, &err) == SSM_OK)
		check_parts(&url, rules->allowed_count > 0);
	else
		HOLDS(err.rc == SSM_E_NO && !fuzz_error_tells(&err));
	streamurl_clear(&url);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct host_pattern any[2];
	struct streamurl_rules rules = { .allowed = any, .allowed_count = 0 };
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	HOLDS(host_pattern_parse(&any[0], VIEW("wss://*:*"), &err) == SSM_OK);
	HOLDS(host_pattern_parse(&any[1], VIEW("ws://*:*"), &err) == SSM_OK);
	fuzz_add_secret(&marked, fuzz_view(data, size));
	for (; rules.allowed_count <= ARRAY_LEN(any); rules.allowed_count += ARRAY_LEN(any)) {
		parse(fuzz_view(data, size), &rules);
		parse(bytes_view(&marked), &rules);
	}
	bytes_clear(&marked);
	return 0;
}
