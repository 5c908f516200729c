/*
 * sandbox/node/origin: destinations that the sandbox has itself, for sessions with a forwarded port.
 *
 * Purpose:   echo.sandbox sends back what comes, and ends when that ends; sink.sandbox takes it, source.sandbox sends
 *            1024 bytes for each of its port's number, for ever if that is ORIGIN_ENDLESS: the byte at n is n modulo
 *            ORIGIN_PERIOD; deaf.sandbox neither reads nor writes, nor ends.
 * Ownership: the near descriptor is the caller's; origin_free() ends the far one, and may come before or after.
 * Errors:    an errno.
 */
#ifndef SSM_SANDBOX_NODE_ORIGIN_H
#define SSM_SANDBOX_NODE_ORIGIN_H

#include "core/bytes.h"
#include "process/loop.h"

#define ORIGIN_ENDLESS 65535
#define ORIGIN_PERIOD 251

struct origin;

bool origin_is_name(struct view host);

/* host: one of those names. *near: a stream's other end, not blocking. */
int origin_open(struct origin **origin, struct loop *loop, struct view host, unsigned port, int *near)
    __attribute__((warn_unused_result));
void origin_free(struct origin *origin);

#endif
