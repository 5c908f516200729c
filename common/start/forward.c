#include "start/forward.h"

#include <stdio.h>

#include "core/ascii.h"
#include "json/text.h"
#include "start/parameter.h"

#define FORMS "[BIND:]PORT:HOST:HOSTPORT or [BIND:]PORT:HOSTPORT"
#define FIELDS_MAX 4
#define TOLD_MAX 100			/* bytes of what is wrong that are shown */
#define PORT_MAX 65535
#define LOCAL_MAX (PORTSADDRESS_HOST_MAX + 16)

static enum ssm_err
refuse(struct view text, const char *wrong, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_INPUT, "UsageError", "'%.*s' is not " FORMS ": %s", VIEW_ARG_CUT(text, TOLD_MAX), wrong);
}

static enum ssm_err
refuse_field(struct view text, const char *what, struct view field, const char *why, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_INPUT, "UsageError", "'%.*s' is not " FORMS ": %s'%.*s'%s",
	    VIEW_ARG_CUT(text, TOLD_MAX), what, VIEW_ARG_CUT(field, TOLD_MAX), why);
}

/* Fields between colons; what stands in brackets may have some. 0, and what is wrong, when they cannot be told apart. */
static size_t
part(struct view fields[FIELDS_MAX], struct view text, const char **wrong)
{
	size_t count = 0, at = 0, end;

	do {
		bool bracketed = at < text.len && text.ptr[at] == '[';

		*wrong = "too many colons; an IPv6 address stands in brackets";
		if (count == FIELDS_MAX)
			return 0;
		end = at + view_find(view_slice(text, at, text.len), bracketed ? ']' : ':');
		fields[count++] = view_slice(text, at + bracketed, end);
		*wrong = end == text.len ? "a bracket is not closed" : "no colon behind a bracket";
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

/* Names and addresses have these; what would be more to a document's rules or to a screen has not. */
static bool
is_host(struct view host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!ascii_is_alnum(host.ptr[i]) && strchr("-._:%", host.ptr[i]) == NULL)
			return false;
	return host.len > 0 && host.len <= PORTSADDRESS_HOST_MAX;
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
	rc = bytes_failed(&text) ? ssm_fail_memory(err) :
	    portsaddress_parse(&forward->local, bytes_view(&text), err);
	bytes_clear(&text);
	return rc;
}

static bool
is_node_itself(struct view host)
{
	return view_equal_nocase(host, VIEW("localhost")) || view_is(host, "127.0.0.1") || view_is(host, "::1");
}

static void
take_remote(struct startforward *forward, struct view host, struct view port)
{
	forward->host = is_node_itself(host) ? VIEW_NONE : host;
	forward->port = port;
}

/* A number that is no port is a mistaken one, and nobody's name. */
static bool
is_meant_as_port(struct view text)
{
	for (size_t i = text.len > 0 && strchr("+-", text.ptr[0]) != NULL; i < text.len; i++)
		if (!ascii_is_digit(text.ptr[i]))
			return false;
	return text.len > 0;
}

static bool
has_bind(const struct view fields[FIELDS_MAX], size_t count)
{
	return count == 4 || (count == 3 && is_port(fields[1], 0) && !is_meant_as_port(fields[0]));
}

static enum ssm_err
check_local(struct view text, const struct view fields[FIELDS_MAX], size_t count, size_t port, struct ssm_error *err)
{
	struct view bind = port > 0 ? fields[0] : VIEW_NONE;

	if (count == 4 && (fields[1].len == 0 || (is_meant_as_port(bind) && !is_port(fields[1], 0))))
		return refuse(text, "too many colons; an IPv6 address stands in brackets", err);
	if (view_starts(text, VIEW("[]")) || (bind.len > 0 && !view_is(bind, "*") && !is_host(bind)))
		return refuse_field(text, "no address to listen on: ", bind.len > 0 ? bind : VIEW("[]"), "", err);
	if (fields[port].len == 0)
		return refuse(text, "the port to listen on is missing", err);
	if (!is_port(fields[port], 0))
		return refuse_field(text, "the port to listen on, ", fields[port], view_find(fields[port], '/') < fields[port].len ?
		    ", is no number from 0 to 65535, and no path, which begins with '/'" :
		    ", is no number from 0 to 65535", err);
	return SSM_OK;
}

static enum ssm_err
check_remote(struct view text, const struct view *fields, size_t count, struct ssm_error *err)
{
	struct view port = count > 0 ? fields[count - 1] : VIEW_NONE;

	if (port.len == 0)
		return refuse(text, "the target's port is missing", err);
	if (count > 1 && fields[0].len == 0)
		return refuse(text, "the target's host is missing", err);
	if (count > 1 && !is_host(fields[0]))
		return refuse_field(text, "", fields[0], " is no host's name or address", err);
	if (!is_port(port, 1))
		return refuse_field(text, "the target's port, ", port, ", is no number from 1 to 65535", err);
	return SSM_OK;
}

enum ssm_err
startforward_parse(struct startforward *forward, struct view text, struct ssm_error *err)
{
	struct view fields[FIELDS_MAX];
	const char *wrong;
	size_t count = part(fields, text, &wrong), local;
	bool path = count > 0 && view_starts(fields[0], VIEW("/"));

	forward->bound = !path && has_bind(fields, count);
	local = forward->bound ? 1 : 0;
	if (count == 0 || count > local + 3)
		return refuse(text, count == 0 ? wrong : "too many colons", err);
	if ((!path && count > 1 && check_local(text, fields, count, local, err) != SSM_OK) ||
	    check_remote(text, fields + local + 1, count - local - 1, err) != SSM_OK ||
	    take_local(forward, forward->bound, forward->bound ? fields[0] : VIEW_NONE, fields[local], err) != SSM_OK)
		return err->rc;
	if (forward->local.kind == PORTSADDRESS_DESCRIPTOR)
		return refuse_field(text, "no path of a socket: ", fields[0], "", err);
	take_remote(forward, count == local + 3 ? fields[local + 1] : VIEW_NONE, fields[count - 1]);
	return SSM_OK;
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
