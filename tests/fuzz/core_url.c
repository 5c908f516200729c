/* core/url: libcurl reads what we take, and the same in it; the normal form is one. */
#include <stdlib.h>

#include "core/url.h"
#include "curlurl.h"

static bool
is_known(struct view scheme)
{
	static const char *const known[] = { "http", "https", "ws", "wss" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (view_equal_nocase(scheme, view_of(known[i])))
			return true;
	return false;
}

/* Addresses are written anew by libcurl, in the form that url_add_normal() has. */
static void
check_parts(const struct url *url, struct view normal_host)
{
	struct curlurl other;
	bool read = curlurl_read(&other, url->text);

	HOLDS(read || url->user_info.ptr != NULL);
	if (read) {
		HOLDS(view_equal_nocase(view_of(other.host), url->host) ||
		    view_equal_nocase(view_of(other.host), normal_host));
		HOLDS(url->port == (other.port == NULL ? 0 : (unsigned)atoi(other.port)));
		HOLDS(view_is(url->path.len == 0 ? VIEW("/") : url->path, other.path));
		HOLDS(url->query.len == 0 || view_is(url->query, other.query));
		HOLDS(url->user_info.len == 0 || other.user != NULL);
	}
	curlurl_clear(&other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes once = BYTES_INIT(SIZE_MAX), twice = BYTES_INIT(SIZE_MAX);
	struct url url, normal;

	if (url_parse(&url, fuzz_view(data, size), "URL", &err) == SSM_OK && url_add_normal(&once, &url)) {
		HOLDS(once.len > URL_LEN_MAX || url_parse(&normal, bytes_view(&once), "URL", &err) == SSM_OK);
		if (once.len <= URL_LEN_MAX) {
			HOLDS(url_add_normal(&twice, &normal) && view_equal(bytes_view(&once), bytes_view(&twice)));
			if (is_known(url.scheme))
				check_parts(&url, normal.host);
		}
	}
	bytes_clear(&once);
	bytes_clear(&twice);
	ssm_error_clear(&err);
	return 0;
}
