/*
 * pythonrepr: a JSON value as Python would show it, for botocore's parameter messages.
 */
#ifndef SSM_PYTHONREPR_H
#define SSM_PYTHONREPR_H

#include "json.h"

/*
 * What repr() gives for the value that json.loads() makes of this checked text, but that a name that
 * comes twice is shown twice.
 */
void pythonrepr(struct bytes *out, struct view value);

/* The name of its class: int, float, bool, NoneType, str, list, dict. */
const char *pythonrepr_class(struct view value);

#endif
