/*
 * request/parameters: an operation's parameters out of the values of options.
 *
 * Purpose:   one JSON object from option values (text, numbers, shorthand, JSON, file://, fileb://) and
 *            the document of --cli-input-json or -yaml, in the order of the operation's shape; options go
 *            before the document's members of the same name. What comes out is checked by
 *            shape_check(), like any other input.
 * Ownership: all is borrowed.
 * Errors:    SSM_E_INPUT with the AWS CLI's sentences.
 */
#ifndef SSM_REQUEST_PARAMETERS_H
#define SSM_REQUEST_PARAMETERS_H

#include "aws/operation.h"

/* What one option was given; a list may have several values. */
struct parameter_given {
	const char *const *values;
	size_t count;			/* 0: not given */
};

struct parameters {
	const struct operation *operation;
	struct parameter_given given[OPERATION_OPTIONS_MAX];	/* by row of operation->options */
	const char *input;		/* --cli-input-json or --cli-input-yaml, or NULL */
	bool yaml;			/* the latter */
	struct bytes input_text;	/* what it names or is */
	struct json_doc input_doc;
	unsigned long shown;		/* items of the page that the starting token leaves out */
};

#define PARAMETERS_INIT { .operation = NULL, .input_text = BYTES_INIT(JSON_DOCUMENT_MAX), \
	.input_doc = JSON_DOC_INIT }

#define PARAMETERS_TEXT_MAX (8 * JSON_DOCUMENT_MAX)

/* Reads the document of --cli-input-json or -yaml; before parameters_add(). */
enum ssm_err parameters_read_input(struct parameters *parameters, struct ssm_error *err);

/*
 * Appends the object. A subject that is given in place of the option's '-' is one of many: VIEW_NONE
 * when there is none.
 */
enum ssm_err parameters_add(struct bytes *out, struct parameters *parameters, struct view subject,
    struct ssm_error *err);

/* The row of the operation's subject whose value is '-', or NULL. */
const struct operation_option *parameters_subject(const struct parameters *parameters);

/* An option that was given, by name; NULL: there is none. */
const char *parameters_any(const struct parameters *parameters);

/* A required member that neither an option nor the document can give: its option's name, or NULL. */
const char *parameters_missing(const struct parameters *parameters);

/*
 * An option of paging given beside one of the service's own, which turns paging off: both stand in
 * the message that is appended to *out. False: there is none.
 */
bool parameters_conflict(const struct parameters *parameters, struct bytes *out);

void parameters_clear(struct parameters *parameters);

#endif
