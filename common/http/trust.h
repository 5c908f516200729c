/*
 * http/trust: whose certificates count for a connection, for http and tunnel.
 *
 * Purpose: the user's bundle in place of the system's authorities; of the system's the cheapest form first, and
 *          the whole when that lacks one.
 */
#ifndef SSM_HTTP_TRUST_H
#define SSM_HTTP_TRUST_H

#include <curl/curl.h>

#include "http/transfer.h"

enum trust {
	TRUST_UNUSED,			/* there are no certificates: no TLS, neither with the server nor with a proxy */
	TRUST_UNASKED,			/* anybody's */
	TRUST_BUNDLE,			/* those below the user's own authorities, and no others */
	TRUST_DIRECTORY,		/* the system's, by its directory of hashed names */
	TRUST_SYSTEM,			/* the system's, bundle and directory */
};

/*
 * Of a transfer. *system is how the system's authorities are found; TRUST_UNUSED before the first transfer that
 * asks.
 */
enum trust trust_choose(enum trust *system, const struct transfer *transfer, bool no_verify);

/*
 * Whether a transfer that has ended is to be tried with *system as it is then: nothing was sent yet, and the
 * directory may lack what the bundle has.
 */
bool trust_grows(enum trust *system, enum trust trust, const struct transfer *transfer);

/* Tells libcurl, of the server and of a proxy with TLS. */
CURLcode trust_apply(CURL *easy, const char *ca_bundle, enum trust trust);

#endif
