#include "outgoing.h"

#include <stdio.h>
#include <stdlib.h>

#define OURS 4

static enum ssm_err
refuse(struct ssm_error *err, const char *name, const char *why)
{
	return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "header '%s' %s", name, why);
}

enum ssm_err
outgoing_check(const struct request *request, struct ssm_error *err)
{
	unsigned hosts = 0;
	char length[24];

	if (!view_is(request->method, "POST"))
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "member 'method' is not POST");
	snprintf(length, sizeof length, "%zu", request->body.len);
	for (size_t i = 0; i < request->header_count; i++) {
		const struct request_header *header = &request->headers[i];

		if (view_is(header->name, "content-length") && !view_is(header->value, length))
			return refuse(err, "content-length", "is not the length of the body");
		hosts += view_is(header->name, "host");
	}
	return hosts > 1 ? refuse(err, "host", "is there twice") : SSM_OK;
}

void
outgoing_name(struct outgoing *out, const unsigned char random[OUTGOING_ID_BYTES])
{
	char *to = out->invocation_id;

	for (size_t i = 0; i < OUTGOING_ID_BYTES; i++) {
		unsigned byte = random[i];

		if (i == 6)
			byte = (byte & 0x0F) | 0x40;	/* version 4 */
		if (i == 8)
			byte = (byte & 0x3F) | 0x80;	/* of RFC 4122's kind */
		to += sprintf(to, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", byte);
	}
}

/* What two neighbours on the way say to each other; the transport has its own to say. */
static bool
is_of_hop(struct view name)
{
	static const char *const names[] = { "connection", "content-length", "expect", "keep-alive",
	    "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (view_is(name, names[i]))
			return true;
	return false;
}

static void
add(struct outgoing *out, const struct request *request, const char *name, const char *value)
{
	if (request_header(request, name).ptr == NULL)
		out->headers[out->count++] = (struct request_header){ view_of(name), view_of(value) };
}

enum ssm_err
outgoing_set(struct outgoing *out, const struct request *request, unsigned attempt,
    unsigned attempts_max, struct ssm_error *err)
{
	if (out->headers == NULL &&
	    (out->headers = calloc(request->header_count + OURS, sizeof *out->headers)) == NULL)
		return ssm_fail_memory(err);
	out->count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (!is_of_hop(request->headers[i].name))
			out->headers[out->count++] = request->headers[i];
	if (attempt == 1)
		snprintf(out->attempt, sizeof out->attempt, "attempt=1");
	else
		snprintf(out->attempt, sizeof out->attempt, "attempt=%u; max=%u", attempt,
		    attempts_max);
	add(out, request, "accept-encoding", "identity");
	add(out, request, "user-agent", out->user_agent);
	add(out, request, "amz-sdk-invocation-id", out->invocation_id);
	add(out, request, "amz-sdk-request", out->attempt);
	return SSM_OK;
}

void
outgoing_clear(struct outgoing *out)
{
	free(out->headers);
	*out = (struct outgoing)OUTGOING_INIT;
}
