/*
 * aws/timestamp: a time as people and programs write it where keys come from.
 *
 * Units: seconds since 1970, UTC.
 */
#ifndef SSM_AWS_TIMESTAMP_H
#define SSM_AWS_TIMESTAMP_H

#include <time.h>

#include "core/bytes.h"

/* What of a text that is no time is shown: "'soon'", or how long it is. A NUL is among the bytes. */
#define TIMESTAMP_SHOWN_MAX 64

/*
 * A time of the years 1970 to 9999, blanks around it allowed: what iso8601_parse() takes, or a date of
 * mail: `Wed, 22 Apr 2099 22:56:00 +0200`, where the day of the week (whichever), the seconds and the zone
 * may be missing, and the zone may be GMT, UTC or Z. Without a zone it is UTC. False when it is anything
 * else.
 */
bool timestamp_parse(struct view text, time_t *when);

/*
 * A text that is no time, fit for a message: quoted, with '?' for what is no printable ASCII. What is too
 * long to be a time may be anything, a key too: its length alone is told.
 */
void timestamp_show(char shown[TIMESTAMP_SHOWN_MAX], struct view text);

#endif
