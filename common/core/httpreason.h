/*
 * core/httpreason: the reason phrases of HTTP, as Python's http.client has them, which botocore quotes.
 */
#ifndef SSM_CORE_HTTPREASON_H
#define SSM_CORE_HTTPREASON_H

/* Of a status that AWS, a proxy or the sandbox may answer with; empty for others. */
const char *httpreason(int status);

#endif
