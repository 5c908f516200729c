/* http/proxy: libcurl reads the chosen proxy as we do; user and password are in no message. */
#include <stdlib.h>

#include "curlurl.h"
#include "http/proxy.h"

static void
check_proxy(struct view proxy)
{
	struct bytes shown = BYTES_INIT(SIZE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct curlurl other;
	struct url url;

	HOLDS(url_parse(&url, proxy, "proxy", &err) == SSM_OK && url.port != 0);
	HOLDS(curlurl_read(&other, proxy) || url.user_info.len > 0);
	HOLDS(other.host == NULL || (unsigned)atoi(other.port) == url.port);
	proxy_add_shown(&shown, proxy);
	HOLDS(!fuzz_tells(url.user_info) || !fuzz_tells(bytes_view(&shown)) || fuzz_tells(url.host));
	curlurl_clear(&other);
	ssm_error_clear(&err);
	bytes_clear(&shown);
}

static void
choose(struct view value, struct view list)
{
	struct bytes https = BYTES_INIT(SIZE_MAX), no = BYTES_INIT(SIZE_MAX), proxy = BYTES_INIT(PROXY_URL_MAX);
	char *environment[] = { NULL, NULL, NULL };
	struct ssm_error err = SSM_ERROR_INIT;
	struct url target;

	bytes_add(&https, VIEW("https_proxy="));
	bytes_add(&https, value);
	bytes_add(&no, VIEW("NO_PROXY="));
	bytes_add(&no, list);
	HOLDS(bytes_cstr(&https) != NULL && bytes_cstr(&no) != NULL);
	environment[0] = https.ptr;
	environment[1] = no.ptr;
	HOLDS(url_parse(&target, VIEW("https://ssm.us-east-1.amazonaws.com/"), "URL", &err) == SSM_OK);
	if (proxy_choose(&proxy, &target, environment, &err) != SSM_OK)
		HOLDS(err.rc == SSM_E_CONFIG && !fuzz_error_tells(&err));
	else if (proxy.len > 0)
		check_proxy(bytes_view(&proxy));
	ssm_error_clear(&err);
	bytes_clear(&https);
	bytes_clear(&no);
	bytes_clear(&proxy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = fuzz_view(data, size), value = view_take(&rest, '\n');
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	fuzz_add_secret(&marked, value);
	choose(value, rest);
	choose(bytes_view(&marked), rest);
	bytes_clear(&marked);
	return 0;
}
