/*
 * sandbox/host: whether a Host header names this machine's loopback.
 *
 * Purpose: the keys of the sandbox are published, so a web page whose name was made to lead to 127.0.0.1
 *          (DNS rebinding) could sign with them and read the answers. A browser sends the page's name as
 *          Host; of that only what cannot lead elsewhere is taken: localhost and names below it
 *          (RFC 6761), the addresses of 127.0.0.0/8 in each form that URLs have for them, and [::1].
 * Does not: ask a resolver; look at the port, which may be mapped.
 */
#ifndef SSM_SANDBOX_HOST_H
#define SSM_SANDBOX_HOST_H

#include <stdbool.h>

#include "core/bytes.h"

/* The header's value, blanks at its ends dropped: HOST or HOST:PORT. */
bool sandbox_host_is_loopback(struct view value);

#endif
