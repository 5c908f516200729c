#include "sandbox/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define NAME_MAX_BYTES 255
#define FIRST_OCTET 24		/* bits on its right */
#define LOOPBACK_OCTET 127

static bool
is_port(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

/* Takes ":PORT" off the end of *host, where an address in brackets may have colons of its own. */
static bool
drop_port(struct view *host)
{
	size_t begin = view_starts(*host, VIEW("[")) ? view_find(*host, ']') : 0;
	size_t colon = begin + view_find(view_slice(*host, begin, host->len), ':');

	if (begin == host->len || !is_port(view_slice(*host, colon < host->len ? colon + 1 : colon, host->len)))
		return false;
	*host = view_slice(*host, 0, colon);
	return true;
}

static bool
is_loopback_v6(const char *text)
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, text, &address) != 1)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&address) ||
	    (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == LOOPBACK_OCTET);
}

/* In all forms: 127.0.0.1, 127.1, 0x7f.1, 2130706433. inet_aton() would take words behind a blank. */
static bool
is_loopback_v4(const char *text)
{
	struct in_addr address;

	return strpbrk(text, " \t") == NULL && inet_aton(text, &address) != 0 &&
	    ntohl(address.s_addr) >> FIRST_OCTET == LOOPBACK_OCTET;
}

static bool
is_localhost(struct view name)
{
	struct view localhost = VIEW("localhost");

	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (name.len > localhost.len && name.ptr[name.len - localhost.len - 1] == '.')
		name = view_slice(name, name.len - localhost.len, name.len);
	return view_equal_nocase(name, localhost);
}

bool
sandbox_host_is_loopback(struct view value)
{
	char text[NAME_MAX_BYTES + 1];
	bool bracketed;

	if (!drop_port(&value) || value.len > NAME_MAX_BYTES)
		return false;
	bracketed = view_starts(value, VIEW("["));
	if (bracketed && (value.len < 2 || value.ptr[value.len - 1] != ']'))
		return false;
	if (bracketed)
		value = view_slice(value, 1, value.len - 1);
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
	return bracketed ? is_loopback_v6(text) : is_loopback_v4(text) || is_localhost(value);
}
