/*
 * skeleton: samples of what goes in and what comes out, byte for byte as the AWS CLI 2 prints them.
 */
#ifndef SSM_SKELETON_H
#define SSM_SKELETON_H

#include "shape.h"

/* JSON with an empty value for every member, for --cli-input-json; ends with a line end. */
void skeleton_input(struct bytes *out, const struct shape *shape);

/* The same as YAML, with a comment on every member. */
void skeleton_yaml(struct bytes *out, const struct shape *shape);

/* JSON with every member's name as its value. */
void skeleton_output(struct bytes *out, const struct shape *shape);

#endif
