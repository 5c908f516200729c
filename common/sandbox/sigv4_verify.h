/*
 * sandbox/sigv4_verify: whether a request is signed as AWS demands it.
 *
 * Purpose:   Signature Version 4 from the receiving side, with the checks in the order in which AWS
 *            makes them and AWS's error for each: is there an Authorization header, has it all its
 *            parts, is the date one and within 5 minutes, are the right headers signed, is the scope
 *            right, is the key known, is the signature right.
 * Units:     now: seconds since 1970.
 * Errors:    in *answer; its note says more, for the log: of a signature that differs the canonical
 *            request it should have been made from, the session token left out.
 * Does not:  read the clock, keep state.
 */
#ifndef SSM_SANDBOX_SIGV4_VERIFY_H
#define SSM_SANDBOX_SIGV4_VERIFY_H

#include "sandbox/answer.h"
#include "sandbox/http.h"
#include "sign/sigv4.h"

#define SANDBOX_SKEW_SECONDS 300

struct sigv4_expected {
	struct view region, service;	/* of the scope that is right here */
	struct digest *digest;
	time_t now;
};

/* True, or *answer is the error. May sort request->headers. */
bool sigv4_verify(const struct sigv4_expected *expected, struct sandbox_request *request,
    struct sandbox_answer *answer);

#endif
