/*
 * request/yamltext: a YAML document as JSON text.
 *
 * Purpose: the one place that calls libyaml. Plain scalars are what the AWS CLI's reader of
 *          YAML 1.2 makes of them (yes is a string, 0123 is 123, 1e4_0 is a string); quoted ones and blocks are strings.
 * Errors:  SSM_E_INPUT with the line and libyaml's reason. Not read: aliases, tags of one's own, dates,
 *          .inf and .nan, numbers outside of 64 bits, names that are no scalars, more than one document.
 */
#ifndef SSM_REQUEST_YAMLTEXT_H
#define SSM_REQUEST_YAMLTEXT_H

#include "core/err.h"

/* Appends the document's JSON to *out; an empty stream is null. */
enum ssm_err yamltext_to_json(struct bytes *out, struct view text, struct ssm_error *err);

/* `libyaml/0.2.5`: what is in use, for --version. */
void yamltext_library(struct bytes *out);

#endif
