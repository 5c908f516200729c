/* proxy: the choice from an environment, as botocore makes it. */
#include "http/proxy.h"
#include "tap.h"

static void
choose(const char *target, const char *const environment[4], const char *expected,
    const char *title)
{
	struct bytes proxy = BYTES_INIT(PROXY_URL_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	char *list[5] = { NULL, NULL, NULL, NULL, NULL };
	char lines[4][128];
	struct url url;

	for (size_t i = 0; i < 4 && environment[i] != NULL; i++) {
		memcpy(lines[i], environment[i], strlen(environment[i]) + 1);
		list[i] = lines[i];
	}
	ok(url_parse(&url, view_of(target), "url", &err) == SSM_OK &&
	    proxy_choose(&proxy, &url, list, &err) == SSM_OK, "%s: no error", title);
	is_text(bytes_cstr(&proxy), expected, "%s", title);
	bytes_clear(&proxy);
	ssm_error_clear(&err);
}

#define CHOOSE(target, expected, title, ...) \
	choose(target, (const char *const[4]){ __VA_ARGS__ }, expected, title)

static void
test_variables(void)
{
	CHOOSE("https://h/", "", "no variables", NULL);
	CHOOSE("https://h/", "http://p:8080", "https_proxy", "https_proxy=http://p:8080");
	CHOOSE("http://h/", "", "https_proxy is none of http", "https_proxy=http://p:8080");
	CHOOSE("http://h/", "http://p:8080", "http_proxy", "http_proxy=http://p:8080/");
	CHOOSE("https://h/", "", "http_proxy is none of https", "http_proxy=http://p:8080");
	CHOOSE("https://h/", "", "ALL_PROXY is none", "ALL_PROXY=http://p", "all_proxy=http://p");
	CHOOSE("https://h/", "http://p:80", "capitals", "HTTPS_PROXY=http://p");
	CHOOSE("https://h/", "http://p:80", "mixed letters", "Https_Proxy=http://p");
	CHOOSE("https://h/", "http://b:80", "lower case wins", "https_proxy=b", "HTTPS_PROXY=a");
	CHOOSE("https://h/", "http://b:80", "whatever the order", "HTTPS_PROXY=a", "https_proxy=b");
	CHOOSE("https://h/", "", "an empty lower-case one removes it", "HTTPS_PROXY=a", "https_proxy=");
	CHOOSE("https://h/", "http://a:80", "an empty capital one does not", "https_proxy=a", "HTTPS_PROXY=");
	CHOOSE("https://h/", "", "names that only look like it", "xhttps_proxy=a", "https_proxyx=a",
	    "https-proxy=a", "_proxy=a");
	CHOOSE("http://h/", "", "CGI: capitals are the client's", "HTTP_PROXY=a", "REQUEST_METHOD=GET");
	CHOOSE("http://h/", "http://b:80", "CGI: lower case is ours", "http_proxy=b", "REQUEST_METHOD=GET");
	CHOOSE("https://h/", "http://a:80", "CGI: https is never the client's", "HTTPS_PROXY=a",
	    "REQUEST_METHOD=GET");
}

static void
test_values(void)
{
	CHOOSE("https://h/", "http://p:80", "a bare name", "https_proxy=p");
	CHOOSE("https://h/", "http://p:3128", "a name and a port", "https_proxy=p:3128");
	CHOOSE("https://h/", "http://p:80", "two slashes", "https_proxy=//p");
	CHOOSE("https://h/", "https://p:443", "a proxy over TLS", "https_proxy=https://p");
	CHOOSE("https://h/", "http://u:p%40@p:80", "user and password", "https_proxy=http://u:p%40@p");
	CHOOSE("https://h/", "http://user:p%40ss@127.0.0.1:3128", "an @ in the password",
	    "https_proxy=http://user:p@ss@127.0.0.1:3128");
	CHOOSE("https://h/", "http://u%40d.example:p%40@p:80", "an @ in the user, too, and no scheme",
	    "https_proxy=u@d.example:p@@p");
	CHOOSE("https://h/", "http://d%5Cu:%5B1%5D%25%22%7C%5E%25z@p:80", "other characters that URLs have not",
	    "https_proxy=http://d\\u:[1]%\"|^%z@p");
	CHOOSE("https://h/", "http://u:a:b%3Ac@p:80", "colons in the password", "https_proxy=http://u:a:b%3Ac@p");
	CHOOSE("https://h/", "http://u:@p:80", "an empty password", "https_proxy=http://u:@p");
	CHOOSE("https://h/", "http://p:80", "a user without a password is nobody", "https_proxy=http://u@p");
	CHOOSE("https://h/", "http://[::1]:3128", "an IPv6 address", "https_proxy=http://[::1]:3128/x");
}

static void
test_no_proxy(void)
{
	static const struct {
		const char *target, *list;
		bool direct;
	} cases[] = {
		{ "https://a.b.com/", "no_proxy=*", true }, { "https://a.b.com/", "NO_PROXY=*", true },
		{ "https://a.b.com/", "no_proxy=x,*", false },
		{ "https://a.b.com/", "no_proxy=b.com", true },
		{ "https://a.b.com/", "no_proxy=.b.com", true },
		{ "https://b.com/", "no_proxy=.b.com", true },
		{ "https://a.b.com/", "no_proxy=..b.com", true },
		{ "https://ab.com/", "no_proxy=b.com", false },
		{ "https://a.b.com/", "no_proxy=*.b.com", false },
		{ "https://A.B.com/", "no_proxy= x , a.b.COM ,", true },
		{ "https://a.b.com/", "no_proxy=a.b", false },
		{ "https://a.b.com/", "no_proxy=,,", false },
		{ "https://a.b.com/", "no_proxy=", false },
		{ "https://localhost:8080/x", "no_proxy=localhost", true },
		{ "https://localhost:8080/x", "no_proxy=localhost:8080", true },
		{ "https://localhost:8080", "no_proxy=localhost:8080", true },
		{ "https://localhost:8080?a/b", "no_proxy=localhost:8080", true },
		{ "https://localhost:8080/", "no_proxy=localhost:81", false },
		{ "https://127.0.0.1/", "no_proxy=127.0.0.0/8", false },
		{ "https://127.0.0.1/", "no_proxy=127.0.0.1", true },
		{ "https://[::1]:80/", "no_proxy=[::1]", true },
		{ "https://[::1]/", "no_proxy=::1", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		choose(cases[i].target, (const char *const[4]){ "https_proxy=p", cases[i].list },
		    cases[i].direct ? "" : "http://p:80", cases[i].list);
}

static void
refuse(const char *variable, const char *expected)
{
	struct bytes proxy = BYTES_INIT(PROXY_URL_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	char line[128];
	char *list[] = { line, NULL };
	struct url url;

	memcpy(line, variable, strlen(variable) + 1);
	ok(url_parse(&url, VIEW("http://h/"), "url", &err) == SSM_OK &&
	    proxy_choose(&proxy, &url, list, &err) == SSM_E_CONFIG && err.rc == SSM_E_CONFIG,
	    "%s is refused", variable);
	is_text(err.message, expected, "and told without its value");
	is_number(proxy.len, 0, "and not used");
	bytes_clear(&proxy);
	ssm_error_clear(&err);
}

static void
test_shown(const char *proxy, const char *expected)
{
	struct bytes out = BYTES_INIT(PROXY_URL_MAX);

	proxy_add_shown(&out, view_of(proxy));
	is_text(bytes_cstr(&out), expected, "%s as shown", expected);
	bytes_clear(&out);
}

int
main(void)
{
	test_variables();
	test_values();
	test_no_proxy();
	refuse("http_proxy=socks5://secret", "http_proxy: the proxy's URL: a scheme that is neither http nor https");
	refuse("http_proxy=http://u:secret@", "http_proxy: the proxy's URL: no host at character 17");
	refuse("http_proxy=u:sec ret@p", "http_proxy: the proxy's URL: a character that no URL holds at character 13");
	refuse("http_proxy=http://u:sec/ret@p:80", "http_proxy: the proxy's URL: an '@' behind '/'; in a user name or "
	    "password '/', '?' and '#' are written %2F, %3F and %23");
	refuse("http_proxy=u:7#ret@p:80", "http_proxy: the proxy's URL: an '@' behind '#'; in a user name or "
	    "password '/', '?' and '#' are written %2F, %3F and %23");
	refuse("http_proxy=http://u:p@ss@p:x", "http_proxy: the proxy's URL: a port that is no number at character 17");
	refuse("HTTP_PROXY=p:99999", "http_proxy: the proxy's URL: a port outside 1 to 65535 at character 10");
	test_shown("http://p:80", "http://p:80");
	test_shown("https://u:a@b@p:80", "https://***:***@p:80");
	return done_testing();
}
