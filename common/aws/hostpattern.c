#include "aws/hostpattern.h"

#include "core/ascii.h"
#include "core/url.h"

static bool
has_only(struct view text, const char *others)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0' || (!ascii_is_alnum(text.ptr[i]) && strchr(others, text.ptr[i]) == NULL))
			return false;
	return text.len > 0;
}

static bool
is_host(struct view text)
{
	if (view_equal(text, VIEW("*")))
		return true;
	if (view_starts(text, VIEW("[")))
		return text.len > 2 && text.ptr[text.len - 1] == ']' &&
		    has_only(view_slice(text, 1, text.len - 1), ":.");
	if (view_starts(text, VIEW("*.")))
		text = view_slice(text, 2, text.len);
	return has_only(text, "-._") && text.ptr[0] != '.' && text.ptr[0] != '-';
}

static bool
read_port(struct host_pattern *pattern, struct view text)
{
	unsigned long long port;

	pattern->any_port = view_equal(text, VIEW("*"));
	if (pattern->any_port)
		return true;
	if (text.len > 5 || !view_number(text, &port) || port == 0 || port > 65535)
		return false;
	pattern->port = (unsigned)port;
	return true;
}

static void
read_scheme(struct host_pattern *pattern, struct view *rest)
{
	if (view_starts(*rest, VIEW("wss://")))
		pattern->scheme = VIEW("wss");
	else if (view_starts(*rest, VIEW("ws://")))
		pattern->scheme = VIEW("ws");
	else
		return;
	*rest = view_slice(*rest, pattern->scheme.len + strlen("://"), rest->len);
}

enum ssm_err
host_pattern_parse(struct host_pattern *pattern, struct view text, struct ssm_error *err)
{
	struct view rest = text;
	size_t end;

	*pattern = (struct host_pattern){ .scheme = VIEW_NONE };
	read_scheme(pattern, &rest);
	end = view_starts(rest, VIEW("[")) ? view_find(rest, ']') + 1 : view_find(rest, ':');
	end = end > rest.len ? rest.len : end;
	pattern->host = view_slice(rest, 0, end);
	if (is_host(pattern->host) && (end == rest.len || (rest.ptr[end] == ':' &&
	    read_port(pattern, view_slice(rest, end + 1, rest.len))))) {
		if (end > 1 && rest.ptr[end - 1] == '.')
			pattern->host.len--;
		return SSM_OK;
	}
	return ssm_fail(err, SSM_E_INPUT, "InvalidPattern", "'%.*s' is no host pattern: "
	    "[wss://|ws://]HOST[:PORT] with a name, an address, *.SUFFIX or * for HOST",
	    VIEW_ARG_CUT(text, 300));
}

static bool
host_matches(struct view pattern, struct view host)
{
	struct view suffix;

	if (view_equal(pattern, VIEW("*")))
		return true;
	if (!view_starts(pattern, VIEW("*.")))
		return view_equal_nocase(pattern, host);
	suffix = view_slice(pattern, 1, pattern.len);
	return host.len > suffix.len && !url_host_is_address(host) &&
	    view_equal_nocase(view_slice(host, host.len - suffix.len, host.len), suffix);
}

unsigned
host_pattern_default_port(struct view scheme)
{
	return view_equal(scheme, VIEW("ws")) ? 80 : 443;
}

bool
host_pattern_admits(const struct host_pattern *pattern, struct view scheme, struct view host,
    unsigned port)
{
	bool local = url_host_is_loopback(host);

	if (!host_matches(pattern->host, host))
		return false;
	if (pattern->scheme.ptr != NULL ? !view_equal(pattern->scheme, scheme) :
	    !local && view_equal(scheme, VIEW("ws")))
		return false;
	if (pattern->port != 0)
		return port == pattern->port;
	return pattern->any_port || local || port == host_pattern_default_port(scheme);
}
