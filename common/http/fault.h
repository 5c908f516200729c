/*
 * http/fault: what a transfer that libcurl ended came to, for http.c and tunnel.c alone.
 *
 * Purpose: libcurl's result codes are few and say where it stopped; with what has arrived and what the
 *          handle remembers they become the suite's own (response.h).
 */
#ifndef SSM_HTTP_FAULT_H
#define SSM_HTTP_FAULT_H

#include <curl/curl.h>

#include "http/transfer.h"

/* reason is libcurl's text about rc, or empty. */
enum response_failure httpfault_classify(CURL *easy, const struct transfer *transfer, CURLcode rc,
    const char *reason);

/*
 * The words about the failure that the response has into its reason: ours, where we know better, before
 * libcurl's.
 */
void httpfault_note(CURL *easy, struct transfer *transfer, CURLcode rc, const char *reason);

/* What broke a connection that stood: words is libcurl's text about rc, or empty, and becomes ours, in ASCII. */
void httpfault_words(char *words, size_t size, CURLcode rc);

#endif
