#include "sharedini.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

#include "blank.h"
#include "sharedini_tables.h"

#define TOKEN_MAX 48		/* the longest synthetic line, with its line end and NUL */
#define READER_MIN 64		/* the least buffer that libinih may offer */

/*
 * Reading under way. The reader (next_token) works through the content line by line, appends to the
 * tables and hands libinih tokens; the handler (take_token) gets them back and ties them together:
 *
 *	[default]		sections[0]		"[0]", "h=0"
 *	region = us-east-1	properties[0]		"k0=0"
 *
 * The line "h=0" is there because an empty section would not reach the handler.
 */
struct loader {
	struct sharedini *file;
	const char *path;
	struct ssm_error *err;
	enum ssm_err rc;		/* the first failure stays */
	struct configtext_cursor cursor;
	size_t opened, claimed;		/* sections and properties that came back */
	char pending[2][TOKEN_MAX];	/* tokens not yet fetched, the next one last */
	unsigned pending_count;
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

static void
add_section(struct loader *l, struct view name)
{
	size_t i = l->file->section_count;

	if (!sharedini_add_section(l->file, name, l->cursor.line)) {
		l->rc = ssm_fail_memory(l->err);
		return;
	}
	snprintf(l->pending[1], TOKEN_MAX, "[%zu]\n", i);
	snprintf(l->pending[0], TOKEN_MAX, "h=%zu\n", i);
	l->pending_count = 2;
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
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
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
	size_t i = l->file->property_count;

	lower_case(writable(l, name), name.len);
	property.value = take_value(l, first, indent);
	if (!sharedini_add_property(l->file, &property)) {
		l->rc = ssm_fail_memory(l->err);
		return;
	}
	snprintf(l->pending[0], TOKEN_MAX, "k%zu=%zu\n", i, i);
	l->pending_count = 1;
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

/* Works through the lines until one of them made a token. */
static void
produce(struct loader *l)
{
	struct configtext_line line;
	struct view name;

	while (l->rc == SSM_OK && l->pending_count == 0 && configtext_peek(&l->cursor, &line)) {
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

/* Its reader: fills to with the next line and returns it, or NULL at the end. */
static char *
next_token(char *to, int size, void *stream)
{
	struct loader *l = stream;
	const char *token;

	if (size < READER_MIN && l->rc == SSM_OK)
		refuse(l, 0, "libinih offers too small a line buffer");
	if (l->pending_count == 0)
		produce(l);
	if (l->rc != SSM_OK || l->pending_count == 0)
		return NULL;
	token = l->pending[--l->pending_count];
	return memcpy(to, token, strlen(token) + 1);
}

/* Whether text is that number. Tokens come back in the order they went out: no other is due. */
static bool
is_index(const char *text, size_t index)
{
	const char *at = text;
	size_t number = 0;

	for (; *at >= '0' && *at <= '9' && number <= index; at++)
		number = number * 10 + (size_t)(*at - '0');
	return at != text && *at == '\0' && number == index;
}

/* The next property belongs to the section last opened. */
static bool
claim_property(struct loader *l)
{
	if (l->claimed == l->file->property_count)
		return false;
	l->file->properties[l->claimed++].section = (unsigned)(l->opened - 1);
	return true;
}

/* Its handler: every token must come back as it was given. */
static int
take_token(void *user, const char *section, const char *name, const char *value)
{
	struct loader *l = user;
	bool good = false;

	if (name == NULL || value == NULL)	/* some builds announce a section like this */
		return 1;
	if (strcmp(name, "h") == 0)
		good = is_index(section, l->opened) && is_index(value, l->opened) &&
		    l->opened++ < l->file->section_count;
	else if (name[0] == 'k')
		good = l->opened > 0 && is_index(section, l->opened - 1) &&
		    is_index(name + 1, l->claimed) && is_index(value, l->claimed) &&
		    claim_property(l);
	if (!good && l->rc == SSM_OK)
		refuse(l, l->cursor.line, "libinih lost its place");
	return good;
}

static void
parse(struct loader *l)
{
	int rc = ini_parse_stream(next_token, l, take_token, l);
	bool all = l->cursor.at >= l->cursor.text.len && l->pending_count == 0 &&
	    l->opened == l->file->section_count && l->claimed == l->file->property_count;

	if (l->rc == SSM_OK && (rc != 0 || !all))
		refuse(l, 0, "libinih lost its place");
}

/* --- look-up --- */

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

static int
by_property_name(const void *name, const void *property)
{
	const struct sharedini_property *at = property;

	return view_compare(*(const struct view *)name, at->name);
}

static const struct sharedini_property *
find_in(const struct sharedini_section *section, struct view name)
{
	if (section->count == 0)
		return NULL;
	return bsearch(&name, section->properties, section->count, sizeof *section->properties,
	    by_property_name);
}

const struct sharedini_property *
sharedini_find(const struct sharedini *file, const struct sharedini_section *section,
    struct view name)
{
	const struct sharedini_property *own = find_in(section, name);

	return own != NULL ? own : find_in(&file->defaults, name);
}

const struct sharedini_section *
sharedini_origin(const struct sharedini *file, const struct sharedini_section *section,
    const struct sharedini_property *property)
{
	return find_in(section, property->name) == property ? section : &file->defaults;
}

void
sharedini_clear(struct sharedini *file)
{
	bytes_clear(&file->content);
	free(file->sections);
	free(file->properties);
	*file = (struct sharedini)SHAREDINI_INIT;
}
