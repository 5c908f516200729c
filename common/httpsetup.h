/*
 * httpsetup: every option that libcurl is given, for http.c alone.
 *
 * Purpose: what is not set here has libcurl's default, so that all there is to know about it stands
 *          in one place.
 */
#ifndef SSM_HTTPSETUP_H
#define SSM_HTTPSETUP_H

#include <curl/curl.h>

#include "http.h"

/* Whose certificates count. */
enum httpsetup_trust {
	TRUST_UNASKED,			/* anybody's */
	TRUST_BUNDLE,			/* those below the user's own authorities, and no others */
	TRUST_DIRECTORY,		/* the system's, by its directory of hashed names */
	TRUST_SYSTEM,			/* the system's, bundle and directory */
};

/* The cheapest way to the system's authorities. */
enum httpsetup_trust httpsetup_system_trust(void);

/*
 * What is the same for all transfers of a handle. reason has room for CURL_ERROR_SIZE bytes and lives
 * as long as the handle does, as does owner, which CURLINFO_PRIVATE gives back.
 */
CURLcode httpsetup_fixed(CURL *easy, CURLSH *share, char *reason, void *owner);

/*
 * Sets the rest for one transfer. *headers is the caller's to free, behind the transfer and after a
 * failure too.
 */
CURLcode httpsetup_apply(CURL *easy, enum httpsetup_trust trust, struct transfer *transfer,
    struct curl_slist **headers);

#endif
