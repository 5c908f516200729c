#include "proxy.h"

#include <stdio.h>

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
		struct view line = view_of(*environment);
		size_t equals = view_find(line, '='), split;
		struct view value = view_slice(line, equals < line.len ? equals + 1 : equals, line.len);

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

/* scheme://[user:password@]host:port, nothing of it left to libcurl's defaults. */
static void
add_normal(struct bytes *proxy, const struct url *url)
{
	bool tls = view_equal_nocase(url->scheme, VIEW("https"));
	char port[16];

	bytes_add_text(proxy, tls ? "https://" : "http://");
	if (url->user_info.len > 0 && view_find(url->user_info, ':') < url->user_info.len) {
		bytes_add(proxy, url->user_info);
		bytes_add_char(proxy, '@');
	}
	bytes_add(proxy, url->host);
	snprintf(port, sizeof port, ":%u", url->port != 0 ? url->port : tls ? 443 : 80);
	bytes_add_text(proxy, port);
}

static enum ssm_err
take_value(struct bytes *proxy, struct view value, const char *kind, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(PROXY_URL_MAX);
	struct url url;
	enum ssm_err rc;

	if (!has_scheme(value))
		bytes_add_text(&text, view_starts(value, VIEW("//")) ? "http:" : "http://");
	bytes_add(&text, value);
	rc = url_parse(&url, bytes_view(&text), "the proxy's URL", err);
	if (rc == SSM_OK && !view_equal_nocase(url.scheme, VIEW("http")) &&
	    !view_equal_nocase(url.scheme, VIEW("https")))
		rc = ssm_fail(err, SSM_E_CONFIG, "InvalidProxiesConfigError",
		    "the proxy's URL: a scheme that is neither http nor https");
	if (rc == SSM_OK)
		add_normal(proxy, &url);
	else
		ssm_error_prefix(err, "%s_proxy: ", kind);
	bytes_clear(&text);
	return rc == SSM_OK ? rc : (err->rc = SSM_E_CONFIG);
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
		cgi = cgi || view_starts(view_of(*line), VIEW("REQUEST_METHOD="));
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
