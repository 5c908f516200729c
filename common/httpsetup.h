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
 * Sets everything for one transfer; system is how the system's authorities are found. *headers is the
 * caller's to free, behind the transfer and after a failure too; reason has room for CURL_ERROR_SIZE
 * bytes.
 */
CURLcode httpsetup_apply(CURL *easy, const struct http_options *options, enum httpsetup_trust system,
    struct transfer *transfer, struct curl_slist **headers, char *reason);

#endif
