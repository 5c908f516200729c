/*
 * ports/listen: sockets that wait for local connections.
 *
 * Purpose:   opens what an address names: one socket, or for a name with several addresses (localhost: 127.0.0.1 and
 *            ::1) one each on the same port; ::1 may be missing on a machine. A socket of UNIX is for its owner alone
 *            (mode 0600); one that nobody listens on any more is replaced. One that listens already is taken over.
 * Ownership: sockets are closed, and the files of those that were made here removed, by portslisten_close().
 *            They are non-blocking and closed at exec; one that was handed down, too.
 * Errors:    SSM_E_OTHER: "cannot listen on 127.0.0.1:8080: Address already in use"; nothing that was opened for that
 *            address stays.
 * Does not:  accept.
 */
#ifndef SSM_PORTS_LISTEN_H
#define SSM_PORTS_LISTEN_H

#include <sys/types.h>
#include <time.h>

#include "ports/address.h"

#define PORTSLISTEN_MAX 64		/* sockets */

struct portslisten_socket {
	int fd;
	char text[PORTSADDRESS_TEXT];	/* its address, with the port that it really has */
	bool made;			/* a file of UNIX that was made here, and is this one */
	dev_t device;
	ino_t inode;
	struct timespec since;
};

struct portslisten {
	struct portslisten_socket sockets[PORTSLISTEN_MAX];
	size_t count;
};

#define PORTSLISTEN_INIT { .count = 0 }

/* Further ones behind those that there are. */
enum ssm_err portslisten_add(struct portslisten *listen, const struct portsaddress *address, struct ssm_error *err)
    __attribute__((warn_unused_result));

void portslisten_close(struct portslisten *listen);

#endif
