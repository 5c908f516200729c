#include "start/forward.h"

#include <stdio.h>

#include "core/ascii.h"
#include "json/text.h"
#include "start/parameter.h"

#define FIELDS_MAX 4
#define PORT_MAX 65535
#define LOCAL_MAX (PORTSADDRESS_HOST_MAX + 16)

static enum ssm_err
refuse(const char *why, struct view what, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_INPUT, "UsageError", "%s '%.*s'", why, VIEW_ARG_CUT(what, 100));
}

/* Fields between colons; what stands in brackets may have some. 0 when they cannot be told apart. */
static size_t
part(struct view fields[FIELDS_MAX], struct view text)
{
	size_t count = 0, at = 0, end;

	do {
		bool bracketed = at < text.len && text.ptr[at] == '[';

		if (count == FIELDS_MAX)
			return 0;
		end = at + view_find(view_slice(text, at, text.len), bracketed ? ']' : ':');
		fields[count++] = view_slice(text, at + bracketed, end);
		if (bracketed && (end == text.len || (++end < text.len && text.ptr[end] != ':')))
			return 0;
		at = end + 1;
	} while (end < text.len);
	return count;
}

static bool
is_port(struct view text, unsigned long long least)
{
	unsigned long long port;

	return view_number(text, &port) && port >= least && port <= PORT_MAX;
}

/* Without a bind it is this machine alone; one that is given and empty is all of its addresses, as with ssh. */
static enum ssm_err
take_local(struct startforward *forward, bool bound, struct view bind, struct view port, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(LOCAL_MAX);
	bool six = view_find(bind, ':') < bind.len;
	enum ssm_err rc;

	if (bound)
		bytes_print(&text, six ? "[%.*s]:" : "%.*s:", VIEW_ARG(bind.len > 0 ? bind : VIEW("*")));
	bytes_add(&text, port);
	rc = bytes_failed(&text) ? refuse("no address to listen on:", bind, err) :
	    portsaddress_parse(&forward->local, bytes_view(&text), err);
	bytes_clear(&text);
	return rc;
}

static bool
is_node_itself(struct view host)
{
	return view_equal_nocase(host, VIEW("localhost")) || view_is(host, "127.0.0.1") || view_is(host, "::1");
}

/* Names and addresses have these; what would be more to a document's rules or to a screen has not. */
static bool
is_host(struct view host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!ascii_is_alnum(host.ptr[i]) && strchr("-._:%", host.ptr[i]) == NULL)
			return false;
	return host.len > 0 && host.len <= PORTSADDRESS_HOST_MAX;
}

static enum ssm_err
take_remote(struct startforward *forward, struct view host, struct view port, struct ssm_error *err)
{
	if (!is_port(port, 1))
		return refuse("no port of the target:", port, err);
	if (host.len > 0 && !is_host(host))
		return refuse("no host:", host, err);
	forward->host = is_node_itself(host) ? VIEW_NONE : host;
	forward->port = port;
	return SSM_OK;
}

enum ssm_err
startforward_parse(struct startforward *forward, struct view text, struct ssm_error *err)
{
	struct view fields[FIELDS_MAX], remote_host = VIEW_NONE;
	size_t count = part(fields, text);
	bool path = count > 0 && view_starts(fields[0], VIEW("/"));
	bool bound = forward->bound = !path && (count == 4 || (count == 3 && !is_port(fields[0], 0)));
	size_t local = bound ? 1 : 0;

	if (count < local + 2 || count > local + 3)
		return refuse("not [BIND:]PORT:HOST:HOSTPORT or [BIND:]PORT:HOSTPORT:", text, err);
	if (!path && !is_port(fields[local], 0))
		return refuse("no port to listen on:", fields[local], err);
	if (count == local + 3 && !is_host(remote_host = fields[local + 1]))
		return refuse("no host:", remote_host, err);
	if (take_local(forward, bound, bound ? fields[0] : VIEW_NONE, fields[local], err) != SSM_OK)
		return err->rc;
	if (forward->local.kind == PORTSADDRESS_DESCRIPTOR)
		return refuse("not a socket's path:", fields[0], err);
	return take_remote(forward, remote_host, fields[count - 1], err);
}

const char *
startforward_document(const struct startforward *forward)
{
	return forward->host.len > 0 ? "AWS-StartPortForwardingSessionToRemoteHost" : "AWS-StartPortForwardingSession";
}

void
startforward_address(struct bytes *out, const struct startforward *forward)
{
	const struct portsaddress *local = &forward->local;
	bool six = strchr(local->host, ':') != NULL;

	if (local->kind == PORTSADDRESS_UNIX)
		bytes_add_text(out, local->path);
	else if (forward->bound)
		bytes_print(out, six ? "[%s]:%u" : "%s:%u", local->host, local->port);
	else
		bytes_print(out, "%u", local->port);
}

unsigned
startforward_port(const char *address)
{
	const char *colon = strrchr(address, ':');
	unsigned long long port;

	return address[0] != '/' && colon != NULL && view_number(view_of(colon + 1), &port) ? (unsigned)port : 0;
}

void
startforward_parameters(struct bytes *out, const struct startforward *forward, unsigned local_port)
{
	char port[8];

	snprintf(port, sizeof port, "%u", local_port);
	jsontext_begin(out);
	if (forward->host.len > 0)
		parameter_add(out, "host", forward->host);
	parameter_add(out, "portNumber", forward->port);
	if (local_port != 0)
		parameter_add(out, "localPortNumber", view_of(port));
	jsontext_end(out);
}
