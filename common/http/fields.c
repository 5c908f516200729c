#include "http/fields.h"

#include <stdlib.h>

#define KEEP ((size_t)16 * 1024)	/* more than this is freed before the next request */
#define LINE_BESIDE 4			/* of a line, beside name and value: ": " and a NUL */
#define PORT_MAX 6			/* :65535 */

/* What libcurl would send of itself; host comes as it was signed. */
static const char *const own[] = { "accept", "content-type", "expect", "user-agent" };

static bool
is_sent(const struct transfer *transfer, struct view name)
{
	for (size_t i = 0; i < transfer->header_count; i++)
		if (view_equal(transfer->headers[i].name, name))
			return true;
	return false;
}

/* Lines must not move while links are made to them: there is room for all of them before the first. */
static bool
make_room(struct httpfields *fields, const struct transfer *transfer)
{
	size_t lines = transfer->header_count + 1 + ARRAY_LEN(own);
	size_t size = transfer->url->host.len + PORT_MAX + (1 + ARRAY_LEN(own)) * sizeof "content-type: ";

	for (size_t i = 0; i < transfer->header_count; i++)
		size += transfer->headers[i].name.len + transfer->headers[i].value.len + LINE_BESIDE;
	bytes_recycle(&fields->text, KEEP);
	fields->count = 0;
	if (lines > fields->room) {
		free(fields->links);
		fields->links = calloc(lines, sizeof *fields->links);
		fields->room = fields->links == NULL ? 0 : lines;
	}
	return fields->links != NULL && bytes_room(&fields->text, size) != NULL;
}

/* From here on text is added to a line of its own, behind the others. */
static void
begin_line(struct httpfields *fields)
{
	struct curl_slist *link = &fields->links[fields->count++];

	link->data = fields->text.ptr + fields->text.len;
	link->next = NULL;
	if (fields->count > 1)
		link[-1].next = link;
}

static void
end_line(struct httpfields *fields)
{
	bytes_add_char(&fields->text, '\0');
}

/* "name: value"; libcurl takes "name;" for an empty value and "name:" for one that is left out. */
static void
add_field(struct httpfields *fields, const struct header_field *header)
{
	begin_line(fields);
	bytes_add(&fields->text, header->name);
	bytes_add(&fields->text, header->value.len == 0 ? VIEW(";") : VIEW(": "));
	bytes_add(&fields->text, header->value);
	end_line(fields);
}

/* As it was signed; libcurl's own would follow from how it reads the URL, and releases differ in that. */
static void
add_host(struct httpfields *fields, const struct url *url)
{
	begin_line(fields);
	bytes_add(&fields->text, VIEW("host: "));
	url_host_header(&fields->text, url);
	end_line(fields);
}

static void
leave_out(struct httpfields *fields, struct view name)
{
	begin_line(fields);
	bytes_add(&fields->text, name);
	bytes_add_char(&fields->text, ':');
	end_line(fields);
}

struct curl_slist *
httpfields_make(struct httpfields *fields, const struct transfer *transfer)
{
	if (!make_room(fields, transfer))
		return NULL;
	if (!is_sent(transfer, VIEW("host")))
		add_host(fields, transfer->url);
	for (size_t i = 0; i < transfer->header_count; i++)
		add_field(fields, &transfer->headers[i]);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (!is_sent(transfer, view_of(own[i])))
			leave_out(fields, view_of(own[i]));
	return bytes_failed(&fields->text) ? NULL : fields->links;
}

void
httpfields_clear(struct httpfields *fields)
{
	bytes_clear(&fields->text);
	free(fields->links);
	*fields = (struct httpfields)HTTPFIELDS_INIT;
}
