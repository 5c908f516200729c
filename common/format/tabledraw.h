/*
 * format/tabledraw: the lines of the AWS CLI's tables.
 *
 * Purpose: what a grid looks like: frames, columns stretched to one width, colours.
 * Errors:  SSM_E_OTHER when memory ended, those of struct bytes for *out (sticky), those of grid_row().
 */
#ifndef SSM_FORMAT_TABLEDRAW_H
#define SSM_FORMAT_TABLEDRAW_H

#include "format/tablegrid.h"

/* All sections, one below the other. A table that is wider than terminal_width turns first. */
enum ssm_err tabledraw_grid(struct bytes *out, struct grid *grid, long terminal_width, bool colour,
    struct ssm_error *err);

#endif
