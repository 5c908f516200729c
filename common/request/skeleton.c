#include "request/skeleton.h"

#include "json/text.h"

struct skeleton {
	struct bytes *out;
	bool names;			/* a member's name is its value */
	unsigned depth;
};

static void add_json(struct skeleton *s, const struct shape *shape, const char *name);
static void add_yaml(struct skeleton *s, const struct shape *shape);

static void
new_line(struct skeleton *s, unsigned width)
{
	bytes_print(s->out, "\n%*s", (int)(s->depth * width), "");
}

/* What stands for a value that has no parts. */
static const char *
sample(const struct skeleton *s, const struct shape *shape, const char *name)
{
	if (shape->type == SHAPE_TIMESTAMP)
		return "1970-01-01T00:00:00";
	if (s->names)
		return name;
	return shape->values != NULL ? shape->values[0] : "";
}

/* `"NAME": ` and the value, on a line of their own. */
static void
add_pair(struct skeleton *s, const char *name, const struct shape *shape, bool first)
{
	bytes_add(s->out, first ? VIEW_NONE : VIEW(","));
	new_line(s, 4);
	jsontext_string(s->out, view_of(name));
	bytes_add(s->out, VIEW(": "));
	add_json(s, shape, name);
}

static void
add_json_parts(struct skeleton *s, const struct shape *shape)
{
	bytes_add_char(s->out, shape->type == SHAPE_LIST ? '[' : '{');
	s->depth++;
	if (shape->type == SHAPE_LIST) {
		new_line(s, 4);
		add_json(s, shape->item, "");
	} else if (shape->type == SHAPE_MAP) {
		add_pair(s, "KeyName", shape->item, true);
	} else {
		for (const struct shape_member *row = shape->members; row->name != NULL; row++)
			add_pair(s, row->name, row->shape, row == shape->members);
	}
	s->depth--;
	new_line(s, 4);
	bytes_add_char(s->out, shape->type == SHAPE_LIST ? ']' : '}');
}

static void
add_json(struct skeleton *s, const struct shape *shape, const char *name)
{
	switch (shape->type) {
	case SHAPE_LIST: case SHAPE_MAP: case SHAPE_STRUCTURE: add_json_parts(s, shape); break;
	case SHAPE_INTEGER: bytes_add_char(s->out, '0'); break;
	case SHAPE_BLOB: bytes_add(s->out, VIEW("null")); break;
	case SHAPE_STRING: case SHAPE_TIMESTAMP:
		jsontext_string(s->out, view_of(sample(s, shape, name)));
		break;
	}
}

void
skeleton_json(struct bytes *out, const struct shape *shape, bool names)
{
	struct skeleton s = { .out = out, .names = names };

	add_json(&s, shape, "");
	bytes_add_char(out, '\n');
}

/* `# [REQUIRED] what it is: A, B`, two blanks before that of an object's first member */
static void
add_comment(struct skeleton *s, const struct shape_member *row, bool first)
{
	bytes_add(s->out, first ? VIEW("  # ") : VIEW(" # "));
	bytes_add(s->out, row->required ? VIEW("[REQUIRED] ") : VIEW_NONE);
	bytes_add_text(s->out, row->about);
	if (row->shape->values == NULL)
		return;
	for (const char *const *value = row->shape->values; *value != NULL; value++) {
		bytes_add_text(s->out, value == row->shape->values ? ": " : ", ");
		bytes_add_text(s->out, *value);
	}
}

static void
add_yaml_scalar(struct skeleton *s, const struct shape *shape)
{
	const char *text = shape->type == SHAPE_INTEGER ? "0" : sample(s, shape, "");

	bytes_add_text(s->out, *text == '\0' ? "''" : text);
}

static bool
has_parts(const struct shape *shape)
{
	return shape->type == SHAPE_LIST || shape->type == SHAPE_MAP || shape->type == SHAPE_STRUCTURE;
}

static void
add_yaml_member(struct skeleton *s, const struct shape_member *row, bool first)
{
	if (!first)
		new_line(s, 2);
	bytes_add_text(s->out, row->name);
	bytes_add_char(s->out, ':');
	if (!has_parts(row->shape)) {
		bytes_add_char(s->out, ' ');
		add_yaml_scalar(s, row->shape);
	}
	add_comment(s, row, first);
	if (!has_parts(row->shape))
		return;
	s->depth += row->shape->type != SHAPE_LIST;	/* a list stands under its name */
	new_line(s, 2);
	add_yaml(s, row->shape);
	s->depth -= row->shape->type != SHAPE_LIST;
}

static void
add_yaml(struct skeleton *s, const struct shape *shape)
{
	switch (shape->type) {
	case SHAPE_STRUCTURE:
		for (const struct shape_member *row = shape->members; row->name != NULL; row++)
			add_yaml_member(s, row, row == shape->members);
		break;
	case SHAPE_LIST:
		bytes_add(s->out, VIEW("- "));
		s->depth++;
		add_yaml(s, shape->item);
		s->depth--;
		break;
	case SHAPE_MAP:
		bytes_add(s->out, VIEW("KeyName:"));
		if (has_parts(shape->item))
			new_line(s, 2);
		else
			bytes_add_char(s->out, ' ');
		add_yaml(s, shape->item);
		break;
	case SHAPE_STRING: case SHAPE_BLOB: case SHAPE_INTEGER: case SHAPE_TIMESTAMP:
		add_yaml_scalar(s, shape);
		break;
	}
}

void
skeleton_yaml(struct bytes *out, const struct shape *shape)
{
	struct skeleton s = { .out = out };

	add_yaml(&s, shape);
	bytes_add_char(out, '\n');
}
