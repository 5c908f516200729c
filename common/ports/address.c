#include "ports/address.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/un.h>

#define PORT_MAX 65535
#define TOLD_MAX 200			/* bytes of a wrong address that are shown */

static enum ssm_err
refuse(struct view text, const char *why, const char *more, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_INPUT, "ParamValidationError", "cannot listen on '%.*s': %s%s",
	    VIEW_ARG_CUT(text, TOLD_MAX), why, more);
}

static bool
has_control_character(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return true;
	return false;
}

static void
copy(char *to, struct view text)
{
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

static bool
take_port(struct portsaddress *address, struct view text)
{
	unsigned long long port;

	if (!view_number(text, &port) || port > PORT_MAX)
		return false;
	address->port = (unsigned)port;
	return true;
}

static bool
take_descriptor(struct portsaddress *address, struct view number)
{
	unsigned long long fd;

	address->kind = PORTSADDRESS_DESCRIPTOR;
	if (!view_number(number, &fd) || fd > INT_MAX)
		return false;
	address->fd = (int)fd;
	return true;
}

static bool
take_name(struct portsaddress *address, struct view host)
{
	if (host.len == 0 || host.len > PORTSADDRESS_HOST_MAX || has_control_character(host) ||
	    view_find(host, '[') < host.len || view_find(host, ']') < host.len || view_find(host, ' ') < host.len)
		return false;
	copy(address->host, host);
	return true;
}

/* The host in front of the last colon: one of version 6 has brackets, others have no colon. What is wrong, or NULL. */
static const char *
take_host(struct portsaddress *address, struct view text)
{
	struct view host = text;
	struct in6_addr six;

	while (host.len > 0 && host.ptr[host.len - 1] != ':')
		host.len--;
	if (host.len == 0 && view_find(text, '/') < text.len)
		return " (a path begins with '/')";
	if (!take_port(address, view_slice(text, host.len, text.len)))
		return " (a port is a number from 0 to 65535)";
	if (host.len == 0)
		return NULL;
	host.len--;
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		return take_name(address, view_slice(host, 1, host.len - 1)) && strchr(address->host, ':') != NULL &&
		    (strchr(address->host, '%') != NULL || inet_pton(AF_INET6, address->host, &six) == 1) ? NULL :
		    " (in brackets is no IPv6 address)";
	if (view_find(host, ':') < host.len)
		return " (an IPv6 address stands in brackets)";
	return take_name(address, host) ? NULL : " (in front of the port is no host)";
}

enum ssm_err
portsaddress_parse(struct portsaddress *address, struct view text, struct ssm_error *err)
{
	const struct view handed_down = VIEW("/dev/fd/");
	const char *wrong;

	*address = (struct portsaddress){ .kind = PORTSADDRESS_TCP, .host = "localhost", .fd = -1 };
	if (view_starts(text, handed_down)) {
		if (!take_descriptor(address, view_slice(text, handed_down.len, text.len)))
			return refuse(text, "not the number of a descriptor", "", err);
		return SSM_OK;
	}
	if (view_starts(text, VIEW("/"))) {
		address->kind = PORTSADDRESS_UNIX;
		if (text.len > PORTSADDRESS_PATH_MAX)
			return refuse(text, "a socket's path has at most 107 bytes", "", err);
		if (has_control_character(text))
			return refuse(text, "a control character in the path", "", err);
		copy(address->path, text);
		return SSM_OK;
	}
	if ((wrong = take_host(address, text)) == NULL)
		return SSM_OK;
	return refuse(text, "not PORT, HOST:PORT, [ADDRESS]:PORT or /PATH", wrong, err);
}

static void
write_six(char *text, const struct sockaddr_in6 *six)
{
	char host[INET6_ADDRSTRLEN];

	if (inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host) == NULL)
		return;
	if (six->sin6_scope_id != 0)
		snprintf(text, PORTSADDRESS_TEXT, "[%s%%%u]:%u", host, six->sin6_scope_id, ntohs(six->sin6_port));
	else
		snprintf(text, PORTSADDRESS_TEXT, "[%s]:%u", host, ntohs(six->sin6_port));
}

/* A path that fills its field has no NUL; one that begins with a NUL has no file. */
static void
write_path(char *text, const struct sockaddr_un *local, socklen_t len)
{
	size_t most = len - offsetof(struct sockaddr_un, sun_path);

	if (len > offsetof(struct sockaddr_un, sun_path) && local->sun_path[0] != '\0')
		snprintf(text, PORTSADDRESS_TEXT, "%.*s", (int)strnlen(local->sun_path, most), local->sun_path);
}

void
portsaddress_text(char text[PORTSADDRESS_TEXT], const struct sockaddr_storage *socket, socklen_t len)
{
	char host[INET_ADDRSTRLEN];
	const struct sockaddr_in *four = (const struct sockaddr_in *)socket;

	snprintf(text, PORTSADDRESS_TEXT, "?");
	if (socket->ss_family == AF_INET && inet_ntop(AF_INET, &four->sin_addr, host, sizeof host) != NULL)
		snprintf(text, PORTSADDRESS_TEXT, "%s:%u", host, ntohs(four->sin_port));
	else if (socket->ss_family == AF_INET6)
		write_six(text, (const struct sockaddr_in6 *)socket);
	else if (socket->ss_family == AF_UNIX)
		write_path(text, (const struct sockaddr_un *)socket, len);
}
