#include "aws/request.h"

#include <stdlib.h>

#include "json/items.h"
#include "json/plain.h"
#include "json/unescape.h"

#define NO_VALUE "is neither a string nor an array of them"

static enum ssm_err
fail(struct ssm_error *err, struct view name, const char *why)
{
	return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "header '%.*s' %s",
	    VIEW_ARG_CUT(name, 80), why);
}

bool
request_value_is_safe(struct view text)
{
	size_t i = 0;

	while (text.len - i >= sizeof(uint64_t) && !plain_has_control(text.ptr + i))
		i += sizeof(uint64_t);
	for (; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7F)
			return false;
	return true;
}

/* The name in lower case, in memory that does not move: there is room for all names and values. */
static struct view
lower_name(struct request *request, struct view name)
{
	size_t from = request->names.len;

	bytes_add_lower(&request->names, name);
	return view_slice(bytes_view(&request->names), from, request->names.len);
}

static enum ssm_err
add_header(struct request *request, struct view name, struct view value, struct ssm_error *err)
{
	if (!request_value_is_safe(value))
		return fail(err, name, "holds a control character");
	if (request->header_count == REQUEST_HEADERS_MAX)
		return fail(err, name, "is one too many: 256 are allowed");
	request->headers[request->header_count++] = (struct header_field){ name, value };
	return SSM_OK;
}

/* A repeated header: the items' text goes where the names go. */
static enum ssm_err
add_items(struct request *request, struct view name, struct view array, struct ssm_error *err)
{
	size_t before = request->header_count, at = 0;
	enum ssm_err rc = SSM_OK;
	struct view item;
	char *to;

	while (rc == SSM_OK && jsonitems_next(array, &at, &item)) {
		if (item.ptr[0] != '"')
			return fail(err, name, NO_VALUE);
		if ((to = bytes_room(&request->names, item.len)) == NULL)
			return ssm_fail_memory(err);
		item = jsonunescape(to, view_slice(item, 1, item.len - 1));
		bytes_grew(&request->names, item.len);
		rc = add_header(request, name, item, err);
	}
	return rc == SSM_OK && request->header_count == before ? fail(err, name, NO_VALUE) : rc;
}

static enum ssm_err
add_member(struct request *request, const struct json_member *member, struct ssm_error *err)
{
	struct view name = lower_name(request, member->name);

	if (!header_field_is_token(name))
		return fail(err, name, "has a name that HTTP does not allow");
	for (size_t i = 0; i < request->header_count; i++)
		if (view_equal(request->headers[i].name, name))
			return fail(err, name, "is there twice; a repeated header is an array");
	switch (json_kind(member)) {
	case JSON_STRING: return add_header(request, name, member->text, err);
	case JSON_ARRAY: return add_items(request, name, member->raw, err);
	default: return fail(err, name, NO_VALUE);
	}
}

/* At most: a repeated header has as many as it likes. */
static size_t
count_rows(const struct json_doc *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		if (json_kind(&headers->members[i]) == JSON_ARRAY)
			return REQUEST_HEADERS_MAX;
	return headers->count > 0 ? headers->count : 1;
}

static enum ssm_err
take_headers(struct request *request, const struct json_doc *doc, struct ssm_error *err)
{
	struct json_member *member = json_member(doc, "headers");
	enum json_kind kind = json_kind(member);
	enum ssm_err rc;

	if (kind == JSON_ABSENT || kind == JSON_NULL)
		return SSM_OK;
	if (kind != JSON_OBJECT)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "member 'headers' is %s, not an object", json_kind_name(kind));
	if ((rc = json_parse(&request->header_object, member->raw, "member 'headers'", err)) != SSM_OK)
		return rc;
	request->headers = calloc(count_rows(&request->header_object), sizeof *request->headers);
	if (request->headers == NULL || bytes_room(&request->names, member->raw.len) == NULL)
		return ssm_fail_memory(err);
	for (size_t i = 0; i < request->header_object.count && rc == SSM_OK; i++)
		rc = add_member(request, &request->header_object.members[i], err);
	return rc;
}

static enum ssm_err
check_method(const struct request *request, struct ssm_error *err)
{
	if (request->method.len <= REQUEST_METHOD_MAX && header_field_is_token(request->method))
		return SSM_OK;
	return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
	    "member 'method' is not an HTTP method");
}

/* A user name would be sent to the host, a fragment never; both mean that something went wrong. */
static enum ssm_err
check_url(const struct url *url, struct ssm_error *err)
{
	if (!view_equal_nocase(url->scheme, VIEW("https")) &&
	    !view_equal_nocase(url->scheme, VIEW("http")))
		return url_fail(url, SSM_E_INPUT, "member 'url'", url->text.ptr,
		    "a scheme that is neither https nor http", err);
	if (url->user_info.ptr != NULL)
		return url_fail(url, SSM_E_INPUT, "member 'url'", url->user_info.ptr,
		    "user information", err);
	if (url->fragment.ptr != NULL)
		return url_fail(url, SSM_E_INPUT, "member 'url'", url->fragment.ptr - 1,
		    "a fragment", err);
	return SSM_OK;
}

enum ssm_err
request_from_json(struct request *request, const struct json_doc *doc, struct ssm_error *err)
{
	struct view url;
	enum ssm_err rc;

	if ((rc = json_string_required(doc, "method", &request->method, err)) == SSM_OK &&
	    (rc = check_method(request, err)) == SSM_OK &&
	    (rc = json_string_required(doc, "url", &url, err)) == SSM_OK &&
	    (rc = url_parse(&request->url, url, "member 'url'", err)) == SSM_OK &&
	    (rc = check_url(&request->url, err)) == SSM_OK &&
	    (rc = json_string(doc, "body", &request->body, err)) == SSM_OK &&
	    (rc = json_string(doc, "service", &request->service, err)) == SSM_OK &&
	    (rc = json_string(doc, "region", &request->region, err)) == SSM_OK &&
	    (rc = json_string(doc, "operation", &request->operation, err)) == SSM_OK &&
	    (rc = json_string(doc, "profile", &request->profile, err)) == SSM_OK)
		rc = take_headers(request, doc, err);
	return rc;
}

struct view
request_header(const struct request *request, const char *name)
{
	struct view wanted = view_of(name);

	for (size_t i = 0; i < request->header_count; i++)
		if (view_equal(request->headers[i].name, wanted))
			return request->headers[i].value;
	return VIEW_NONE;
}

void
request_clear(struct request *request)
{
	free(request->headers);
	json_clear(&request->header_object);
	bytes_clear(&request->names);
	*request = (struct request)REQUEST_INIT;
}
