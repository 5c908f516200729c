#include "pages/pages.h"

#include "aws/startingtoken.h"
#include "json/items.h"
#include "json/text.h"
#include "json/value_text.h"

#define ITEMS_NAME "Sessions"
#define TOKEN_NAME "NextToken"
#define SIZE_NAME "MaxResults"

enum ssm_err
pages_begin_at(struct pages *pages, struct view starting_token, struct ssm_error *err)
{
	enum ssm_err rc = startingtoken_read(&pages->token, &pages->shown, starting_token, err);

	bytes_set(&pages->tortoise, bytes_view(&pages->token));
	return rc == SSM_OK && bytes_failed(&pages->tortoise) ? ssm_fail_memory(err) : rc;
}

/* The parameters in a request document; to be cleared in any case. */
static enum ssm_err
read_parameters(struct json_doc *parameters, const struct json_doc *request, struct ssm_error *err)
{
	struct view body;
	enum ssm_err rc = json_string_required(request, "body", &body, err);

	return rc != SSM_OK ? rc : json_parse(parameters, body, "the request's body", err);
}

enum ssm_err
pages_is_chosen(const struct json_doc *request, bool own_size, bool *chosen, struct ssm_error *err)
{
	struct json_doc parameters = JSON_DOC_INIT;
	enum ssm_err rc = read_parameters(&parameters, request, err);

	*chosen = rc == SSM_OK && (json_member(&parameters, TOKEN_NAME) != NULL ||
	    (!own_size && json_member(&parameters, SIZE_NAME) != NULL));
	json_clear(&parameters);
	return rc;
}

/* In the form in which ssm-request writes them. */
static void
add_body(struct bytes *out, const struct json_doc *parameters, struct view token)
{
	bytes_add_char(out, '{');
	for (size_t i = 0; i < parameters->count; i++) {
		const struct json_member *member = &parameters->members[i];

		if (view_is(member->name, TOKEN_NAME))
			continue;
		bytes_add(out, out->len > 1 ? VIEW(", \"") : VIEW("\""));
		bytes_add(out, member->raw_name);
		bytes_add(out, VIEW("\": "));
		bytes_add(out, member->raw);
	}
	if (token.len > 0) {
		bytes_add(out, out->len > 1 ? VIEW(", \"" TOKEN_NAME "\": ") : VIEW("\"" TOKEN_NAME "\": "));
		jsontext_string_ascii(out, token);
	}
	bytes_add_char(out, '}');
}

static void
add_request(struct bytes *out, const struct json_doc *request, struct view body)
{
	jsontext_begin(out);
	for (size_t i = 0; i < request->count; i++) {
		const struct json_member *member = &request->members[i];

		if (view_is(member->name, "body")) {
			jsontext_member(out, "body", body);
			continue;
		}
		jsontext_name_view(out, member->raw_name);
		bytes_add(out, member->raw);
	}
	jsontext_end(out);
}

enum ssm_err
pages_ask(struct bytes *out, const struct pages *pages, const struct json_doc *request,
    struct ssm_error *err)
{
	struct json_doc parameters = JSON_DOC_INIT;
	struct bytes body = BYTES_INIT(8 * JSON_DOCUMENT_MAX);
	enum ssm_err rc;

	if (pages->single) {
		bytes_add(out, request->text);
		return bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
	}
	if ((rc = read_parameters(&parameters, request, err)) == SSM_OK) {
		add_body(&body, &parameters, bytes_view(&pages->token));
		add_request(out, request, bytes_view(&body));
		if (bytes_failed(&body) || bytes_failed(out))
			rc = ssm_fail_memory(err);
	}
	json_clear(&parameters);
	bytes_clear(&body);
	return rc;
}

static unsigned long
count_items(struct view array)
{
	unsigned long count = 0;
	struct view item;

	for (size_t at = 0; jsonitems_next(array, &at, &item);)
		count++;
	return count;
}

/* Items from .. from + count - 1 with what stands between them. */
static struct view
some_items(struct view array, unsigned long from, unsigned long count)
{
	const char *begin = NULL, *end = NULL;
	struct view item;
	size_t at = 0;

	for (unsigned long i = 0; i < from + count && jsonitems_next(array, &at, &item); i++) {
		if (i == from)
			begin = item.ptr;
		end = item.ptr + item.len;
	}
	return begin == NULL ? VIEW_NONE : (struct view){ begin, (size_t)(end - begin) };
}

static void
add_page(struct bytes *out, const struct json_doc *page, struct view items, struct view token)
{
	bool has_token = false;

	jsontext_begin(out);
	for (size_t i = 0; i < page->count; i++) {
		const struct json_member *member = &page->members[i];
		bool is_token = view_is(member->name, TOKEN_NAME);

		if (is_token && token.len > 0) {
			jsontext_member(out, TOKEN_NAME, token);
			has_token = true;
			continue;
		}
		jsontext_name_view(out, member->raw_name);
		if (view_is(member->name, ITEMS_NAME)) {
			bytes_add_char(out, '[');
			bytes_add(out, items);
			bytes_add_char(out, ']');
			continue;
		}
		bytes_add(out, member->raw);
	}
	if (!has_token && token.len > 0)
		jsontext_member(out, TOKEN_NAME, token);
	jsontext_end(out);
}

/*
 * How many of the items are kept; the token for another run into *resume when this page is the last for
 * there are enough.
 */
static unsigned long
limit(struct pages *pages, unsigned long count, struct bytes *resume)
{
	unsigned long room = pages->max_items - pages->taken, end = pages->shown + room;

	if (!pages->limited || count < room || (count == room && pages->next.len == 0))
		return count;
	pages->over = true;
	startingtoken_add(resume, bytes_view(count > room ? &pages->token : &pages->next),
	    count > room ? &end : NULL);
	return room;
}

/* The page's items, and its token into pages->next. */
static enum ssm_err
read_page(struct pages *pages, struct json_doc *page, struct view *array, struct ssm_error *err)
{
	const struct json_member *items = json_member(page, ITEMS_NAME);
	enum json_kind token_kind = json_kind(json_member(page, TOKEN_NAME));
	struct view next;
	enum ssm_err rc;

	if (token_kind > JSON_NULL && token_kind != JSON_STRING)
		return ssm_fail(err, SSM_E_OTHER, "ResponseParserError", "the service's answer cannot be right: "
		    "member '" TOKEN_NAME "' is %s", json_kind_name(token_kind));
	*array = json_kind(items) == JSON_ARRAY ? items->raw : VIEW("[]");
	if ((rc = json_string(page, TOKEN_NAME, &next, err)) == SSM_OK)
		bytes_set(&pages->next, next);
	return rc;
}

enum ssm_err
pages_take(struct bytes *out, struct pages *pages, struct json_doc *page, struct ssm_error *err)
{
	struct bytes resume = BYTES_INIT(4 * JSON_DOCUMENT_MAX);
	unsigned long all, count, kept;
	struct view array;
	enum ssm_err rc;

	if (pages->single) {
		bytes_add(out, page->text);
		pages->over = true;
		return bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
	}
	if ((rc = read_page(pages, page, &array, err)) != SSM_OK)
		return rc;
	all = count_items(array);
	count = all > pages->shown ? all - pages->shown : 0;
	kept = limit(pages, count, &resume);
	if (kept == all && resume.len == 0)
		bytes_add(out, page->text);
	else
		add_page(out, page, some_items(array, pages->shown, kept), bytes_view(&resume));
	pages->taken += kept;
	pages->shown = 0;
	pages->over = pages->over || pages->next.len == 0;
	if (bytes_failed(&resume) || bytes_failed(&pages->next) || bytes_failed(out))
		rc = ssm_fail_memory(err);
	bytes_clear(&resume);
	return rc;
}

/*
 * Brent's cycle detection: a service that goes in a circle is found whatever the circle's length, with
 * one token kept, which a later one replaces after 1, 2, 4, 8 ... pages.
 */
static bool
was_there(struct pages *pages)
{
	struct view next = bytes_view(&pages->next);

	if (view_equal(next, bytes_view(&pages->token)) ||
	    view_equal(next, bytes_view(&pages->tortoise)))
		return true;
	if (++pages->steps == pages->power) {
		bytes_set(&pages->tortoise, next);
		pages->power *= 2;
		pages->steps = 0;
	}
	return false;
}

static enum ssm_err
fail_circle(struct view token, struct ssm_error *err)
{
	struct bytes json = BYTES_INIT(8 * PAGES_TOKEN_MAX), shown = BYTES_INIT(8 * PAGES_TOKEN_MAX);

	jsontext_begin(&json);
	jsontext_member(&json, TOKEN_NAME, token);
	jsontext_end(&json);
	valuetext_str_json(&shown, bytes_view(&json));
	ssm_fail(err, SSM_E_OTHER, "PaginationError", "Error during pagination: The same next token was "
	    "received twice: %.*s", VIEW_ARG(bytes_view(&shown)));
	bytes_clear(&json);
	bytes_clear(&shown);
	return SSM_E_OTHER;
}

enum ssm_err
pages_advance(struct pages *pages, struct ssm_error *err)
{
	if (pages->over)
		return SSM_OK;
	if (was_there(pages))
		return fail_circle(bytes_view(&pages->next), err);
	bytes_set(&pages->token, bytes_view(&pages->next));
	return bytes_failed(&pages->token) || bytes_failed(&pages->tortoise) ? ssm_fail_memory(err) :
	    SSM_OK;
}

void
pages_clear(struct pages *pages)
{
	bytes_clear(&pages->token);
	bytes_clear(&pages->next);
	bytes_clear(&pages->tortoise);
}
