#include "config/sharedini.h"

#include <ini.h>
#include <stdio.h>

#include "core/ascii.h"
#include "core/blank.h"

#define READER_MIN 64		/* the least buffer that libinih may offer */
#define TOKEN_MAX 42		/* with a NUL; "TOKEN=NUMBER" then fits into such a buffer */

/*
 * The state of one reading. The reader (next_line) works through the content line by line, appends to
 * the tables and hands libinih lines of its own; the handler (take_line) gets them back and ties the
 * tables together:
 *
 *	[default]		sections[0]		"[default]", "section=0"
 *	region = us-east-1	properties[0]		"region=0"
 *	a;b = c			properties[1]		"1=1"
 *
 * The line "section=0" is there because an empty section would not reach the handler.
 */
struct loader {
	struct sharedini *file;
	const char *path;
	struct ssm_error *err;
	enum ssm_err rc;		/* the first failure stays */
	struct configtext_cursor cursor;
	enum { NO_LINE, HEADER, OPENING, PROPERTY } next;	/* the line that libinih gets next */
	char section[TOKEN_MAX], name[TOKEN_MAX];	/* what it is to make of the one that it got last */
	size_t opened, claimed;		/* sections and properties that came back */
};

static void
refuse(struct loader *l, unsigned line, const char *why)
{
	l->rc = configtext_refuse(l->err, l->path, line, why);
}

/* --- lines to table entries --- */

static bool
is_comment(struct view text)
{
	return text.len > 0 && (text.ptr[0] == '#' || text.ptr[0] == ';');
}

/* '[', at least one byte, ']': the name is all between the first and the last bracket. */
static bool
is_header(struct view text, struct view *name)
{
	const char *last;

	if (text.len < 3 || text.ptr[0] != '[' ||
	    (last = memrchr(text.ptr, ']', text.len)) == NULL || last - text.ptr < 2)
		return false;
	*name = view_slice(text, 1, (size_t)(last - text.ptr));
	return true;
}

/* Every build of libinih gives such a text back as it came. */
static bool
is_plain(struct view text)
{
	if (text.len == 0 || text.len >= TOKEN_MAX || text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0' || (!ascii_is_alnum(text.ptr[i]) && strchr("_-. ", text.ptr[i]) == NULL))
			return false;
	return true;
}

/* What stands for the text of entry i where libinih reads. */
static void
make_token(char token[TOKEN_MAX], struct view text, size_t i)
{
	if (!is_plain(text)) {
		snprintf(token, TOKEN_MAX, "%zu", i);
		return;
	}
	memcpy(token, text.ptr, text.len);
	token[text.len] = '\0';
}

static void
add_section(struct loader *l, struct view name)
{
	if (!sharedini_add_section(l->file, name, l->cursor.line)) {
		l->rc = ssm_fail_memory(l->err);
		return;
	}
	make_token(l->section, name, l->file->section_count - 1);
	l->next = HEADER;
}

/* The content is ours, only the views of it are const. */
static char *
writable(struct loader *l, struct view part)
{
	return l->file->content.ptr + (part.ptr - l->file->content.ptr);
}

static void
lower_case(char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		name[i] = ascii_lower(name[i]);
}

/*
 * The whole value: what stands behind the delimiter and the deeper lines below, taken from the
 * cursor. They are joined in place: a line end and the text take no more bytes than the line did.
 */
static struct view
take_value(struct loader *l, struct view first, size_t indent)
{
	char *value = writable(l, first);
	size_t len = first.len, end = len;
	struct configtext_line line;

	while (configtext_peek(&l->cursor, &line)) {
		bool comment = is_comment(line.text);

		if (!comment && line.text.len > 0 && line.indent <= indent)
			break;
		configtext_take(&l->cursor, &line);
		if (comment)
			continue;
		value[len++] = '\n';
		memmove(value + len, line.text.ptr, line.text.len);
		len += line.text.len;
		if (line.text.len > 0)
			end = len;
	}
	return (struct view){ value, end };
}

static void
add_property(struct loader *l, struct view name, struct view first, size_t indent)
{
	struct sharedini_property property = { .name = name, .line = l->cursor.line };

	lower_case(writable(l, name), name.len);
	property.value = take_value(l, first, indent);
	if (!sharedini_add_property(l->file, &property)) {
		l->rc = ssm_fail_memory(l->err);
		return;
	}
	make_token(l->name, name, l->file->property_count - 1);
	l->next = PROPERTY;
}

static void
split_property(struct loader *l, const struct configtext_line *line)
{
	struct view text = line->text, name;
	size_t equals = view_find(text, '='), colon = view_find(text, ':');
	size_t at = equals < colon ? equals : colon;

	if (at == text.len) {
		refuse(l, l->cursor.line, "neither a section nor 'name = value'");
		return;
	}
	name = blank_trim_end(view_slice(text, 0, at));
	if (name.len == 0)
		refuse(l, l->cursor.line, "a value without a name");
	else
		add_property(l, name, blank_trim(view_slice(text, at + 1, text.len)), line->indent);
}

/* Works through the lines until there is one for libinih. */
static void
produce(struct loader *l)
{
	struct configtext_line line;
	struct view name;

	while (l->rc == SSM_OK && l->next == NO_LINE && configtext_peek(&l->cursor, &line)) {
		configtext_take(&l->cursor, &line);
		if (line.text.len == 0 || is_comment(line.text))
			continue;
		if (is_header(line.text, &name))
			add_section(l, name);
		else if (l->file->section_count == 0)
			refuse(l, l->cursor.line, "a line before any section");
		else
			split_property(l, &line);
	}
}

/* --- libinih --- */

static void
write_line(struct loader *l, char *to)
{
	switch (l->next) {
	case HEADER:
		snprintf(to, READER_MIN, "[%s]\n", l->section);
		l->next = OPENING;
		return;
	case OPENING:
		strcpy(l->name, "section");
		snprintf(to, READER_MIN, "%s=%zu\n", l->name, l->opened);
		break;
	default:
		snprintf(to, READER_MIN, "%s=%zu\n", l->name, l->claimed);
	}
	l->next = NO_LINE;
}

/* Its reader: fills to with the next line and returns it, or NULL at the end. */
static char *
next_line(char *to, int size, void *stream)
{
	struct loader *l = stream;

	if (size < READER_MIN && l->rc == SSM_OK)
		refuse(l, 0, "libinih offers too small a line buffer");
	if (l->next == NO_LINE)
		produce(l);
	if (l->rc != SSM_OK || l->next == NO_LINE)
		return NULL;
	write_line(l, to);
	return to;
}

/* Whether text is that number. */
static bool
is_index(const char *text, size_t index)
{
	const char *at = text;
	size_t number = 0;

	for (; *at >= '0' && *at <= '9' && number <= index; at++)
		number = number * 10 + (size_t)(*at - '0');
	return at != text && *at == '\0' && number == index;
}

/* Lines come back in the order they went out: a section is due, or else a property of the last one. */
static bool
claim(struct loader *l, const char *value)
{
	bool section = l->opened < l->file->section_count;

	if ((!section && l->claimed == l->file->property_count) ||
	    !is_index(value, section ? l->opened : l->claimed))
		return false;
	if (section)
		l->opened++;
	else
		l->file->properties[l->claimed++].section = (unsigned)(l->opened - 1);
	return true;
}

/* Its handler: every line must come back as it was given. */
static int
take_line(void *user, const char *section, const char *name, const char *value)
{
	struct loader *l = user;
	bool good;

	if (name == NULL || value == NULL)	/* some builds announce a section like this */
		return 1;
	good = strcmp(section, l->section) == 0 && strcmp(name, l->name) == 0 && claim(l, value);
	if (!good && l->rc == SSM_OK)
		refuse(l, l->cursor.line, "libinih lost its place");
	return good;
}

static void
parse(struct loader *l)
{
	int rc = ini_parse_stream(next_line, l, take_line, l);
	bool all = l->cursor.at >= l->cursor.text.len && l->next == NO_LINE &&
	    l->opened == l->file->section_count && l->claimed == l->file->property_count;

	if (l->rc == SSM_OK && (rc != 0 || !all))
		refuse(l, 0, "libinih lost its place");
}

/* --- the whole file --- */

enum ssm_err
sharedini_load(struct sharedini *file, const char *path, struct ssm_error *err)
{
	struct loader l = { .file = file, .path = path, .err = err, .rc = SSM_OK };

	sharedini_clear(file);
	l.rc = configtext_read(&file->content, path, &file->unreadable, err);
	l.cursor.text = bytes_view(&file->content);
	if (l.rc == SSM_OK && file->content.len > 0)
		parse(&l);
	if (l.rc == SSM_OK)
		l.rc = sharedini_finish(file, path, err);
	if (l.rc != SSM_OK)
		sharedini_clear(file);
	return l.rc;
}
