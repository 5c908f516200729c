/*
 * request/shorthand: the AWS CLI's way to write an object as an option's value.
 *
 * Purpose: key=value,key=[a,b],key={k=v} to JSON text: keys of letters, digits and -_.#/: ; values up
 *          to a comma, in single or double quotes with \ before a quote or itself, lists in brackets
 *          or as a,b, objects in braces; key@=file://PATH reads a value from a file. What is written
 *          ambiguously (key=a,b,key2=c) is read as the AWS CLI 2 reads it.
 * Units:   UTF-8. Outside quotes no character above U+FFFF is known, as in the AWS CLI.
 * Errors:  SSM_E_INPUT with the AWS CLI's reason, the character's number (from 0) and the text.
 * Does not: know what the values are for; all of them are strings, and a name that comes twice in
 *          braces is written twice.
 */
#ifndef SSM_REQUEST_SHORTHAND_H
#define SSM_REQUEST_SHORTHAND_H

#include "core/err.h"

#define SHORTHAND_DEPTH_MAX 60		/* of brackets and braces; JSON text may have 64 */
#define SHORTHAND_KEYS_MAX 256		/* as many members as a document may have */

/* Appends the object to *out. `option` is what messages call the value's option: "--filters". */
enum ssm_err shorthand_parse(struct bytes *out, struct view text, const char *option,
    struct ssm_error *err);

#endif
