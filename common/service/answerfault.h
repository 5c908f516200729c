/*
 * service/answerfault: why there is no response document.
 *
 * Purpose:  the service's error, whatever its spelling (`__type` with or without a namespace or a
 *           URI, x-amzn-errortype, `message` or `Message`, HTML, nothing at all), and the ways a
 *           transfer fails, each with botocore's text, its exit code and what retrying makes of it.
 * Errors:   both functions return the failure they record, never SSM_OK.
 */
#ifndef SSM_SERVICE_ANSWERFAULT_H
#define SSM_SERVICE_ANSWERFAULT_H

#include "http/response.h"
#include "service/expectation.h"

#define ANSWERFAULT_CODE_MAX 96		/* as in struct ssm_error */

/* An answer with a status outside 200 to 299. */
enum ssm_err answerfault_service(const struct response *answer, const struct expectation *expected,
    const struct answer_extras *extras, enum retry_class *failure, struct ssm_error *err);

/*
 * The service's code for what went wrong, into code; empty when it names none. The body may be
 * anything.
 */
void answerfault_code(char code[ANSWERFAULT_CODE_MAX], const struct httphead *head, struct view body);

/* No answer. */
enum ssm_err answerfault_transport(const struct response *answer, const struct expectation *expected,
    enum retry_class *failure, struct ssm_error *err);

/* The failure in err was the last of all attempts allowed: a service error says so, as in botocore. */
void answerfault_used_up(const struct response *answer, const struct expectation *expected,
    unsigned retries, struct ssm_error *err);

#endif
