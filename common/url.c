#include "url.h"

#include <arpa/inet.h>
#include <stdio.h>

enum ssm_err
url_fail(const struct url *url, enum ssm_err rc, const char *what, const char *place,
    const char *why, struct ssm_error *err)
{
	return ssm_fail(err, rc, "InvalidUrl", "%s: %s at character %zu", what, why,
	    (size_t)(place - url->text.ptr) + 1);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_foreign(char c)
{
	switch (c) {
	case '"': case '<': case '>': case '\\': case '^': case '`': case '{': case '|': case '}':
		return true;
	default:
		return c <= ' ' || c >= 0x7F;
	}
}

/* The first byte that no URL may hold, or NULL. */
static const char *
find_foreign(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (is_foreign(text.ptr[i]))
			return text.ptr + i;
	return NULL;
}

static bool
is_scheme(struct view v)
{
	if (v.len == 0 || !is_letter(v.ptr[0]))
		return false;
	for (size_t i = 1; i < v.len; i++)
		if (!is_letter(v.ptr[i]) && !is_digit(v.ptr[i]) && v.ptr[i] != '+' &&
		    v.ptr[i] != '-' && v.ptr[i] != '.')
			return false;
	return true;
}

/* Labels of 1 to 63 letters, digits and inner hyphens, one dot at the end allowed. */
static const char *
find_bad_label(struct view host)
{
	struct view rest = host;

	if (rest.len > 0 && rest.ptr[rest.len - 1] == '.')
		rest.len--;
	if (rest.len == 0 || rest.len > 253)
		return host.ptr;
	for (;;) {
		size_t len = view_find(rest, '.');

		if (len == 0 || len > 63 || rest.ptr[0] == '-' || rest.ptr[len - 1] == '-')
			return rest.ptr;
		for (size_t i = 0; i < len; i++)
			if (!is_letter(rest.ptr[i]) && !is_digit(rest.ptr[i]) && rest.ptr[i] != '-')
				return rest.ptr + i;
		if (len == rest.len)
			return NULL;
		rest = view_slice(rest, len + 1, rest.len);
	}
}

static bool
is_ipv6(struct view host)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (host.len < 4 || host.len - 2 >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)host.len - 2, host.ptr + 1);
	return inet_pton(AF_INET6, text, &address) == 1;
}

static enum ssm_err
split_port(struct url *url, struct view text, const char *what, struct ssm_error *err)
{
	unsigned port = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]) || i == 5)
			return url_fail(url, SSM_E_INPUT, what, text.ptr, "a port that is no number", err);
		port = port * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (port == 0 || port > 65535)
		return url_fail(url, SSM_E_INPUT, what, text.ptr, "a port outside 1 to 65535", err);
	url->port = port;
	return SSM_OK;
}

static enum ssm_err
split_authority(struct url *url, struct view text, const char *what, struct ssm_error *err)
{
	size_t at = text.len, end;
	const char *place;

	while (at > 0 && text.ptr[at - 1] != '@')
		at--;
	if (at > 0) {
		url->user_info = view_slice(text, 0, at - 1);
		text = view_slice(text, at, text.len);
	}
	url->ipv6 = text.len > 0 && text.ptr[0] == '[';
	end = url->ipv6 ? view_find(text, ']') + 1 : view_find(text, ':');
	if (end > text.len)
		return url_fail(url, SSM_E_INPUT, what, text.ptr, "'[' without ']'", err);
	url->host = view_slice(text, 0, end);
	if (url->host.len == 0)
		return url_fail(url, SSM_E_INPUT, what, text.ptr, "no host", err);
	place = !url->ipv6 ? find_bad_label(url->host) : is_ipv6(url->host) ? NULL : text.ptr;
	if (place != NULL)
		return url_fail(url, SSM_E_INPUT, what, place, "not a host name", err);
	if (end == text.len)
		return SSM_OK;
	if (text.ptr[end] != ':')
		return url_fail(url, SSM_E_INPUT, what, text.ptr + end, "not a host name", err);
	return split_port(url, view_slice(text, end + 1, text.len), what, err);
}

static void
split_path(struct url *url, struct view text)
{
	size_t at = view_find(text, '#');

	url->fragment = url->query = VIEW_NONE;
	if (at < text.len)
		url->fragment = view_slice(text, at + 1, text.len);
	text = view_slice(text, 0, at);
	at = view_find(text, '?');
	if (at < text.len)
		url->query = view_slice(text, at + 1, text.len);
	url->path = view_slice(text, 0, at);
}

enum ssm_err
url_parse(struct url *url, struct view text, const char *what, struct ssm_error *err)
{
	size_t colon = view_find(text, ':'), end;
	struct view rest;
	const char *place;

	*url = (struct url){ .text = text };
	if (text.len > URL_LEN_MAX)
		return ssm_fail(err, SSM_E_INPUT, "InvalidUrl", "%s: longer than %d bytes", what,
		    URL_LEN_MAX);
	if ((place = find_foreign(text)) != NULL)
		return url_fail(url, SSM_E_INPUT, what, place, "a character that no URL holds", err);
	url->scheme = view_slice(text, 0, colon);
	rest = view_slice(text, colon, text.len);
	if (!is_scheme(url->scheme) || !view_starts(rest, VIEW("://")))
		return ssm_fail(err, SSM_E_INPUT, "InvalidUrl",
		    "%s: no scheme (https://, wss:// ...) at character 1", what);
	rest = view_slice(rest, 3, rest.len);
	for (end = 0; end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' &&
	    rest.ptr[end] != '#'; end++)
		;
	split_path(url, view_slice(rest, end, rest.len));
	return split_authority(url, view_slice(rest, 0, end), what, err);
}

bool
url_host_is_address(struct view host)
{
	struct view last = host;
	size_t dot;

	if (host.len > 0 && host.ptr[0] == '[')
		return true;
	if (last.len > 0 && last.ptr[last.len - 1] == '.')
		last.len--;
	while ((dot = view_find(last, '.')) < last.len)
		last = view_slice(last, dot + 1, last.len);
	/* No top-level domain is a number, decimal or 0x..., so a last label that is makes an address. */
	return last.len > 0 && is_digit(last.ptr[0]) &&
	    (last.len == 1 || is_digit(last.ptr[1]) || (last.ptr[1] | 0x20) == 'x');
}

bool
url_host_is_loopback(struct view host)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr address;

	if (view_equal_nocase(host, VIEW("localhost")) || view_is(host, "[::1]"))
		return true;
	if (host.len >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", VIEW_ARG(host));
	return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static unsigned
default_port(struct view scheme)
{
	if (view_equal_nocase(scheme, VIEW("https")) || view_equal_nocase(scheme, VIEW("wss")))
		return 443;
	return view_equal_nocase(scheme, VIEW("http")) || view_equal_nocase(scheme, VIEW("ws")) ? 80 : 0;
}

void
url_host_header(struct bytes *out, const struct url *url)
{
	char port[8];

	for (size_t i = 0; i < url->host.len; i++) {
		char c = url->host.ptr[i];

		bytes_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
	if (url->port == 0 || url->port == default_port(url->scheme))
		return;
	snprintf(port, sizeof port, ":%u", url->port);
	bytes_add_text(out, port);
}

bool
url_next_pair(struct view *rest, struct view *name, struct view *value)
{
	while (rest->len > 0) {
		size_t end = view_find(*rest, '&'), equals;
		struct view pair = view_slice(*rest, 0, end);

		*rest = view_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
		if (pair.len == 0)
			continue;
		equals = view_find(pair, '=');
		*name = view_slice(pair, 0, equals);
		*value = view_slice(pair, equals < pair.len ? equals + 1 : equals, pair.len);
		return true;
	}
	return false;
}
