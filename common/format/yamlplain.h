/*
 * format/yamlplain: which texts a YAML 1.2 reader would take for something else than text.
 *
 * Purpose: the rules of ruamel.yaml, which decide what the AWS CLI puts in quotes.
 */
#ifndef SSM_FORMAT_YAMLPLAIN_H
#define SSM_FORMAT_YAMLPLAIN_H

#include "core/bytes.h"

/* Whether the text, without quotes, is a boolean, a number, a null, a date or another special word. */
bool yamlplain_is_special(struct view text);

#endif
