/*
 * format/format: values in the AWS CLI's output formats, byte for byte those of its version 2.
 *
 * Purpose:   one printer a format behind a table of names.
 * Ownership: what a printer makes to do its work is in the arena.
 * Errors:    SSM_E_INPUT for a value that a format has no form for, with the AWS CLI's text where it
 *            has one; SSM_E_OTHER when memory ended. *out then holds a piece to be dropped.
 * Does not:  look at the terminal or the environment.
 */
#ifndef SSM_FORMAT_FORMAT_H
#define SSM_FORMAT_FORMAT_H

#include "json/value.h"

struct format_how {
	const char *title;	/* above a table */
	bool colour;		/* of a table */
	bool reset;		/* what colours a table, sets the terminal back behind it */
	long width;		/* of the terminal, where tables turn narrow */
	bool compact;		/* JSON on one line */
	bool terminal;		/* no text may control it: see core/printable */
	bool shared;		/* a query made the value: parts of it may be in several places */
};

typedef enum ssm_err format_print(struct bytes *out, const struct value *value,
    struct arena *arena, const struct format_how *how, struct ssm_error *err);

struct format {
	const char *name;
	format_print *print;
	bool escapes;		/* texts are JSON's or YAML's, with escapes of their own */
};

/* The format of that name, or NULL. */
const struct format *format_find(const char *name);

/* What a usage error tells: json, text ... */
extern const char format_names[];

/* The text that a format makes of a value, with its line ends. Nothing for what is not shown. */
enum ssm_err format_value(const struct format *format, struct bytes *out,
    const struct value *value, struct arena *arena, const struct format_how *how,
    struct ssm_error *err);

format_print format_json, format_text, format_table, format_yaml, format_yaml_stream;

static inline bool
format_is_scalar(const struct value *value)
{
	return value->kind != VALUE_ARRAY && value->kind != VALUE_OBJECT;
}

/* The failure of a list that has objects and something else in it. */
enum ssm_err format_fail_mixed(const struct value *item, struct ssm_error *err);

/* `libyaml/0.2.5`: what is in use, for --version. */
void format_library(struct bytes *out);

#endif
