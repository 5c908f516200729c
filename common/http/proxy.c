#include "http/proxy.h"

#include <stdio.h>

#include "core/ascii.h"

static const char suffix[] = "_proxy";

/*
 * The value of KIND_proxy (kind in lower case): names in other letters count only until one that
 * ends in a lower-case _proxy is found. Empty when there is none.
 */
static struct view
look_up(char *const *environment, const char *kind, bool any_case)
{
	struct view loose = VIEW_NONE, exact = VIEW_NONE;

	for (; *environment != NULL; environment++) {
		size_t equals, split;
		struct view line, value;

		if (ascii_lower(**environment) != *kind)
			continue;
		line = view_of(*environment);
		equals = view_find(line, '=');
		value = view_slice(line, equals < line.len ? equals + 1 : equals, line.len);
		if (equals < sizeof suffix || (split = equals - (sizeof suffix - 1)) != strlen(kind) ||
		    !view_equal_nocase(view_slice(line, 0, split), view_of(kind)) ||
		    !view_equal_nocase(view_slice(line, split, equals), VIEW(suffix)))
			continue;
		if (view_is(view_slice(line, split, equals), suffix))
			exact = value;
		else if (any_case && value.len > 0)
			loose = value;
	}
	return exact.ptr != NULL ? exact : loose;
}

static bool
ends_with(struct view text, struct view end)
{
	return text.len >= end.len &&
	    view_equal_nocase(view_slice(text, text.len - end.len, text.len), end);
}

/* The entry is name or .name; it matches the name itself and what is below it. */
static bool
entry_matches(struct view entry, struct view name)
{
	size_t dot = name.len - entry.len - 1;

	return ends_with(name, entry) && (name.len == entry.len || name.ptr[dot] == '.');
}

static bool
is_direct(struct view list, struct view host, struct view host_and_port)
{
	if (view_is(list, "*"))
		return true;
	while (list.len > 0) {
		size_t comma = view_find(list, ',');
		struct view entry = view_trim(view_slice(list, 0, comma));

		list = view_slice(list, comma < list.len ? comma + 1 : comma, list.len);
		while (entry.len > 0 && entry.ptr[0] == '.')
			entry = view_slice(entry, 1, entry.len);
		if (entry.len > 0 &&
		    (entry_matches(entry, host) || entry_matches(entry, host_and_port)))
			return true;
	}
	return false;
}

/* host, and host:port as far as the URL has a port: as written. */
static struct view
with_port(const struct url *target)
{
	const char *end = target->host.ptr + target->host.len;
	const char *stop = target->text.ptr + target->text.len;

	if (target->port == 0)
		return target->host;
	while (end < stop && memchr("/?#", *end, 3) == NULL)
		end++;
	return (struct view){ target->host.ptr, (size_t)(end - target->host.ptr) };
}

static bool
has_scheme(struct view value)
{
	for (size_t i = 0; i + 2 < value.len; i++)
		if (memcmp(value.ptr + i, "://", 3) == 0)
			return true;
	return false;
}

/* An unreserved character, or one that stands for itself in a user name or password. */
static bool
is_plain(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("-._~!$&'()*+,;=:", c) != NULL);
}

/* As it was written, but for what libcurl would take for something else: an @ above all. */
static void
add_user_info(struct bytes *proxy, struct view text)
{
	char escape[4];

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (is_plain(c) || (c == '%' && i + 2 < text.len && ascii_hex(text.ptr[i + 1]) >= 0 &&
		    ascii_hex(text.ptr[i + 2]) >= 0)) {
			bytes_add_char(proxy, c);
			continue;
		}
		snprintf(escape, sizeof escape, "%%%02X", (unsigned char)c);
		bytes_add_text(proxy, escape);
	}
	bytes_add_char(proxy, '@');
}

/* scheme://[user:password@]host:port, nothing of it left to libcurl's defaults. */
static void
add_normal(struct bytes *proxy, const struct url *url, struct view user_info)
{
	bool tls = view_equal_nocase(url->scheme, VIEW("https"));
	char port[16];

	bytes_add_text(proxy, tls ? "https://" : "http://");
	if (view_find(user_info, ':') < user_info.len)
		add_user_info(proxy, user_info);
	bytes_add(proxy, url->host);
	snprintf(port, sizeof port, ":%u", url->port != 0 ? url->port : tls ? 443 : 80);
	bytes_add_text(proxy, port);
}

/*
 * Up to the last @ in front of the path, and behind the scheme, which the text has. An @ behind that is a
 * password's with a slash in it, and what looks like the host is none.
 */
static enum ssm_err
find_user_info(struct view *user_info, struct view text, struct ssm_error *err)
{
	size_t from = view_find(text, ':') + 3, end, at;

	for (end = from; end < text.len && memchr("/?#", text.ptr[end], 3) == NULL; end++)
		;
	for (at = end; at > from && text.ptr[at - 1] != '@'; at--)
		;
	*user_info = view_slice(text, from, at > from ? at - 1 : from);
	if (memchr(text.ptr + end, '@', text.len - end) == NULL)
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "InvalidProxiesConfigError", "the proxy's URL: an '@' behind '%c'; in a user "
	    "name or password '/', '?' and '#' are written %%2F, %%3F and %%23", text.ptr[end]);
}

/* The text as a strict reader of URLs takes it: of equal length, so that places in it stay right. */
static void
add_strict(struct bytes *out, struct view text, struct view user_info)
{
	for (const char *c = text.ptr; c < text.ptr + text.len; c++) {
		bool inside = c >= user_info.ptr && c < user_info.ptr + user_info.len && *c > ' ' && *c < 0x7F;

		bytes_add_char(out, inside && !is_plain(*c) ? '_' : *c);
	}
}

static enum ssm_err
parse(struct url *url, struct view text, struct ssm_error *err)
{
	enum ssm_err rc = url_parse(url, text, "the proxy's URL", err);

	if (rc == SSM_OK && !view_equal_nocase(url->scheme, VIEW("http")) &&
	    !view_equal_nocase(url->scheme, VIEW("https")))
		rc = ssm_fail(err, SSM_E_CONFIG, "InvalidProxiesConfigError",
		    "the proxy's URL: a scheme that is neither http nor https");
	return rc;
}

static enum ssm_err
read_text(struct bytes *proxy, struct view text, struct ssm_error *err)
{
	struct bytes strict = BYTES_INIT(PROXY_URL_MAX);
	struct view user_info;
	struct url url;
	enum ssm_err rc;

	if ((rc = find_user_info(&user_info, text, err)) == SSM_OK) {
		add_strict(&strict, text, user_info);
		rc = bytes_failed(&strict) ? ssm_fail_memory(err) : parse(&url, bytes_view(&strict), err);
	}
	if (rc == SSM_OK)
		add_normal(proxy, &url, user_info);
	bytes_clear(&strict);
	return rc;
}

static enum ssm_err
take_value(struct bytes *proxy, struct view value, const char *kind, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(PROXY_URL_MAX);
	enum ssm_err rc;

	if (!has_scheme(value))
		bytes_add_text(&text, view_starts(value, VIEW("//")) ? "http:" : "http://");
	bytes_add(&text, value);
	if (!bytes_failed(&text))
		rc = read_text(proxy, bytes_view(&text), err);
	else if (value.len > URL_LEN_MAX)
		rc = ssm_fail(err, SSM_E_CONFIG, "InvalidProxiesConfigError", "the proxy's URL: longer than %d bytes",
		    URL_LEN_MAX);
	else
		rc = ssm_fail_memory(err);
	bytes_clear(&text);
	if (rc == SSM_OK || rc == SSM_E_OTHER)
		return rc;
	ssm_error_prefix(err, "%s_proxy: ", kind);
	return err->rc = SSM_E_CONFIG;
}

enum ssm_err
proxy_choose(struct bytes *proxy, const struct url *target, char *const *environment,
    struct ssm_error *err)
{
	bool tls = view_equal_nocase(target->scheme, VIEW("https")), cgi = false;
	const char *kind = tls ? "https" : "http";
	struct view value;

	bytes_reset(proxy);
	/* A CGI program's HTTP_PROXY is the client's `Proxy:` header field. */
	for (char *const *line = environment; *line != NULL; line++)
		cgi = cgi || (**line == 'R' && view_starts(view_of(*line), VIEW("REQUEST_METHOD=")));
	value = look_up(environment, kind, tls || !cgi);
	if (value.len == 0 ||
	    is_direct(look_up(environment, "no", true), target->host, with_port(target)))
		return SSM_OK;
	return take_value(proxy, value, kind, err);
}

void
proxy_add_shown(struct bytes *out, struct view proxy)
{
	size_t at = proxy.len, scheme = view_find(proxy, '/');

	while (at > 0 && proxy.ptr[at - 1] != '@')
		at--;
	if (at > 0) {
		bytes_add(out, view_slice(proxy, 0, scheme + 2));
		bytes_add(out, VIEW("***:***@"));
	}
	bytes_add(out, view_slice(proxy, at, proxy.len));
}
