/* url, partition, endpoint: the parts of a URL, regions and where their requests go. */
#include <stdio.h>
#include <stdlib.h>

#include "aws/endpoint.h"
#include "aws/partition.h"
#include "core/url.h"
#include "tap.h"

static const struct {
	const char *text;
	const char *parts;		/* scheme, user info, host, port, path, query, fragment */
} parsed[] = {
	{ "https://h", "https|-|h|0||-|-" },
	{ "https://h/", "https|-|h|0|/|-|-" },
	{ "HTTPS://H.Example./", "HTTPS|-|H.Example.|0|/|-|-" },
	{ "wss://h:443/a/b?c=d&e", "wss|-|h|443|/a/b|c=d&e|-" },
	{ "http://h:1?q", "http|-|h|1||q|-" },
	{ "http://h:65535#f", "http|-|h|65535||-|f" },
	{ "http://h:00080/", "http|-|h|80|/|-|-" },
	{ "http://h?a?b#c#d?e", "http|-|h|0||a?b|c#d?e" },
	{ "http://h/?#", "http|-|h|0|/||" },
	{ "http://u@h/", "http|u|h|0|/|-|-" },
	{ "http://u:p@h:8/", "http|u:p|h|8|/|-|-" },
	{ "http://@h/", "http||h|0|/|-|-" },
	{ "http://a@b@h/", "http|a@b|h|0|/|-|-" },
	{ "http://h/@x", "http|-|h|0|/@x|-|-" },
	{ "http://h?@x", "http|-|h|0||@x|-" },
	{ "http://[::1]:8080/", "http|-|[::1]|8080|/|-|-" },
	{ "http://[::]", "http|-|[::]|0||-|-" },
	{ "http://[2001:db8::192.0.2.1]/x", "http|-|[2001:db8::192.0.2.1]|0|/x|-|-" },
	{ "http://127.0.0.1:80/", "http|-|127.0.0.1|80|/|-|-" },
	{ "a+b-c.1://h", "a+b-c.1|-|h|0||-|-" },
	{ "azAZ://AZ.az", "azAZ|-|AZ.az|0||-|-" },
	{ "http://a-b.1c.d/", "http|-|a-b.1c.d|0|/|-|-" },
	{ "http://h//a/../b/./%2e%zz;=,~!$'()*+[]", "http|-|h|0|//a/../b/./%2e%zz;=,~!$'()*+[]|-|-" },
};

static void
add_part(struct bytes *out, struct view part)
{
	bytes_add(out, part.ptr == NULL ? VIEW("-") : part);
	bytes_add_char(out, '|');
}

static void
check_parsed(void)
{
	struct bytes got = BYTES_INIT(URL_LEN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	char port[12];

	for (size_t i = 0; i < ARRAY_LEN(parsed); i++) {
		struct url url;

		if (!ok(url_parse(&url, view_of(parsed[i].text), "the URL", &err) == SSM_OK,
		    "parsed: %s", parsed[i].text))
			continue;
		bytes_reset(&got);
		add_part(&got, url.scheme);
		add_part(&got, url.user_info);
		add_part(&got, url.host);
		snprintf(port, sizeof port, "%u|", url.port);
		bytes_add_text(&got, port);
		bytes_add(&got, url.path);
		bytes_add_char(&got, '|');
		add_part(&got, url.query);
		add_part(&got, url.fragment);
		got.len--;
		is_text(bytes_cstr(&got), parsed[i].parts, "its parts: %s", parsed[i].text);
		ok(url.ipv6 == (url.host.ptr[0] == '['), "IPv6 or not: %s", parsed[i].text);
	}
	bytes_clear(&got);
	ssm_error_clear(&err);
}

#define L63 "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz"
#define L61 "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwx"
#define NO_SCHEME "the URL: no scheme (https://, wss:// ...) at character 1"
#define FOREIGN "the URL: a character that no URL holds at character "
#define NO_NAME "the URL: not a host name at character "
#define RANGE "the URL: a port outside 1 to 65535 at character "
#define NO_NUMBER "the URL: a port that is no number at character "

static const struct {
	const char *text, *message;
} refused[] = {
	{ "", NO_SCHEME },
	{ "h", NO_SCHEME },
	{ "h:80", NO_SCHEME },
	{ "//h/", NO_SCHEME },
	{ "http:/h/", NO_SCHEME },
	{ "http:h", NO_SCHEME },
	{ "://h", NO_SCHEME },
	{ "1http://h", NO_SCHEME },
	{ "ht_tp://h", NO_SCHEME },
	{ "h/://x", NO_SCHEME },
	{ "http://", "the URL: no host at character 8" },
	{ "http:///x", "the URL: no host at character 8" },
	{ "http://:80/", "the URL: no host at character 8" },
	{ "http://u@/", "the URL: no host at character 10" },
	{ "http://?", "the URL: no host at character 8" },
	{ " http://h", FOREIGN "1" },
	{ "http://h h", FOREIGN "9" },
	{ "http://h/\t", FOREIGN "10" },
	{ "http://h/\r\nx", FOREIGN "10" },
	{ "http://h/\x01", FOREIGN "10" },
	{ "http://h/\x7F", FOREIGN "10" },
	{ "http://h\xC3\xA9/", FOREIGN "9" },
	{ "http://h/\"", FOREIGN "10" },
	{ "http://h/<", FOREIGN "10" },
	{ "http://h/>", FOREIGN "10" },
	{ "http://h\\@evil/", FOREIGN "9" },
	{ "http://h/^", FOREIGN "10" },
	{ "http://h/`", FOREIGN "10" },
	{ "http://h/{", FOREIGN "10" },
	{ "http://h/|", FOREIGN "10" },
	{ "http://h/}", FOREIGN "10" },
	{ "http://h:/", RANGE "10" },
	{ "http://h:0/", RANGE "10" },
	{ "http://h:65536", RANGE "10" },
	{ "http://h:99999", RANGE "10" },
	{ "http://h:000080", NO_NUMBER "10" },
	{ "http://h:4294967376", NO_NUMBER "10" },
	{ "http://h:-1", NO_NUMBER "10" },
	{ "http://h:+1", NO_NUMBER "10" },
	{ "http://h:8x", NO_NUMBER "10" },
	{ "http://h:80:80", NO_NUMBER "10" },
	{ "http://under~score/", NO_NAME "13" },
	{ "http://-h/", NO_NAME "8" },
	{ "http://a.h-/", NO_NAME "10" },
	{ "http://a..b/", NO_NAME "10" },
	{ "http://.a/", NO_NAME "8" },
	{ "http://a../", NO_NAME "10" },
	{ "http://./", NO_NAME "8" },
	{ "http://h%2e/", NO_NAME "9" },
	{ "http://h*/", NO_NAME "9" },
	{ "http://a@b:c/", "the URL: a port that is no number at character 12" },
	{ "http://" L63 "x/", NO_NAME "8" },
	{ "http://[::1", "the URL: '[' without ']' at character 8" },
	{ "http://[]/", NO_NAME "8" },
	{ "http://[::1]x/", NO_NAME "13" },
	{ "http://[::1]80/", NO_NAME "13" },
	{ "http://[::g]/", NO_NAME "8" },
	{ "http://[fe80::1%25lo]/", NO_NAME "8" },
	{ "http://[127.0.0.1]/", NO_NAME "8" },
	{ "http://[v1.x]/", NO_NAME "8" },
	{ "http://[0000:0000:0000:0000:0000:ffff:255.255.255.2555]/", NO_NAME "8" },
	{ "http://[::1]:/", RANGE "14" },
	{ "http://::1/", "the URL: no host at character 8" },
};

static void
check_refused(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct url url;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		ok(url_parse(&url, view_of(refused[i].text), "the URL", &err) == SSM_E_INPUT,
		    "refused: case %zu", i);
		is_text(err.message, refused[i].message, "its message: case %zu", i);
	}
	ok(url_parse(&url, VIEW("http://h\0/"), "the URL", &err) == SSM_E_INPUT, "a NUL is refused");
	is_text(err.message, FOREIGN "9", "at its place");
	ok(url_parse(&url, VIEW("http://" L63 "." L63 "." L63 "." L63 "/"), "the URL", &err) != SSM_OK,
	    "a host of 255 bytes is refused");
	ok(url_parse(&url, VIEW("http://" L63 "." L63 "." L63 "." L61 "/"), "the URL", &err) == SSM_OK &&
	    url.host.len == 253, "one of 253 is not");
	ok(url_parse(&url, VIEW("http://" L63 "." L63 "." L63 "." L61 "a/"), "the URL", &err) != SSM_OK,
	    "one of 254 is");
	ssm_error_clear(&err);
}

static void
check_length(void)
{
	struct bytes text = BYTES_INIT(URL_LEN_MAX + 1);
	struct ssm_error err = SSM_ERROR_INIT;
	struct url url;

	bytes_add_text(&text, "https://h/");
	while (text.len < URL_LEN_MAX)
		bytes_add_char(&text, 'a');
	ok(url_parse(&url, bytes_view(&text), "the URL", &err) == SSM_OK, "4096 bytes");
	bytes_add_char(&text, 'a');
	ok(url_parse(&url, bytes_view(&text), "the URL", &err) == SSM_E_INPUT, "4097 are too many");
	is_text(err.message, "the URL: longer than 4096 bytes", "and that is said");
	bytes_clear(&text);
	ssm_error_clear(&err);
}

static const struct {
	const char *host;
	bool address, loopback;
} hosts[] = {
	{ "localhost", false, true }, { "LOCALHOST", false, true }, { "localhost.", false, false },
	{ "x.localhost", false, false }, { "localhostx", false, false },
	{ "127.0.0.1", true, true }, { "127.255.255.254", true, true }, { "127.0.0.1.", true, false },
	{ "127.255.255.2544", true, false },
	{ "126.0.0.1", true, false }, { "128.0.0.1", true, false }, { "0.0.0.0", true, false },
	{ "10.0.0.1", true, false }, { "169.254.169.254", true, false },
	{ "127.1", true, false }, { "2130706433", true, false }, { "0x7f000001", true, false },
	{ "0X7F.1", true, false }, { "0177.0.0.1", true, false }, { "127.0.0.0x1", true, false },
	{ "127.0.0.1.example", false, false }, { "1.2.3.4a", false, false }, { "7", true, false },
	{ "[::1]", true, true }, { "[::]", true, false }, { "[::ffff:127.0.0.1]", true, false },
	{ "example", false, false }, { "ssm.us-east-1.amazonaws.com", false, false },
	{ "a1", false, false }, { "xn--p1ai", false, false },
};

static void
check_hosts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct view host = view_of(hosts[i].host);

		ok(url_host_is_address(host) == hosts[i].address, "%s is %s address", hosts[i].host,
		    hosts[i].address ? "an" : "no");
		ok(url_host_is_loopback(host) == hosts[i].loopback, "%s is %sloopback", hosts[i].host,
		    hosts[i].loopback ? "" : "not ");
	}
}

static const struct {
	const char *url, *header;
} headers[] = {
	{ "https://H.Example/", "h.example" }, { "https://AZaz.x", "azaz.x" }, { "https://h:443/", "h" }, { "HTTPS://h:443/", "h" },
	{ "https://h:80/", "h:80" }, { "http://h:80/", "h" }, { "http://h:443/", "h:443" },
	{ "wss://h:443/", "h" }, { "WS://h:80", "h" }, { "ws://h:443", "h:443" },
	{ "ftp://h:80/", "h:80" }, { "http://[::FFFF]:8080/", "[::ffff]:8080" },
	{ "http://u:p@h:00080/", "h" }, { "http://h.:1", "h.:1" },
};

static const struct {
	const char *url, *normal;	/* NULL: a number that is no address */
} normals[] = {
	{ "https://H.Example", "https://h.example/" }, { "HTTP://LOCALHOST:8080/A?B", "http://localhost:8080/A?B" },
	{ "https://h.:443", "https://h/" }, { "http://h:00080/", "http://h/" }, { "http://h:443", "http://h:443/" },
	{ "https://u:p@h/x#f", "https://h/x" }, { "https://h?", "https://h/?" },
	{ "http://squid_proxy:3128", "http://squid_proxy:3128/" },
	{ "http://127.1:1", "http://127.0.0.1:1/" }, { "http://0x7f.1", "http://127.0.0.1/" },
	{ "http://2130706433/", "http://127.0.0.1/" }, { "http://0177.0.0.1.", "http://127.0.0.1/" },
	{ "http://127.0.0.0x1", "http://127.0.0.1/" }, { "http://010.8.0.1", "http://8.8.0.1/" },
	{ "http://[0:0::1]:80", "http://[::1]/" }, { "http://[::FFFF:127.0.0.1]:8080", "http://[::ffff:127.0.0.1]:8080/" },
	{ "http://256.1.1.1", NULL }, { "http://1.2.3.4.5", NULL }, { "http://4294967296", NULL },
	{ "http://x.09", NULL }, { "http://1.2.3.4a", "http://1.2.3.4a/" },
};

static void
check_normal(void)
{
	struct bytes got = BYTES_INIT(URL_LEN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct url url;

	for (size_t i = 0; i < ARRAY_LEN(normals); i++) {
		bytes_reset(&got);
		ok(url_parse(&url, view_of(normals[i].url), "the URL", &err) == SSM_OK &&
		    url_add_normal(&got, &url) == (normals[i].normal != NULL), "read: %s", normals[i].url);
		if (normals[i].normal != NULL)
			is_text(bytes_cstr(&got), normals[i].normal, "its normal form: %s", normals[i].url);
	}
	bytes_clear(&got);
	ssm_error_clear(&err);
}

static const struct {
	const char *query, *pairs;
} queries[] = {
	{ "", "" }, { "a=b", "a>b;" }, { "a=b&c=d", "a>b;c>d;" }, { "a", "a>;" }, { "a=", "a>;" },
	{ "=b", ">b;" }, { "=", ">;" }, { "a=b=c", "a>b=c;" }, { "&&a=1&&b=2&", "a>1;b>2;" },
	{ "a=1&a=2", "a>1;a>2;" }, { "a+b=%20;c", "a+b>%20;c;" },
};

static void
check_headers_and_queries(void)
{
	struct bytes got = BYTES_INIT(1024);
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct url url;

		bytes_reset(&got);
		url_parse(&url, view_of(headers[i].url), "the URL", &err);
		url_host_header(&got, &url);
		is_text(bytes_cstr(&got), headers[i].header, "Host header of %s", headers[i].url);
	}
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct view rest = view_of(queries[i].query), name, value;

		bytes_reset(&got);
		while (url_next_pair(&rest, &name, &value)) {
			bytes_add(&got, name);
			bytes_add_char(&got, '>');
			bytes_add(&got, value);
			bytes_add_char(&got, ';');
		}
		is_text(bytes_cstr(&got), queries[i].pairs, "pairs of '%s'", queries[i].query);
	}
	bytes_clear(&got);
	ssm_error_clear(&err);
}

int
main(void)
{
	check_parsed();
	check_refused();
	check_length();
	check_hosts();
	check_normal();
	check_headers_and_queries();
	return done_testing();
}
