/*
 * The AWS CLI's table: a section for each object or list, nested ones below and inside the frame of
 * the one around them.
 */
#include "format/format.h"
#include "format/printablevalue.h"
#include "format/tabledraw.h"
#include "format/valueorder.h"
#include "json/value_text.h"

#define CELL_MAX ((size_t)64 * 1024 * 1024)

/* Of all rows. A list of objects has a column for each name in any of them: most cells can be empty. */
#define CELLS_MAX ((size_t)4 * 1024 * 1024)

struct table {
	struct grid grid;
	struct arena *arena;
	struct ssm_error *err;
	size_t cells;
};

static enum ssm_err add_value(struct table *table, const struct view *title,
    const struct value *value, size_t indent);

/* What Python takes for false. */
static bool
is_nothing(const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL: case VALUE_FALSE: return true;
	case VALUE_INT: case VALUE_FLOAT: return value_double(value) == 0;
	case VALUE_STRING: case VALUE_ARRAY: case VALUE_OBJECT: return value->count == 0;
	default: return false;
	}
}

/* The value as str() has it; a string's text is borrowed. */
static struct view
cell_text(struct table *table, const struct value *value)
{
	struct bytes text = BYTES_INIT(CELL_MAX);
	struct view copy;

	if (value->kind == VALUE_STRING)
		return value_text(value);
	valuetext_str(&text, value);
	copy = arena_copy(table->arena, bytes_view(&text));
	if (bytes_failed(&text))
		table->arena->failed = true;
	bytes_clear(&text);
	return copy;
}

/* NULL when it cannot be had; *table->err says why. */
static struct row *
new_row(struct table *table, size_t count)
{
	struct row *row;

	if (count > CELLS_MAX - table->cells) {
		ssm_fail(table->err, SSM_E_INPUT, "FormatError", "the table would have more than %zu cells, empty "
		    "ones too: choose a part with --query, or another --output", CELLS_MAX);
		return NULL;
	}
	table->cells += count;
	if ((row = grid_new_row(&table->grid, count)) == NULL)
		ssm_fail_memory(table->err);
	return row;
}

static enum ssm_err
add_texts(struct table *table, const struct view *texts, size_t count)
{
	struct row *row = new_row(table, count);

	if (row == NULL)
		return table->err->rc;
	for (size_t i = 0; i < count; i++)
		grid_cell(row, i, texts[i]);
	return grid_row(&table->grid, row, table->err);
}

/* A row of a list's items; of an object in such a place the AWS CLI shows the names. */
static enum ssm_err
add_item_row(struct table *table, const struct value *item)
{
	struct row *row = new_row(table, item->count);

	if (row == NULL)
		return table->err->rc;
	for (size_t i = 0; i < item->count; i++)
		grid_cell(row, i, item->kind == VALUE_OBJECT ? item->of.members[i].name :
		    cell_text(table, item->of.items[i]));
	return grid_row(&table->grid, row, table->err);
}

static bool
is_row(const struct value *item)
{
	for (size_t i = 0; item->kind == VALUE_ARRAY && i < item->count; i++)
		if (!format_is_scalar(item->of.items[i]))
			return false;
	return true;
}

static enum ssm_err
add_items(struct table *table, const struct value *list)
{
	enum ssm_err rc = SSM_OK;

	for (size_t i = 0; rc == SSM_OK && i < list->count; i++) {
		const struct value *item = list->of.items[i];

		if (format_is_scalar(item))
			rc = add_texts(table, (struct view[]){ cell_text(table, item) }, 1);
		else if (is_row(item))
			rc = add_item_row(table, item);
		else
			rc = add_value(table, NULL, item, 0);
	}
	return rc;
}

/* The names of members that are scalars, and of those that get sections of their own. */
struct names {
	struct nameset columns, more;
};

static void
add_names(struct names *names, const struct value *object)
{
	for (size_t i = 0; i < object->count; i++)
		nameset_add(format_is_scalar(object->of.members[i].value) ? &names->columns :
		    &names->more, object->of.members[i].name);
}

static enum ssm_err
sort_names(struct names *names, struct ssm_error *err)
{
	nameset_sort(&names->columns);
	nameset_sort(&names->more);
	return names->columns.failed || names->more.failed ? ssm_fail_memory(err) : SSM_OK;
}

static enum ssm_err
add_header(struct table *table, const struct nameset *columns)
{
	struct row *header = new_row(table, columns->count);

	if (header == NULL)
		return table->err->rc;
	for (size_t i = 0; i < columns->count; i++)
		grid_cell(header, i, columns->names[i]);
	return grid_header(&table->grid, header, table->err);
}

static enum ssm_err
add_member_row(struct table *table, const struct value *sorted, const struct nameset *columns)
{
	struct row *row = new_row(table, columns->count);

	if (row == NULL)
		return table->err->rc;
	for (size_t i = 0; i < columns->count; i++) {
		const struct value *value = valueorder_find(sorted, columns->names[i]);

		grid_cell(row, i, value == NULL ? VIEW_NONE : cell_text(table, value));
	}
	return grid_row(&table->grid, row, table->err);
}

/* The sections of an object's members that are no columns. */
static enum ssm_err
add_more(struct table *table, const struct value *sorted, const struct nameset *more, size_t indent)
{
	enum ssm_err rc = SSM_OK;

	for (size_t i = 0; rc == SSM_OK && i < more->count; i++) {
		const struct value *value = valueorder_find(sorted, more->names[i]);

		if (value != NULL)
			rc = add_value(table, &more->names[i], value, indent + 1);
	}
	return rc;
}

static enum ssm_err
add_object(struct table *table, const struct value *object, size_t indent)
{
	struct names names = { NAMESET_INIT(table->arena), NAMESET_INIT(table->arena) };
	const struct value *sorted = valueorder_object(table->arena, object);
	enum ssm_err rc;

	add_names(&names, object);
	if (sorted == NULL || (rc = sort_names(&names, table->err)) != SSM_OK)
		return ssm_fail_memory(table->err);
	if (names.columns.count == 1) {		/* one scalar alone stands beside its name */
		struct view name = names.columns.names[0];
		struct view texts[] = { name, cell_text(table, valueorder_find(sorted, name)) };

		rc = add_texts(table, texts, ARRAY_LEN(texts));
	} else if (names.columns.count > 1 && (rc = add_header(table, &names.columns)) == SSM_OK) {
		rc = add_member_row(table, sorted, &names.columns);
	}
	return rc == SSM_OK ? add_more(table, sorted, &names.more, indent) : rc;
}

/* Columns for all objects of the list; an empty list or text is let through where there are none. */
static enum ssm_err
list_names(struct names *names, const struct value *list, struct ssm_error *err)
{
	const struct value *empty = NULL;
	enum ssm_err rc;

	for (size_t i = 0; i < list->count; i++) {
		const struct value *item = list->of.items[i];

		if (item->kind == VALUE_OBJECT)
			add_names(names, item);
		else if ((item->kind == VALUE_ARRAY || item->kind == VALUE_STRING) && item->count == 0)
			empty = item;
		else
			return format_fail_mixed(item, err);
	}
	if ((rc = sort_names(names, err)) != SSM_OK)
		return rc;
	return empty != NULL && names->columns.count > 0 ? format_fail_mixed(empty, err) : SSM_OK;
}

/* One of a list: its row, and sections of its own. */
static enum ssm_err
add_list_object(struct table *table, const struct value *object, const struct names *names,
    size_t indent)
{
	const struct value *sorted = valueorder_object(table->arena, object);
	enum ssm_err rc = sorted == NULL ? ssm_fail_memory(table->err) :
	    add_member_row(table, sorted, &names->columns);

	return rc == SSM_OK ? add_more(table, sorted, &names->more, indent) : rc;
}

static enum ssm_err
add_objects(struct table *table, const struct view *title, const struct value *list, size_t indent)
{
	struct names names = { NAMESET_INIT(table->arena), NAMESET_INIT(table->arena) };
	enum ssm_err rc = list_names(&names, list, table->err);

	if (rc == SSM_OK)
		rc = add_header(table, &names.columns);
	for (size_t i = 0; rc == SSM_OK && i < list->count; i++) {
		if (i > 0 && names.more.count > 0 &&
		    ((rc = grid_section(&table->grid, title, indent, table->err)) != SSM_OK ||
		    (rc = add_header(table, &names.columns)) != SSM_OK))
			break;
		rc = add_list_object(table, list->of.items[i], &names, indent);
	}
	return rc;
}

static enum ssm_err
add_value(struct table *table, const struct view *title, const struct value *value, size_t indent)
{
	enum ssm_err rc;

	if (is_nothing(value))
		return SSM_OK;
	if (title != NULL &&
	    (rc = grid_section(&table->grid, title, indent, table->err)) != SSM_OK)
		return rc;
	if (value->kind == VALUE_OBJECT)
		return add_object(table, value, indent);
	if (value->kind != VALUE_ARRAY)
		return SSM_OK;
	return value->of.items[0]->kind == VALUE_OBJECT ? add_objects(table, title, value, indent) :
	    add_items(table, value);
}

enum ssm_err
format_table(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	struct table table = { .arena = arena, .err = err };
	struct view title = view_of(how->title);
	enum ssm_err rc;

	if (how->terminal)
		title = printablevalue_text(arena, title);
	if (is_nothing(value))
		return SSM_OK;
	grid_init(&table.grid, arena);
	if ((rc = add_value(&table, &title, value, 0)) != SSM_OK ||
	    (rc = tabledraw_grid(out, &table.grid, how->width, how->colour, err)) != SSM_OK)
		return rc;
	if (how->colour && how->reset)
		bytes_add(out, VIEW("\033[0m"));
	return SSM_OK;
}
