/*
 * http/tlsfault: what a TLS library's words about a connection mean.
 *
 * Purpose:  OpenSSL names what it met ("wrong version number"), not what is the matter (the server
 *           does not speak TLS there). A table of both, and whether the next try may go better.
 * Does not: call libcurl or OpenSSL.
 */
#ifndef SSM_HTTP_TLSFAULT_H
#define SSM_HTTP_TLSFAULT_H

#include "core/bytes.h"

struct tlsfault {
	const char *met;		/* a part of the library's words */
	const char *meaning;
	bool lasting;			/* the server decided, or cannot do otherwise */
};

/* The row for these words, or NULL. */
const struct tlsfault *tlsfault_find(const char *words);

/* Whether a handshake with these words has failed for good: not because the connection ended. */
bool tlsfault_is_lasting(const char *words);

/* The meaning, with what was met in parentheses; the words as they are when no row has them. */
void tlsfault_tell(char *to, size_t size, const char *words);

#endif
