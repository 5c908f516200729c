/*
 * core/blank: white space in the shared AWS config files.
 *
 * Purpose: the files are defined by Python's configparser, to which a blank is any Unicode white
 *          space: U+0009 to 000D, 001C to 0020, 0085, 00A0, 1680, 2000 to 200A, 2028, 2029, 202F,
 *          205F, 3000.
 * Units:   UTF-8 text; malformed bytes are not blank.
 */
#ifndef SSM_CORE_BLANK_H
#define SSM_CORE_BLANK_H

#include "core/bytes.h"

/* Length in bytes of the blank that text starts with, or 0. */
size_t blank_length(struct view text);

/* How many blanks (characters, not bytes) text starts with. */
size_t blank_indent(struct view text);

/* Without the blanks at both ends, or only at one. An empty result still points into text. */
struct view blank_trim(struct view text);
struct view blank_trim_start(struct view text);
struct view blank_trim_end(struct view text);

#endif
