#include "service/wire_headers.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/iso8601.h"
#include "http/date.h"

#define OURS 4

static enum ssm_err
refuse(struct ssm_error *err, const char *name, const char *why)
{
	return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "header '%s' %s", name, why);
}

static bool
is_length(struct view value, size_t length)
{
	char text[24];

	snprintf(text, sizeof text, "%zu", length);
	return view_is(value, text);
}

enum ssm_err
wire_headers_check(const struct request *request, struct ssm_error *err)
{
	unsigned hosts = 0;

	if (!view_is(request->method, "POST"))
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "member 'method' is not POST");
	for (size_t i = 0; i < request->header_count; i++) {
		const struct header_field *header = &request->headers[i];

		if (view_is(header->name, "content-length") && !is_length(header->value, request->body.len))
			return refuse(err, "content-length", "is not the length of the body");
		hosts += view_is(header->name, "host");
	}
	return hosts > 1 ? refuse(err, "host", "is there twice") : SSM_OK;
}

void
wire_headers_name(struct wire_headers *out, const unsigned char random[WIRE_HEADERS_ID_BYTES])
{
	uuid_format(out->invocation_id, random);
}

/* What two neighbours on the way say to each other; the transport has its own to say. */
static bool
is_of_hop(struct view name)
{
	static const char *const names[] = { "connection", "content-length", "expect", "keep-alive",
	    "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (*name.ptr == *names[i] && view_is(name, names[i]))
			return true;
	return false;
}

static void
add(struct wire_headers *out, const struct request *request, const char *name, const char *value)
{
	if (request_header(request, name).ptr == NULL)
		out->fields[out->count++] = (struct header_field){ view_of(name), view_of(value) };
}

void
wire_headers_answered(struct wire_headers *out, const struct httphead *head, long long now)
{
	time_t date;

	out->dated = head->complete && httpdate_parse(httphead_find(head, "date"), &date);
	if (out->dated)
		out->ahead = (long long)date * 1000 - now;
}

/* What amz-sdk-request says: of the first attempt nothing more than that it is. */
static void
tell_attempt(struct wire_headers *out, const struct wire_headers_attempt *attempt)
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

bool
wire_headers_set(struct wire_headers *out, const struct request *request,
    const struct wire_headers_attempt *attempt)
{
	if (out->fields == NULL &&
	    (out->fields = calloc(request->header_count + OURS, sizeof *out->fields)) == NULL)
		return false;
	out->count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (!is_of_hop(request->headers[i].name))
			out->fields[out->count++] = request->headers[i];
	add(out, request, "accept-encoding", "identity");
	add(out, request, "user-agent", out->user_agent);
	if (out->plain)
		return true;
	tell_attempt(out, attempt);
	add(out, request, "amz-sdk-invocation-id", out->invocation_id);
	add(out, request, "amz-sdk-request", out->attempt);
	return true;
}

void
wire_headers_clear(struct wire_headers *out)
{
	free(out->fields);
	*out = (struct wire_headers)WIRE_HEADERS_INIT;
}
