/*
 * http/setup: every option that libcurl is given, for http.c and tunnel.c alone.
 *
 * Purpose: what is not set here has libcurl's default, so that all there is to know about it stands
 *          in one place.
 */
#ifndef SSM_HTTP_SETUP_H
#define SSM_HTTP_SETUP_H

#include <curl/curl.h>

#include "http/fields.h"
#include "http/reuse.h"
#include "http/proxy.h"
#include "http/transfer.h"
#include "http/trust.h"

/* What a handle was told last, and does not need to hear again. */
struct httpsetup_told {
	enum trust trust;
	bool targeted;
	struct bytes url, proxy;
};

#define HTTPSETUP_TOLD_INIT { .trust = TRUST_UNUSED, .url = BYTES_INIT(URL_LEN_MAX), \
	.proxy = BYTES_INIT(PROXY_URL_MAX) }

void httpsetup_told_clear(struct httpsetup_told *told);

/*
 * What is the same for all transfers of a handle. reason has room for CURL_ERROR_SIZE bytes and lives
 * as long as the handle does, as do reuse, and owner, which CURLINFO_PRIVATE gives back.
 */
CURLcode httpsetup_fixed(CURL *easy, CURLSH *share, struct reuse *reuse, char *reason, void *owner);

/*
 * Sets the rest for one transfer, as far as the handle was not told so. fields holds the header fields, and lives on
 * until the transfer has ended.
 */
CURLcode httpsetup_apply(CURL *easy, struct httpsetup_told *told, enum trust trust,
    struct transfer *transfer, struct httpfields *fields);

/*
 * Once, beside httpsetup_fixed(): to connect, by a proxy's CONNECT as well, and no more. Between two dials libcurl may
 * keep the buffer of one that failed, and then takes no other size.
 */
CURLcode httpsetup_tunnel(CURL *easy);

#endif
