/*
 * recordlist: what a reader of records makes of a stream, as one text, to compare two readings.
 */
#ifndef SSM_TESTS_FUZZ_RECORDLIST_H
#define SSM_TESTS_FUZZ_RECORDLIST_H

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/input.h"
#include "core/io.h"
#include "fuzz.h"

/* A descriptor from which the text comes in one piece, or in those that a reader would wait for. */
static inline int
recordlist_descriptor(struct view text, bool whole)
{
	struct fuzz_pieces pieces = fuzz_pieces(text);
	struct view piece = text;
	int ends[2];

	if (socketpair(AF_UNIX, whole ? SOCK_STREAM : SOCK_SEQPACKET, 0, ends) != 0)
		abort();
	if (whole)
		HOLDS(io_write_all(ends[1], text) == 0);
	else
		while (fuzz_next(&pieces, &piece))
			HOLDS(io_write_all(ends[1], piece) == 0);
	close(ends[1]);
	return ends[0];
}

static inline void
recordlist_add(struct bytes *list, enum input_status status, struct view record, const struct ssm_error *err)
{
	bytes_add_char(list, "RBEWF"[status]);
	bytes_add(list, record);
	bytes_add_text(list, err->message);
	bytes_add_char(list, '\n');
	HOLDS(!bytes_failed(list));
}

#endif
