/* address: whom a StreamUrl's WebSocket is dialled at. */
#include "session/connection/address.h"

#include <stdlib.h>

#include "tap.h"

#define AWS "ssmmessages.eu-west-1.amazonaws.com"
#define TARGET "/v1/data-channel/al%40ice-0123456789abcdef0?role=publish_subscribe&cell-number=A+B/c=="

struct row {
	const char *title, *endpoint, *text, *host;
	enum ssm_err rc;
};

static const struct row rows[] = {
	{ "the StreamUrl's own", NULL, "https://" AWS TARGET, AWS, SSM_OK },
	{ "another host", "https://proxy.example", "https://proxy.example" TARGET, "proxy.example", SSM_OK },
	{ "wss and a port", "wss://Proxy.example:8443/", "https://Proxy.example:8443" TARGET, "proxy.example:8443", SSM_OK },
	{ "without TLS", "ws://127.0.0.1:9000", "http://127.0.0.1:9000" TARGET, "127.0.0.1:9000", SSM_OK },
	{ "another scheme", "ftp://x", NULL, NULL, SSM_E_INPUT },
	{ "a path", "https://x/y", NULL, NULL, SSM_E_INPUT },
	{ "a password", "https://a:b@x", NULL, NULL, SSM_E_INPUT },
	{ "a query", "https://x?y", NULL, NULL, SSM_E_INPUT },
};

static void
check_row(const struct row *row, const struct streamurl *url)
{
	struct sessionaddress address = SESSIONADDRESS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char *const environment[] = { NULL };

	is_number(sessionaddress_choose(&address, url, view_of(row->endpoint), environment, &err), row->rc, "%s",
	    row->title);
	if (row->rc == SSM_OK) {
		is_view(bytes_view(&address.text), view_of(row->text), "%s: the address", row->title);
		is_view(bytes_view(&address.host), view_of(row->host), "%s: the Host field", row->title);
		is_view(sessionaddress_target(&address), VIEW(TARGET), "%s: path and query as they came", row->title);
		is_number(address.proxy.len, 0, "%s: no proxy", row->title);
	}
	sessionaddress_clear(&address);
	ssm_error_clear(&err);
}

static void
check_proxy(const struct streamurl *url)
{
	struct sessionaddress address = SESSIONADDRESS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char variable[] = "https_proxy=http://127.0.0.1:3128";
	char *const environment[] = { variable, NULL };

	is_number(sessionaddress_choose(&address, url, VIEW_NONE, environment, &err), SSM_OK, "a proxy");
	is_view(bytes_view(&address.proxy), VIEW("http://127.0.0.1:3128"), "is the environment's");
	sessionaddress_clear(&address);
	ssm_error_clear(&err);
}

static const struct pair {
	const char *title, *endpoint, *other;
	bool shared;
} pairs[] = {
	{ "the same host", NULL, NULL, true },
	{ "by another spelling", "wss://HOST.example:443", "https://host.example", true },
	{ "another host", "https://a.example", "https://b.example", false },
	{ "another port", "https://a.example", "https://a.example:8443", false },
	{ "the same port without TLS", "https://a.example:8443", "http://a.example:8443", false },
	{ "two schemes, each with its own port", "https://a.example", "http://a.example", false },
};

static void
check_pair(const struct pair *pair, const struct streamurl *url)
{
	struct sessionaddress address = SESSIONADDRESS_INIT, other = SESSIONADDRESS_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char *const environment[] = { NULL };

	if (sessionaddress_choose(&address, url, view_of(pair->endpoint), environment, &err) != SSM_OK ||
	    sessionaddress_choose(&other, url, view_of(pair->other), environment, &err) != SSM_OK)
		abort();
	ok(sessionaddress_shares_host(&address, &other) == pair->shared, "one connection serves both: %s", pair->title);
	sessionaddress_clear(&address);
	sessionaddress_clear(&other);
}

int
main(void)
{
	struct streamurl url = STREAMURL_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	const struct streamurl_rules rules = { .allowed_count = 0 };

	is_number(streamurl_parse(&url, VIEW("wss://" AWS TARGET), &rules, &err), SSM_OK, "a StreamUrl");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i], &url);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		check_pair(&pairs[i], &url);
	check_proxy(&url);
	streamurl_clear(&url);
	ssm_error_clear(&err);
	return done_testing();
}
