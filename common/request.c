#include "request.h"

#include <stdlib.h>

static enum ssm_err
fail(struct ssm_error *err, struct view name, const char *why)
{
	return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "header '%.*s' %s",
	    (int)(name.len < 80 ? name.len : 80), name.ptr, why);
}

/* RFC 9110, token. */
static bool
is_token(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!plain && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
			return false;
	}
	return text.len > 0;
}

bool
request_value_is_safe(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7F)
			return false;
	return true;
}

/* The name in lower case, in memory that does not move. */
static struct view
lower_name(struct request *request, struct view name)
{
	size_t from = request->names.len;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		bytes_add_char(&request->names, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
	return view_slice(bytes_view(&request->names), from, request->names.len);
}

static enum ssm_err
add_header(struct request *request, struct view name, struct view value, struct ssm_error *err)
{
	if (!request_value_is_safe(value))
		return fail(err, name, "holds a control character");
	if (request->header_count == REQUEST_HEADERS_MAX)
		return fail(err, name, "is one too many: 256 are allowed");
	request->headers[request->header_count++] = (struct request_header){ name, value };
	return SSM_OK;
}

static enum ssm_err
add_member(struct request *request, struct json_member *member, struct ssm_error *err)
{
	struct view name = lower_name(request, member->name), value;
	enum ssm_err rc = SSM_OK;

	if (!is_token(name))
		return fail(err, name, "has a name that HTTP does not allow");
	for (size_t i = 0; i < request->header_count; i++)
		if (view_equal(request->headers[i].name, name))
			return fail(err, name, "is there twice; a repeated header is an array");
	if (json_kind(member) == JSON_STRING)
		return add_header(request, name, json_text(member), err);
	if (json_kind(member) != JSON_ARRAY || json_items(member) == 0)
		return fail(err, name, "is neither a string nor an array of them");
	for (int i = 0; i < json_items(member) && rc == SSM_OK; i++) {
		if (!json_item(member, i, &value))
			return fail(err, name, "is neither a string nor an array of them");
		rc = add_header(request, name, value, err);
	}
	return rc;
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
	request->headers = calloc(REQUEST_HEADERS_MAX, sizeof *request->headers);
	if (request->headers == NULL || bytes_room(&request->names, member->raw.len) == NULL)
		return ssm_fail_memory(err);
	for (size_t i = 0; i < request->header_object.count && rc == SSM_OK; i++)
		rc = add_member(request, &request->header_object.members[i], err);
	return rc;
}

static enum ssm_err
check_method(const struct request *request, struct ssm_error *err)
{
	if (request->method.len <= REQUEST_METHOD_MAX && is_token(request->method))
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
	for (size_t i = 0; i < request->header_count; i++)
		if (view_is(request->headers[i].name, name))
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
