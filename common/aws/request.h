/*
 * aws/request: the request document.
 *
 * Purpose:   an API call as ssm-request writes it, ssm-sign signs it and ssm-call sends it
 *            (ssm-tools(7), DOCUMENTS), checked when it is read: nothing in it can break a signature or
 *            an HTTP message.
 * Ownership: the views borrow from the document, or from what the request owns; request_clear() ends
 *            it, the document must outlive it.
 * Errors:    SSM_E_INPUT; messages name members and headers, never values.
 */
#ifndef SSM_AWS_REQUEST_H
#define SSM_AWS_REQUEST_H

#include "core/header_field.h"
#include "core/url.h"
#include "json/json.h"

#define REQUEST_HEADERS_MAX 256
#define REQUEST_METHOD_MAX 256

struct request {
	struct view method;
	struct url url;
	struct view body;		/* the bytes to send; may be empty */
	struct view service, region, operation, profile;	/* VIEW_NONE when absent */
	struct header_field *headers;	/* in order; a repeated name is a row each */
	size_t header_count;
	struct json_doc header_object;
	struct bytes names;
};

#define REQUEST_INIT { .headers = NULL, .header_count = 0, .header_object = JSON_DOC_INIT, \
	.names = BYTES_INIT(JSON_DOCUMENT_MAX) }

enum ssm_err request_from_json(struct request *request, const struct json_doc *doc,
    struct ssm_error *err);

/* The value of the first header of that name (lower case), or VIEW_NONE. */
struct view request_header(const struct request *request, const char *name);

void request_clear(struct request *request);

/* Whether text can stand as a header's value: no control character, UTF-8. */
bool request_value_is_safe(struct view text);

#endif
