/*
 * service/halfbody: whether the end of an answer's body is missing.
 *
 * Purpose:  an answer that ends when its connection does may have been cut, and a length may be that of a
 *           text that was cut before somebody counted it. JSON tells: a text that begins as an object or
 *           an array and ends inside of it is half of one. Of other texts nobody can say, and they are
 *           judged by whoever wants to read them. A refusal that has its length is one by its status,
 *           whatever its text.
 * Does not: look at an answer that did not come.
 */
#ifndef SSM_SERVICE_HALFBODY_H
#define SSM_SERVICE_HALFBODY_H

#include "http/response.h"
#include "json/scan.h"

/*
 * Why the answer is none: a static text, or NULL when it is whole or cannot be known to be half. scan is started, and
 * has been fed the body when that had to be looked at: whoever parses it next need not do so again.
 */
const char *halfbody_find(const struct response *answer, struct json_scan *scan);

#endif
