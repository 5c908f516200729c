/*
 * sandbox/channel/peer: whose program is at the other end of a connection.
 *
 * Purpose: behind a data channel is a shell of this process's user, and the keys of the sandbox are published: only
 *          that user, or root, may open one. The kernel knows whose the other socket of a connection on this machine
 *          is (sock_diag).
 * Errors:  false: somebody else's, or it cannot be told.
 */
#ifndef SSM_SANDBOX_CHANNEL_PEER_H
#define SSM_SANDBOX_CHANNEL_PEER_H

#include <stdbool.h>

/* fd: a TCP socket that was accepted on an IPv4 address. */
bool sandbox_peer_is_own(int fd);

#endif
