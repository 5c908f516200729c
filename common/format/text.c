/*
 * The AWS CLI's text: scalars of an object by name on one line, then its other members, each on lines
 * that begin with the member's name in capitals.
 */
#include "format/format.h"
#include "format/valueorder.h"
#include "json/value_text.h"

struct text {
	struct bytes *out;
	struct arena *arena;
	struct ssm_error *err;
};

static enum ssm_err add_value(struct text *text, const struct value *value,
    const struct view *identifier);

/* Members of AWS's answers are ASCII, and so are the capitals. */
static void
add_identifier(struct text *text, const struct view *identifier)
{
	for (size_t i = 0; i < identifier->len; i++) {
		char c = identifier->ptr[i];

		bytes_add_char(text->out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
	bytes_add_char(text->out, '\t');
}

/* Scalars of a list: one a line behind an identifier, else all on one. */
static void
add_scalars(struct text *text, const struct value *list, const struct view *identifier)
{
	bool first = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct value *item = list->of.items[i];

		if (!format_is_scalar(item))
			continue;
		if (identifier != NULL)
			add_identifier(text, identifier);
		else if (!first)
			bytes_add_char(text->out, '\t');
		valuetext_str(text->out, item);
		if (identifier != NULL)
			bytes_add_char(text->out, '\n');
		first = false;
	}
	if (identifier == NULL && !first)
		bytes_add_char(text->out, '\n');
}

static bool
has_kind(const struct value *list, enum value_kind kind)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->of.items[i]->kind == kind)
			return true;
	return false;
}

/* The names that are a scalar in one object of the list at least. */
static enum ssm_err
scalar_names(struct nameset *names, const struct value *list, struct ssm_error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct value *item = list->of.items[i];

		if (item->kind != VALUE_OBJECT)
			return format_fail_mixed(item, err);
		for (size_t k = 0; k < item->count; k++)
			if (format_is_scalar(item->of.members[k].value))
				nameset_add(names, item->of.members[k].name);
	}
	nameset_sort(names);
	return names->failed ? ssm_fail_memory(err) : SSM_OK;
}

/* What a line gets of a member; false when the member has lines of its own. */
static bool
is_column(const struct nameset *columns, const struct value_member *member)
{
	return columns == NULL ? format_is_scalar(member->value) : nameset_has(columns, member->name);
}

/* The line of an object: its scalars, or what it has of a whole list's columns. */
static void
add_line(struct text *text, const struct value *sorted, const struct nameset *columns,
    const struct view *identifier)
{
	const struct value_member *members = sorted->of.members;
	size_t fields = columns == NULL ? 0 : columns->count;
	size_t at = 0, written = 0;

	for (size_t i = 0; columns == NULL && i < sorted->count; i++)
		fields += format_is_scalar(members[i].value);
	if (fields == 0)
		return;
	if (identifier != NULL)
		add_identifier(text, identifier);
	for (; written < fields && !bytes_failed(text->out); written++) {
		if (written > 0)
			bytes_add_char(text->out, '\t');
		while (at < sorted->count && !is_column(columns, &members[at]))
			at++;
		if (at < sorted->count && (columns == NULL ||
		    view_equal(columns->names[written], members[at].name)))
			valuetext_str(text->out, members[at++].value);
	}
	bytes_add_char(text->out, '\n');
}

static enum ssm_err
add_object(struct text *text, const struct value *object, const struct nameset *columns,
    const struct view *identifier)
{
	const struct value *sorted = valueorder_object(text->arena, object);
	enum ssm_err rc = sorted == NULL ? ssm_fail_memory(text->err) : SSM_OK;

	if (rc == SSM_OK)
		add_line(text, sorted, columns, identifier);
	for (size_t i = 0; rc == SSM_OK && i < sorted->count; i++) {
		const struct value_member *member = &sorted->of.members[i];

		if (!is_column(columns, member))
			rc = add_value(text, member->value, &member->name);
	}
	return rc;
}

static enum ssm_err
add_objects(struct text *text, const struct value *list, const struct view *identifier)
{
	struct nameset columns = NAMESET_INIT(text->arena);
	enum ssm_err rc = scalar_names(&columns, list, text->err);

	for (size_t i = 0; rc == SSM_OK && i < list->count && !bytes_failed(text->out); i++)
		rc = add_object(text, list->of.items[i], &columns, identifier);
	return rc;
}

static enum ssm_err
add_list(struct text *text, const struct value *list, const struct view *identifier)
{
	enum ssm_err rc = SSM_OK;

	if (has_kind(list, VALUE_OBJECT))
		return add_objects(text, list, identifier);
	add_scalars(text, list, identifier);
	for (size_t i = 0; rc == SSM_OK && i < list->count; i++)
		if (list->of.items[i]->kind == VALUE_ARRAY)
			rc = add_list(text, list->of.items[i], identifier);
	return rc;
}

static enum ssm_err
add_value(struct text *text, const struct value *value, const struct view *identifier)
{
	if (value->kind == VALUE_OBJECT)
		return add_object(text, value, NULL, identifier);
	if (value->kind == VALUE_ARRAY)
		return add_list(text, value, identifier);
	valuetext_str(text->out, value);
	bytes_add_char(text->out, '\n');
	return SSM_OK;
}

enum ssm_err
format_text(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	struct text text = { out, arena, err };

	(void)how;
	return add_value(&text, value, NULL);
}
