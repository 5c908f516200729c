/*
 * service/answer: what came back for a request, and the response document it makes.
 *
 * Purpose:   from an HTTP answer, or the way it failed to come, to a response document or a failure
 *            with its place in the suite's table of exit codes. Only one checked JSON object that
 *            has what the operation promises, for the session that was asked for, is a success.
 * Errors:    those of answerfault, and for a 2xx answer SSM_E_NO when the session is over and
 *            SSM_E_OTHER when it cannot be right. Nothing of a 2xx body's values is in a message.
 * Does not:  send, retry, read a clock.
 */
#ifndef SSM_SERVICE_ANSWER_H
#define SSM_SERVICE_ANSWER_H

#include "http/response.h"
#include "service/expectation.h"

/*
 * The response document into *out, or why there is none; then *failure says whether trying again
 * can help, and err->metadata holds what the head said.
 */
enum ssm_err answer_read(const struct response *answer, const struct expectation *expected,
    const struct answer_extras *extras, struct bytes *out, enum retry_class *failure,
    struct ssm_error *err);

#endif
