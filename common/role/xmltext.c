#include "role/xmltext.h"

#include <expat.h>
#include <stdio.h>

#include "core/utf8.h"

#define TEXT_OF(number) TEXT_OF_IT(number)
#define TEXT_OF_IT(number) #number

static const char NO_MEMORY[] = "out of memory";

struct reading {
	XML_Parser parser;
	struct xmltext *list;
	size_t count, depth;
	struct bytes path;		/* the local names of the open elements, a slash between them */
	bool begun;
	const char *why;		/* why it was stopped */
};

/* libexpat may still have something to tell when it was told to stop: the handlers look at why. */
static void
stop(struct reading *reading, const char *why)
{
	if (reading->why == NULL)
		reading->why = why;
	XML_StopParser(reading->parser, XML_FALSE);
}

/* The row of the innermost open element, or NULL. */
static struct xmltext *
find(const struct reading *reading)
{
	struct view path = bytes_view(&reading->path);
	size_t slash = view_find(path, '/');

	if (slash < path.len)
		for (size_t i = 0; i < reading->count; i++)
			if (view_is(view_slice(path, slash + 1, path.len), reading->list[i].path))
				return &reading->list[i];
	return NULL;
}

static void
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = context;
	const char *colon = strrchr(name, ':');
	struct xmltext *found;

	(void)attributes;
	if (reading->why != NULL)
		return;
	reading->begun = true;
	if (reading->depth++ == XMLTEXT_DEPTH_MAX)
		stop(reading, "elements nested too deep");
	if (reading->path.len > 0)
		bytes_add_char(&reading->path, '/');
	if (colon != NULL && colon[1] == '\0')
		stop(reading, "an element without a name of its own");
	bytes_add_text(&reading->path, colon == NULL ? name : colon + 1);
	if (bytes_failed(&reading->path))
		stop(reading, NO_MEMORY);
	if ((found = find(reading)) == NULL)
		return;
	if (found->seen)
		stop(reading, "an element that comes twice");
	found->seen = true;
}

static void
on_end(void *context, const XML_Char *name)
{
	struct reading *reading = context;
	const char *slash;

	(void)name;
	if (reading->why != NULL)
		return;
	reading->depth--;
	slash = memrchr(reading->path.ptr, '/', reading->path.len);
	reading->path.len = slash == NULL ? 0 : (size_t)(slash - reading->path.ptr);
}

static void
on_text(void *context, const XML_Char *text, int len)
{
	struct reading *reading = context;
	struct xmltext *found = reading->why == NULL ? find(reading) : NULL;

	if (found == NULL)
		return;
	bytes_add(found->text, (struct view){ text, (size_t)len });
	if (bytes_failed(found->text))
		stop(reading, NO_MEMORY);
}

static void
on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)subset;
	stop(context, "a DOCTYPE or another declaration");
}

/* What begins like no XML at all is said in one way. */
static bool
begins(struct view xml)
{
	if (view_starts(xml, VIEW("\xEF\xBB\xBF")))
		xml = view_slice(xml, 3, xml.len);
	xml = view_trim(xml);
	return xml.len == 0 || xml.ptr[0] == '<';
}

/* libexpat takes UTF-16 by its looks, even when told that it is UTF-8. */
static const char *
refusal(struct view xml)
{
	if (xml.len > XMLTEXT_MAX)
		return "longer than " TEXT_OF(XMLTEXT_MAX) " bytes";
	if (view_find(xml, '\0') < xml.len || utf8_check(xml) < xml.len)
		return "a byte that is not UTF-8";
	return begins(xml) ? NULL : "text outside of the element";
}

/* libexpat's own text, but where it has one for two things. */
static const char *
fault(const struct reading *reading)
{
	enum XML_Error code = XML_GetErrorCode(reading->parser);

	if (code == XML_ERROR_NO_MEMORY)
		return NO_MEMORY;
	if (code == XML_ERROR_NO_ELEMENTS)
		return reading->begun ? "the text ends inside of something" : "no element";
	return XML_ErrorString(code);
}

static const char *
parse(struct reading *reading, struct view xml)
{
	if ((reading->parser = XML_ParserCreate("UTF-8")) == NULL)
		return NO_MEMORY;
	XML_SetUserData(reading->parser, reading);
	XML_SetElementHandler(reading->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
	if (XML_Parse(reading->parser, xml.ptr, (int)xml.len, XML_TRUE) != XML_STATUS_OK &&
	    reading->why == NULL)
		reading->why = fault(reading);
	XML_ParserFree(reading->parser);
	return reading->why;
}

bool
xmltext_read(struct view xml, struct xmltext *list, size_t count, const char **why)
{
	struct reading reading = { .list = list, .count = count, .path = BYTES_INIT(XMLTEXT_MAX), .why = NULL };
	const char *fault = refusal(xml);

	if (fault == NULL)
		fault = parse(&reading, xml);
	bytes_clear(&reading.path);
	*why = fault == NO_MEMORY ? NULL : fault;
	return fault == NULL;
}

void
xmltext_library(struct bytes *out)
{
	XML_Expat_Version version = XML_ExpatVersionInfo();
	char text[48];

	snprintf(text, sizeof text, "libexpat/%d.%d.%d", version.major, version.minor, version.micro);
	bytes_add_text(out, text);
}
