/*
 * httpfault: what a transfer that libcurl ended came to, for http.c alone.
 *
 * Purpose: libcurl's result codes are few and say where it stopped; with what has arrived and what the
 *          handle remembers they become the suite's own (answer.h).
 */
#ifndef SSM_HTTPFAULT_H
#define SSM_HTTPFAULT_H

#include <curl/curl.h>

#include "http.h"

/* reason is libcurl's text about rc, or empty. */
enum answer_failure httpfault_classify(CURL *easy, const struct transfer *transfer, CURLcode rc,
    const char *reason);

/*
 * The words about the failure that the answer has into its reason: ours, where we know better, before
 * libcurl's.
 */
void httpfault_note(CURL *easy, struct transfer *transfer, CURLcode rc, const char *reason);

#endif
