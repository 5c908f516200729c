/*
 * json/unescape: the text that a JSON string stands for.
 *
 * Purpose: all decoding of strings, in memory that its caller has and wipes.
 * Units:   a string is given without its quotes, from a text that jsonscan has passed; "\u0000" is
 *          taken too.
 */
#ifndef SSM_JSON_UNESCAPE_H
#define SSM_JSON_UNESCAPE_H

#include "core/bytes.h"

/* Whether the string stands for another text than itself. */
static inline bool
jsonunescape_is_needed(struct view raw)
{
	return view_find(raw, '\\') < raw.len;
}

/* The text, written to a place of raw.len bytes: no escape is shorter than what it stands for. */
struct view jsonunescape(char *to, struct view raw);

/*
 * The text: raw itself when nothing is to be done, else what *room holds then. VIEW_NONE, and *room
 * is failed, when memory ended.
 */
struct view jsonunescape_into(struct bytes *room, struct view raw);

#endif
