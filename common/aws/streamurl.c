#include "aws/streamurl.h"

#include <stdio.h>

#include "aws/id.h"
#include "aws/partition.h"
#include "core/ascii.h"
#include "core/percent.h"
#include "json/text.h"

/* The state of one parse. */
struct parse {
	struct streamurl *to;
	const struct streamurl_rules *rules;
	struct url parts;
	struct ssm_error *err;
};

static enum ssm_err
refuse(const struct parse *p, const char *place, const char *why)
{
	return url_fail(&p->parts, SSM_E_NO, "StreamUrl", place, why, p->err);
}

static bool
all_are(struct view text, bool (*is)(char))
{
	for (size_t i = 0; i < text.len; i++)
		if (!is(text.ptr[i]))
			return false;
	return text.len > 0;
}

/*
 * letters-word...-digits: what region names look like, new ones too. It keeps out names below a
 * suffix of AWS that are no region and that customers can own: a bucket called ssmmessages is
 * ssmmessages.s3.amazonaws.com.
 */
static bool
looks_like_region(struct view text)
{
	struct view rest = text, part = view_take(&rest, '-');
	bool good = all_are(part, ascii_is_letter);
	unsigned parts = 1;

	for (; good && rest.len > 0; parts++) {
		part = view_take(&rest, '-');
		good = part.len > 0;
	}
	return good && parts >= 3 && all_are(part, ascii_is_digit) && region_is_valid(text);
}

static bool
is_suffix_of_aws(struct view text)
{
	size_t count;
	const struct partition *table = partition_table(&count);

	for (size_t i = 0; i < count; i++)
		if (view_is(text, table[i].dns_suffix) || view_is(text, table[i].dual_stack_suffix))
			return true;
	return false;
}

static const char foreign_host[] = "the host is not one of Session Manager";

/* Region and partition out of the host, or why it is refused. */
static const char *
read_aws_host(struct streamurl *to)
{
	struct view rest = to->host, service = view_take(&rest, '.'), region;
	bool vpc = view_starts(service, VIEW("vpce-")), fips, legacy, dual_stack;
	const struct partition *partition;

	if (vpc)
		service = view_take(&rest, '.');
	fips = !vpc && view_equal(service, VIEW("ssmmessages-fips"));
	legacy = !vpc && view_equal(service, VIEW("ssm-messages"));
	region = view_take(&rest, '.');
	if ((!fips && !legacy && !view_equal(service, VIEW("ssmmessages"))) ||
	    !looks_like_region(region))
		return foreign_host;
	if (vpc && !view_equal(view_take(&rest, '.'), VIEW("vpce")))
		return foreign_host;
	partition = partition_of_region(region);
	dual_stack = !vpc && view_is(rest, partition->dual_stack_suffix);
	if (!dual_stack && !view_is(rest, partition->dns_suffix))
		return !vpc && is_suffix_of_aws(rest) ?
		    "the host's region and suffix are of different partitions" : foreign_host;
	to->region = region;
	to->partition = view_of(partition->id);
	to->fips = fips;
	to->legacy = legacy;
	to->dual_stack = dual_stack;
	return NULL;
}

static bool
is_allowed(const struct streamurl_rules *rules, const struct streamurl *to)
{
	for (size_t i = 0; i < rules->allowed_count; i++)
		if (host_pattern_admits(&rules->allowed[i], to->scheme, to->host, to->port))
			return true;
	return false;
}

static void
copy_host(struct streamurl *to, struct view host)
{
	size_t from = to->own.len;

	if (host.ptr[host.len - 1] == '.')
		host.len--;
	bytes_add_lower(&to->own, host);
	to->host = view_slice(bytes_view(&to->own), from, to->own.len);
}

/* Scheme, host and port are judged together: a pattern may admit all three. */
static enum ssm_err
read_host(struct parse *p)
{
	struct streamurl *to = p->to;
	const struct url *parts = &p->parts;
	const char *why, *place = parts->host.ptr;

	copy_host(to, parts->host);
	to->port = parts->port != 0 ? parts->port : host_pattern_default_port(to->scheme);
	if ((why = read_aws_host(to)) == NULL && p->rules->region.ptr != NULL &&
	    !view_equal(to->region, p->rules->region))
		why = "the host's region is not the signing region";
	if (why == NULL && !view_equal(to->scheme, VIEW("wss"))) {
		why = "the scheme is not wss";
		place = parts->text.ptr;
	} else if (why == NULL && to->port != 443) {
		why = "the port is not 443";
		place += parts->host.len + 1;
	}
	if (why == NULL || is_allowed(p->rules, to))
		return SSM_OK;
	if (why == foreign_host && p->rules->allowed_count > 0)
		why = "the host is not one of Session Manager, nor admitted with this scheme and port";
	return refuse(p, place, why);
}

static enum ssm_err
read_scheme(struct parse *p)
{
	const struct url *parts = &p->parts;

	p->to->scheme = view_equal_nocase(parts->scheme, VIEW("wss")) ? VIEW("wss") : VIEW("ws");
	if (!view_equal_nocase(parts->scheme, p->to->scheme))
		return refuse(p, parts->text.ptr, "the scheme is not wss");
	if (parts->user_info.ptr != NULL)
		return refuse(p, parts->user_info.ptr, "user info is not allowed");
	if (parts->fragment.ptr != NULL)
		return refuse(p, parts->fragment.ptr - 1, "a fragment is not allowed");
	return SSM_OK;
}

/* Decoded into *out, which is text itself when nothing had to be. */
static bool
decode(struct streamurl *to, struct view text, struct view *out)
{
	size_t from = to->own.len;

	*out = text;
	if (view_find(text, '%') == text.len)
		return true;
	if (!percent_decode(&to->own, text))
		return false;
	*out = view_slice(bytes_view(&to->own), from, to->own.len);
	return true;
}

/* v and a number */
static bool
is_version(struct view text)
{
	return text.len >= 2 && text.len <= 5 && text.ptr[0] == 'v' && text.ptr[1] != '0' &&
	    all_are(view_slice(text, 1, text.len), ascii_is_digit);
}

static enum ssm_err
read_path(struct parse *p)
{
	static const char form[] = "the path is not /v1/data-channel/SESSION-ID";
	struct streamurl *to = p->to;
	struct view rest = p->parts.path, id;

	if (!view_starts(rest, VIEW("/")))
		return refuse(p, rest.ptr, form);
	view_take(&rest, '/');
	to->api_version = view_take(&rest, '/');
	if (!is_version(to->api_version))
		return refuse(p, to->api_version.ptr, form);
	if (!view_starts(rest, VIEW("data-channel/")))
		return refuse(p, rest.ptr, form);
	view_take(&rest, '/');
	if (view_find(rest, '/') < rest.len)
		return refuse(p, rest.ptr + view_find(rest, '/'), form);
	if (!decode(to, rest, &id) || !id_is_session(id))
		return refuse(p, rest.ptr, "not a session id");
	to->session_id = id;
	if (p->rules->session_id.ptr != NULL && !view_equal(id, p->rules->session_id))
		return refuse(p, rest.ptr, "the session id is not that of 'SessionId'");
	return SSM_OK;
}

/* What a pair says, if it is one that has a meaning of its own; false when that is said twice. */
static bool
note_pair(struct streamurl *to, struct streamurl_pair pair, struct view raw_value)
{
	struct view *part;

	if (view_equal(pair.name, VIEW("role")))
		part = &to->role;
	else if (view_equal(pair.name, VIEW("stream")))
		part = &to->stream;
	else if (view_equal(pair.name, VIEW("cell-number")))
		part = &to->cell_number;
	else
		return true;
	if (part->ptr != NULL)
		return false;
	*part = part == &to->cell_number ? raw_value : pair.value;
	return true;
}

static enum ssm_err
read_query(struct parse *p)
{
	struct streamurl *to = p->to;
	struct view rest = p->parts.query, name, value;

	while (url_next_pair(&rest, &name, &value)) {
		struct streamurl_pair pair;

		if (to->pair_count == STREAMURL_PAIRS_MAX)
			return refuse(p, name.ptr, "more than 64 pairs in the query");
		if (!decode(to, name, &pair.name) || !decode(to, value, &pair.value))
			return refuse(p, name.ptr, "a pair of the query that cannot be decoded");
		if (!note_pair(to, pair, value))
			return refuse(p, name.ptr, "role, stream or cell-number for the second time");
		to->pairs[to->pair_count++] = pair;
	}
	if (!view_equal(to->stream, VIEW("input")) && !view_equal(to->stream, VIEW("output")))
		to->stream = VIEW_NONE;
	return SSM_OK;
}

/* Empty, with room for the host and everything decoded, so that views into it stay good. */
static bool
start_over(struct streamurl *to, struct view text)
{
	bytes_reset(&to->own);
	to->text = text;
	to->partition = to->region = to->stream = to->role = to->cell_number = VIEW_NONE;
	to->fips = to->dual_stack = to->legacy = false;
	to->pair_count = 0;
	return bytes_room(&to->own, 2 * text.len) != NULL;
}

enum ssm_err
streamurl_parse(struct streamurl *url, struct view text, const struct streamurl_rules *rules,
    struct ssm_error *err)
{
	struct parse p = { .to = url, .rules = rules, .parts.text = text, .err = err };
	const char *why, *place = url_find_escape(text, &why);
	enum ssm_err rc;

	if (place != NULL)
		rc = refuse(&p, place, why);
	else if ((rc = url_parse(&p.parts, text, "StreamUrl", err)) != SSM_OK)
		rc = err->rc = SSM_E_NO;
	else if (!start_over(url, text))
		return ssm_fail_memory(err);
	else if ((rc = read_scheme(&p)) == SSM_OK && (rc = read_host(&p)) == SSM_OK &&
	    (rc = read_path(&p)) == SSM_OK)
		rc = read_query(&p);
	if (rc != SSM_OK)
		snprintf(err->code, sizeof err->code, "InvalidStreamUrl");
	return rc;
}

static void
add_values(struct bytes *out, const struct streamurl *url, size_t first)
{
	struct view name = url->pairs[first].name;
	bool many = false;

	for (size_t i = first + 1; i < url->pair_count && !many; i++)
		many = view_equal(url->pairs[i].name, name);
	bytes_add_text(out, many ? "[" : "");
	jsontext_string(out, url->pairs[first].value);
	for (size_t i = first + 1; many && i < url->pair_count; i++)
		if (view_equal(url->pairs[i].name, name)) {
			bytes_add_char(out, ',');
			jsontext_string(out, url->pairs[i].value);
		}
	bytes_add_text(out, many ? "]" : "");
}

void
streamurl_query_to_json(struct bytes *out, const struct streamurl *url)
{
	jsontext_begin(out);
	for (size_t i = 0; i < url->pair_count; i++) {
		struct view name = url->pairs[i].name;
		size_t first = 0;

		while (!view_equal(url->pairs[first].name, name))
			first++;
		if (first < i)
			continue;		/* its values stand with the first of the name */
		if (i > 0)
			bytes_add_char(out, ',');
		jsontext_string(out, name);
		bytes_add_char(out, ':');
		add_values(out, url, i);
	}
	jsontext_end(out);
}

void
streamurl_clear(struct streamurl *url)
{
	bytes_clear(&url->own);
	*url = (struct streamurl)STREAMURL_INIT;
}
