/*
 * format/timestamp: a time as it comes from the service to the text that the AWS CLI makes of it.
 *
 * Purpose:   seconds since 1970, a number or a text that is one, to ISO 8601 with the offset of the local
 *            time zone: 2026-11-28T20:57:49.123000+00:00, as datetime.isoformat() has it. What is no
 *            number is no such time and stays as it is.
 * Ownership: the text is in the arena.
 * Errors:    NULL for a time that is not of the years 1 to 9999; also when memory ended, which marks the
 *            arena failed.
 */
#ifndef SSM_FORMAT_TIMESTAMP_H
#define SSM_FORMAT_TIMESTAMP_H

#include "json/value.h"

const struct value *timestamp_iso8601(struct arena *arena, const struct value *value);

#endif
