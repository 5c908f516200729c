#include "outgoing.h"

#include <stdio.h>
#include <stdlib.h>

#include "httpdate.h"
#include "iso8601.h"

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
	static const char digits[] = "0123456789abcdef";
	char *to = out->invocation_id;

	for (size_t i = 0; i < OUTGOING_ID_BYTES; i++) {
		unsigned byte = random[i];

		if (i == 6)
			byte = (byte & 0x0F) | 0x40;	/* version 4 */
		if (i == 8)
			byte = (byte & 0x3F) | 0x80;	/* of RFC 4122's kind */
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = digits[byte >> 4];
		*to++ = digits[byte & 0x0F];
	}
	*to = '\0';
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

void
outgoing_answered(struct outgoing *out, const struct httphead *head, long long now)
{
	time_t date;

	out->dated = head->complete && httpdate_parse(httphead_find(head, "date"), &date);
	if (out->dated)
		out->ahead = (long long)date * 1000 - now;
}

/* What amz-sdk-request says: of the first attempt nothing more than that it is. */
static void
tell_attempt(struct outgoing *out, const struct outgoing_attempt *attempt)
{
	char until[AMZ_DATE_LEN + 1], ttl[AMZ_DATE_LEN + 8] = "";

	if (attempt->number == 1) {
		snprintf(out->attempt, sizeof out->attempt, "attempt=1");
		return;
	}
	if (out->dated && attempt->read_timeout > 0) {
		iso8601_format_basic(until,
		    (time_t)((attempt->now + attempt->read_timeout + out->ahead) / 1000));
		snprintf(ttl, sizeof ttl, "ttl=%s; ", until);
	}
	snprintf(out->attempt, sizeof out->attempt, "%sattempt=%u; max=%u", ttl, attempt->number,
	    attempt->max);
}

enum ssm_err
outgoing_set(struct outgoing *out, const struct request *request,
    const struct outgoing_attempt *attempt, struct ssm_error *err)
{
	if (out->headers == NULL &&
	    (out->headers = calloc(request->header_count + OURS, sizeof *out->headers)) == NULL)
		return ssm_fail_memory(err);
	out->count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (!is_of_hop(request->headers[i].name))
			out->headers[out->count++] = request->headers[i];
	tell_attempt(out, attempt);
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
