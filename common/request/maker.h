/*
 * request/maker: request documents out of checked parameters.
 *
 * Purpose:   chooses region and endpoint once, and writes what all documents of a run share; then one document
 *            for each object of parameters.
 * Ownership: options and the operation are borrowed until maker_clear().
 * Errors:    those of the settings; with --verbose each setting is told.
 */
#ifndef SSM_REQUEST_MAKER_H
#define SSM_REQUEST_MAKER_H

#include "aws/operation.h"
#include "cli/cli.h"

#define MAKER_TEXT_MAX (8 * JSON_DOCUMENT_MAX)

struct maker_options {
	const char *region, *profile, *endpoint_url;	/* NULL: not given */
	bool strict;			/* a shared file that cannot be read is an error, and no tool is asked for a region */
};

struct maker {
	const struct operation *operation;
	const struct maker_options *given;
	struct bytes head, tail;	/* before the body's text, and behind it */
	struct bytes body;
};

#define MAKER_INIT { .operation = NULL, .head = BYTES_INIT(MAKER_TEXT_MAX), \
	.tail = BYTES_INIT(MAKER_TEXT_MAX), .body = BYTES_INIT(MAKER_TEXT_MAX) }

enum ssm_err maker_prepare(struct maker *maker, const struct cli *cli, const struct operation *operation,
    const struct maker_options *given, struct ssm_error *err);

/* Checked parameters, and the caller's own key as JSON (or an empty view), to one request document. */
enum ssm_err maker_add(struct maker *maker, const struct json_doc *parameters, struct view id,
    struct bytes *result, struct ssm_error *err);

void maker_clear(struct maker *maker);

#endif
