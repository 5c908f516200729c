/*
 * json/value: a JSON value as a tree that does not change.
 *
 * Purpose:   the one tree: what queries work on and formatters print. Numbers are kept as they are
 *            spelled: no digit is lost, nor the difference between 1 and 1.0.
 * Units:     strings are UTF-8 with their length (a NUL inside is possible); counts are of bytes
 *            for texts, of items and members otherwise.
 * Ownership: everything lives in the arena it was made in. A tree also borrows the text that it was
 *            parsed from. Parts may be shared: a value can be in many places of one tree.
 * Errors:    makers return NULL when memory or the arena's cap ends, and take NULL for a part that
 *            could not be made, so that one look at the outermost result is enough.
 * Does not:  print; value_text does.
 */
#ifndef SSM_JSON_VALUE_H
#define SSM_JSON_VALUE_H

#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"

#define VALUE_DEPTH_MAX 512

enum value_kind {
	VALUE_NULL,
	VALUE_FALSE,
	VALUE_TRUE,
	VALUE_INT,		/* a number spelled without '.' and exponent, of any length */
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_ARRAY,
	VALUE_OBJECT,
	VALUE_EXPRESSION,	/* JMESPath's &expression: in no document, only in results of a query */
};

struct value;

struct value_member {
	struct view name;
	const struct value *value;
};

/*
 * Read count and the one part of `of` that belongs to the kind:
 *   VALUE_INT, VALUE_FLOAT   of.text: a JSON number as it was spelled; an int has no needless sign
 *                            or zeros; a float may also be inf, -inf or nan
 *   VALUE_STRING             of.text
 *   VALUE_ARRAY              of.items[0 .. count - 1]
 *   VALUE_OBJECT             of.members[0 .. count - 1], in order, each name once
 */
struct value {
	uint8_t kind;
	uint16_t depth;		/* 0 for scalars, else 1 more than the deepest part's: at most VALUE_DEPTH_MAX */
	uint32_t count;
	union {
		const char *text;
		const struct value *const *items;
		const struct value_member *members;
		const void *expression;
	} of;
};

/*
 * The value of a text that is checked strictly (jsonscan), into *out. Objects are as Python reads
 * them: when a name comes twice, the last value stands in the first one's place. `what` names the
 * text in messages ("the document"). SSM_E_INPUT, or SSM_E_OTHER when memory ended.
 */
enum ssm_err value_parse(const struct value **out, struct arena *arena, struct view text,
    const char *what, struct ssm_error *err);

/*
 * The same for a text that jsonscan has passed; NULL only when memory ended (the arena is then marked
 * failed).
 */
const struct value *value_of_json(struct arena *arena, struct view text);

/* What kind of value a text that jsonscan has passed stands for. */
enum value_kind value_kind_of(struct view json);

/* The text of a string or the spelling of a number. */
static inline struct view
value_text(const struct value *value)
{
	return (struct view){ value->of.text, value->count };
}

static inline bool
value_is_number(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_FLOAT;
}

/* The member of that name; NULL when there is none or the value is no object. */
const struct value *value_member(const struct value *value, struct view name);

/* A number rounded to a double (inf when it is too large). */
double value_double(const struct value *number);

/* Shared, in no arena. */
extern const struct value value_null, value_false, value_true, value_empty_string, value_empty_array,
    value_empty_object;

static inline const struct value *
value_bool(bool truth)
{
	return truth ? &value_true : &value_false;
}

/* From a text that lives as long as the arena. */
const struct value *value_string(struct arena *arena, struct view text);

/* From a spelling that lives as long as the arena: an int when it has only digits (and a sign). */
const struct value *value_number(struct arena *arena, struct view spelling);

const struct value *value_int(struct arena *arena, long long number);

/* From a double; the spelling is Python's. */
const struct value *value_float(struct arena *arena, double number);

/* JMESPath's &expression. */
const struct value *value_expression(struct arena *arena, const void *expression);

/*
 * From items or members in the arena (borrowed). NULL also when the value would be more than
 * VALUE_DEPTH_MAX deep (the arena is then not failed). Each is another value, empty ones too: YAML tells
 * one list in two places from two that are equal.
 */
const struct value *value_array(struct arena *arena, const struct value *const *items, size_t count);
const struct value *value_object(struct arena *arena, const struct value_member *members, size_t count);

/*
 * Members with repeated names as Python would keep them, in place: the first one's place, the last
 * one's value. Returns how many are left, or SIZE_MAX when memory ended.
 */
size_t value_unique(struct value_member *members, size_t count);

/*
 * Whether the tree, counted with its shared parts as often as they show, has at most *budget values
 * and bytes of text; takes what it counts off the budget.
 */
bool value_fits(const struct value *value, size_t *budget);

#endif
