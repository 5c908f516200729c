/*
 * request/skeleton: samples of what goes in and what comes out, byte for byte as the AWS CLI 2 prints them.
 */
#ifndef SSM_REQUEST_SKELETON_H
#define SSM_REQUEST_SKELETON_H

#include "aws/shape.h"

/* JSON with an empty value for every member, for --cli-input-json, or with its name; ends with a line end. */
void skeleton_json(struct bytes *out, const struct shape *shape, bool names);

/* The same as YAML, with no names but a comment on every member. */
void skeleton_yaml(struct bytes *out, const struct shape *shape);

#endif
