/*
 * core/header_field: one field of an HTTP head: as it is signed, sent, and read by a server.
 *
 * Ownership: the views are borrowed.
 */
#ifndef SSM_CORE_HEADER_FIELD_H
#define SSM_CORE_HEADER_FIELD_H

#include "core/ascii.h"
#include "core/bytes.h"

struct header_field {
	struct view name;		/* lower case */
	struct view value;
};

/* A token of RFC 9110: what a method and the name of a field have to be. */
static inline bool
header_field_is_token(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_token(text.ptr[i]))
			return false;
	return text.len > 0;
}

#endif
