/*
 * service/cleantext: what a service or an agent said, in one line that is fit to be shown.
 *
 * Purpose: redact takes out what is known to be secret; here go the characters that act on a terminal, and,
 *          where keys are what is asked for and may come in the place of an error, all that looks like a key
 *          or a token. All else is shown.
 * Units:   max in bytes, of what is appended, as in redact.
 * Errors:  those of struct bytes (sticky).
 */
#ifndef SSM_SERVICE_CLEANTEXT_H
#define SSM_SERVICE_CLEANTEXT_H

#include "service/redact.h"

/* Without control characters. */
void cleantext_add_line(struct bytes *out, struct view text, const struct redact *redact, size_t max);

/* And without the words that look like a key or a token. */
void cleantext_add_guarded(struct bytes *out, struct view text, const struct redact *redact, size_t max);

/*
 * The body of an answer in which keys may be: guarded, or "(not shown)" when it names parts of keys with
 * values, or is JSON that is broken, which may have been cut anywhere. is_object: it is a whole object.
 */
void cleantext_add_body(struct bytes *out, struct view body, bool is_object, const struct redact *redact,
    size_t max);

#endif
