/*
 * clockskew: what ssm-call said about this machine's clock.
 *
 * Purpose: for the one who runs it and can have the request signed again.
 * Units:   seconds, positive when this machine's clock is ahead of the service's.
 */
#ifndef SSM_CLOCKSKEW_H
#define SSM_CLOCKSKEW_H

#include "bytes.h"

/*
 * Whether one of these messages (lines of text, or error documents) is of a request that was refused
 * for this machine's clock, and by how much it is off.
 */
bool clockskew_find(struct view messages, long long *seconds);

#endif
