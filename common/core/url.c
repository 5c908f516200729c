#include "core/url.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "core/ascii.h"

#define REFERENCE_MAX 12		/* &#x0000026; */

enum ssm_err
url_fail(const struct url *url, enum ssm_err rc, const char *what, const char *place,
    const char *why, struct ssm_error *err)
{
	return ssm_fail(err, rc, "InvalidUrl", "%s: %s at character %zu", what, why,
	    (size_t)(place - url->text.ptr) + 1);
}

static bool
is_foreign(unsigned char c)
{
	static const bool foreign[0x80] = { ['"'] = true, ['<'] = true, ['>'] = true, ['\\'] = true,
	    ['^'] = true, ['`'] = true, ['{'] = true, ['|'] = true, ['}'] = true };

	return c <= ' ' || c >= 0x7F || foreign[c];
}

/* The first byte that no URL may hold, or NULL. */
static const char *
find_foreign(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (is_foreign((unsigned char)text.ptr[i]))
			return text.ptr + i;
	return NULL;
}

/* &amp; &#38; &#x0026; and their like; text begins with '&' */
static bool
is_reference(struct view text)
{
	static const char *const names[] = { "amp", "lt", "gt", "quot", "apos" };
	struct view name = view_slice(text, 1, text.len < REFERENCE_MAX ? text.len : REFERENCE_MAX);
	size_t end = view_find(name, ';');

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (view_equal_nocase(view_slice(name, 0, end), view_of(names[i])))
			return end < name.len;
	return end < name.len && name.ptr[0] == '#';
}

/* The next ampersand or backslash, or the end. */
static size_t
find_mark(struct view text, size_t from)
{
	struct view rest = view_slice(text, from, text.len);

	rest.len = view_find(rest, '&');
	return from + view_find(rest, '\\');
}

const char *
url_find_escape(struct view text, const char **why)
{
	for (size_t i = find_mark(text, 0); i < text.len; i = find_mark(text, i + 1)) {
		struct view rest = view_slice(text, i, text.len);

		*why = "a reference of HTML or XML ('&amp;' for '&'), not the URL's own text,";
		if (text.ptr[i] == '&' && is_reference(rest))
			return rest.ptr;
		*why = "an escape of JSON ('\\u0026' for '&'), not the URL's own text,";
		if (view_starts(rest, VIEW("\\u")) || view_starts(rest, VIEW("\\/")))
			return rest.ptr;
	}
	return NULL;
}

static bool
is_scheme(struct view v)
{
	for (size_t i = 0; i < v.len; i++)
		if (!ascii_is_alnum(v.ptr[i]) && strchr("+-.", v.ptr[i]) == NULL)
			return false;
	return v.len > 0 && ascii_is_letter(v.ptr[0]);
}

/*
 * Labels of 1 to 63 letters, digits, underscores (which containers' names have) and inner hyphens, one dot
 * at the end allowed.
 */
static const char *
find_bad_label(struct view host)
{
	struct view rest = host;
	bool more = true;

	if (rest.len > 0 && rest.ptr[rest.len - 1] == '.')
		rest.len--;
	if (rest.len == 0 || rest.len > 253)
		return host.ptr;
	while (more) {
		struct view label;

		more = view_find(rest, '.') < rest.len;
		label = view_take(&rest, '.');
		if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
			return label.ptr;
		for (size_t i = 0; i < label.len; i++)
			if (!ascii_is_alnum(label.ptr[i]) && label.ptr[i] != '-' && label.ptr[i] != '_')
				return label.ptr + i;
	}
	return NULL;
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
	unsigned long long port = 0;

	if (text.len > 5 || (!view_number(text, &port) && text.len > 0))
		return url_fail(url, SSM_E_INPUT, what, text.ptr, "a port that is no number", err);
	if (port == 0 || port > 65535)
		return url_fail(url, SSM_E_INPUT, what, text.ptr, "a port outside 1 to 65535", err);
	url->port = (unsigned)port;
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
	const char *dot;

	if (host.len > 0 && host.ptr[0] == '[')
		return true;
	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len > 0 && (dot = memrchr(host.ptr, '.', host.len)) != NULL)
		host = view_slice(host, (size_t)(dot - host.ptr) + 1, host.len);
	/* No top-level domain is a number, decimal or 0x..., so a last label that is makes an address. */
	return host.len > 0 && ascii_is_digit(host.ptr[0]) &&
	    (host.len == 1 || ascii_is_digit(host.ptr[1]) || ascii_lower(host.ptr[1]) == 'x');
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

static void
add_port(struct bytes *out, const struct url *url)
{
	if (url->port != 0 && url->port != default_port(url->scheme))
		bytes_print(out, ":%u", url->port);
}

void
url_host_header(struct bytes *out, const struct url *url)
{
	bytes_add_lower(out, url->host);
	add_port(out, url);
}

/* In the one notation that the host's address has; false when the host is no address. */
static bool
add_address(struct bytes *out, struct view host, bool ipv6)
{
	char text[INET6_ADDRSTRLEN], normal[INET6_ADDRSTRLEN];
	struct in6_addr wide;
	struct in_addr address;
	int family = ipv6 ? AF_INET6 : AF_INET;

	if (ipv6)
		host = view_slice(host, 1, host.len - 1);
	if (host.len >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", VIEW_ARG(host));
	if (!(ipv6 ? inet_pton(AF_INET6, text, &wide) == 1 : inet_aton(text, &address) != 0) ||
	    inet_ntop(family, ipv6 ? (const void *)&wide : &address, normal, sizeof normal) == NULL)
		return false;
	bytes_add_text(out, ipv6 ? "[" : "");
	bytes_add_text(out, normal);
	bytes_add_text(out, ipv6 ? "]" : "");
	return true;
}

bool
url_add_normal(struct bytes *out, const struct url *url)
{
	struct view host = url->host;
	bool good = true;

	if (host.ptr[host.len - 1] == '.')
		host.len--;
	bytes_add_lower(out, url->scheme);
	bytes_add(out, VIEW("://"));
	if (!add_address(out, host, url->ipv6)) {
		good = !url_host_is_address(host);
		bytes_add_lower(out, host);
	}
	add_port(out, url);
	if (url->path.len == 0)
		bytes_add_char(out, '/');
	bytes_add(out, url->path);
	if (url->query.ptr != NULL)
		bytes_add_char(out, '?');
	bytes_add(out, url->query);
	return good;
}

bool
url_next_pair(struct view *rest, struct view *name, struct view *value)
{
	do
		*value = view_take(rest, '&');
	while (value->len == 0 && rest->len > 0);
	if (value->len == 0)
		return false;
	*name = view_take(value, '=');
	return true;
}
