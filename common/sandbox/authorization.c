#include "sandbox/authorization.h"

#include <stdio.h>

#define QUOTE_MAX 200		/* of the caller's text in a message */

static bool
fail(struct sandbox_answer *answer, const char *message)
{
	return sandbox_refuse(answer, FAULT_INCOMPLETE_SIGNATURE, "%s", message);
}

/* Name=value; a name given twice or not known is no signature of this version. */
static bool
read_parameter(struct sandbox_authorization *authorization, struct view text,
    struct sandbox_answer *answer)
{
	const struct {
		const char *name;
		struct view *value;
	} known[] = {
		{ "Credential", &authorization->credential },
		{ "SignedHeaders", &authorization->signed_headers },
		{ "Signature", &authorization->signature },
	};
	size_t equals = view_find(text, '=');
	struct view name = view_slice(text, 0, equals);

	if (equals == text.len)
		return sandbox_refuse(answer, FAULT_INCOMPLETE_SIGNATURE, "'%.*s' not a valid key=value "
		    "pair (missing equal-sign) in Authorization header.",
		    VIEW_ARG_CUT(text, QUOTE_MAX));
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!view_is(name, known[i].name))
			continue;
		if (known[i].value->ptr != NULL)
			return sandbox_refuse(answer, FAULT_INCOMPLETE_SIGNATURE,
			    "Authorization header has more than one '%s' parameter.", known[i].name);
		*known[i].value = view_slice(text, equals + 1, text.len);
		return true;
	}
	return sandbox_refuse(answer, FAULT_INCOMPLETE_SIGNATURE,
	    "Authorization header has an unknown parameter '%.*s'.", VIEW_ARG_CUT(name, QUOTE_MAX));
}

static bool
read_parameters(struct sandbox_authorization *authorization, struct view rest,
    struct sandbox_answer *answer)
{
	while (rest.len > 0)
		if (!read_parameter(authorization, view_trim(view_take(&rest, ',')), answer))
			return false;
	return true;
}

/* All that is missing in one message, as AWS says it. */
static bool
check_complete(const struct sandbox_authorization *authorization,
    const struct sandbox_request *request, struct sandbox_answer *answer)
{
	struct view date;
	char text[400];
	bool dated = sandbox_request_header(request, "x-amz-date", &date) > 0 ||
	    sandbox_request_header(request, "date", &date) > 0;

	snprintf(text, sizeof text, "%s%s%s%s",
	    authorization->credential.len > 0 ? "" :
	    "Authorization header requires 'Credential' parameter. ",
	    authorization->signature.len > 0 ? "" :
	    "Authorization header requires 'Signature' parameter. ",
	    authorization->signed_headers.len > 0 ? "" :
	    "Authorization header requires 'SignedHeaders' parameter. ",
	    dated ? "" :
	    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
	if (text[0] == '\0')
		return true;
	text[strlen(text) - 1] = '\0';
	return fail(answer, text);
}

bool
sandbox_authorization_read(struct sandbox_authorization *authorization,
    const struct sandbox_request *request, struct sandbox_answer *answer)
{
	struct view text;
	size_t blank, count = sandbox_request_header(request, "authorization", &text);

	*authorization = (struct sandbox_authorization){ .algorithm = VIEW_NONE };
	if (count == 0 || !view_starts(text, VIEW("AWS4-")))
		return sandbox_refuse(answer, FAULT_MISSING_TOKEN,
		    "Request is missing Authentication Token");
	if (count > 1)
		return fail(answer, "Request has more than one Authorization header.");
	blank = view_find(text, ' ');
	authorization->algorithm = view_slice(text, 0, blank);
	return read_parameters(authorization, view_slice(text, blank, text.len), answer) &&
	    check_complete(authorization, request, answer);
}

bool
sandbox_authorization_split(struct sandbox_authorization *authorization,
    struct sandbox_answer *answer)
{
	struct view *const parts[] = { &authorization->access_key_id, &authorization->date,
	    &authorization->region, &authorization->service, &authorization->terminator };
	struct view rest = authorization->credential;
	size_t count = 0;
	bool more = true;

	if (!view_is(authorization->algorithm, "AWS4-HMAC-SHA256"))
		return sandbox_refuse(answer, FAULT_INCOMPLETE_SIGNATURE, "Unsupported AWS 'algorithm': "
		    "'%.*s' (only AWS4-HMAC-SHA256 for now).",
		    VIEW_ARG_CUT(authorization->algorithm, QUOTE_MAX));
	while (more) {
		size_t slash = view_find(rest, '/');

		if (count < ARRAY_LEN(parts))
			*parts[count] = view_slice(rest, 0, slash);
		count++;
		more = slash < rest.len;
		rest = view_slice(rest, more ? slash + 1 : slash, rest.len);
	}
	if (count != ARRAY_LEN(parts))
		return sandbox_refuse(answer, FAULT_INCOMPLETE_SIGNATURE, "Credential must have exactly 5 "
		    "slash-delimited elements, e.g. keyid/date/region/service/term, got '%.*s'",
		    VIEW_ARG_CUT(authorization->credential, QUOTE_MAX));
	return true;
}

bool
sandbox_authorization_signs(const struct sandbox_authorization *authorization, struct view name)
{
	struct view rest = authorization->signed_headers;

	while (rest.len > 0)
		if (view_equal(view_take(&rest, ';'), name))
			return true;
	return false;
}

bool
sandbox_is_signed_with(const struct sandbox_request *request, const struct sandbox_key *key)
{
	struct view id = view_of(key->access_key_id), rest;

	sandbox_request_header(request, "authorization", &rest);
	return rest.len > 0 && memmem(rest.ptr, rest.len, id.ptr, id.len) != NULL;
}
