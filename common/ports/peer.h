/*
 * ports/peer: whether a program has let go of the other end of a local connection, or has only said everything.
 *
 * Purpose:   both come as the same end of what it says. Of a socket of UNIX poll() tells; of TCP the kernel, which
 *            knows both ends where both are on this machine: the other one's socket belongs to no file any more.
 * Errors:    what cannot be found out, as of a peer on another machine, is false.
 * Does not:  wait; the kernel answers at once.
 */
#ifndef SSM_PORTS_PEER_H
#define SSM_PORTS_PEER_H

#include <stdbool.h>

bool portspeer_is_gone(int fd);

#endif
