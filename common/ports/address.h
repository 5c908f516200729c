/*
 * ports/address: where somebody listens, as a user writes it.
 *
 * Purpose:   PORT, HOST:PORT, [V6]:PORT, a path, /dev/fd/N; and a socket's own address as text.
 * Units:     port 0 is any free one.
 * Ownership: everything is copied.
 * Errors:    SSM_E_INPUT for what can't be an address; the text is quoted.
 * Does not:  resolve names, open anything.
 */
#ifndef SSM_PORTS_ADDRESS_H
#define SSM_PORTS_ADDRESS_H

#include <sys/socket.h>

#include "core/err.h"

#define PORTSADDRESS_HOST_MAX 255
#define PORTSADDRESS_PATH_MAX 107	/* of a socket's path: the kernel's limit */
#define PORTSADDRESS_TEXT 128		/* bytes of a socket's address as text, with its NUL */

enum portsaddress_kind {
	PORTSADDRESS_TCP,
	PORTSADDRESS_UNIX,
	PORTSADDRESS_DESCRIPTOR,	/* a socket that listens already */
};

struct portsaddress {
	enum portsaddress_kind kind;
	char host[PORTSADDRESS_HOST_MAX + 1];	/* of TCP; "localhost" where none was named, "*" for all addresses */
	unsigned port;
	char path[PORTSADDRESS_PATH_MAX + 1];	/* of UNIX */
	int fd;				/* of DESCRIPTOR */
};

enum ssm_err portsaddress_parse(struct portsaddress *address, struct view text, struct ssm_error *err)
    __attribute__((warn_unused_result));

/* What portsaddress_parse() takes for the same: 127.0.0.1:22, [::1]:22, /path; "?" for what is none of these. */
void portsaddress_text(char text[PORTSADDRESS_TEXT], const struct sockaddr_storage *socket, socklen_t len);

#endif
