/*
 * plugin/texts: what the official client says on standard output, byte for byte.
 *
 * Purpose:   programs and people look for these lines: they are said as they always were.
 */
#ifndef SSM_PLUGIN_TEXTS_H
#define SSM_PLUGIN_TEXTS_H

#include "session/voice.h"

/* Without arguments, and for those that it does not know. */
void plugintexts_installed(struct bytes *out);
void plugintexts_unknown(struct bytes *out, struct view argument);
void plugintexts_invalid(struct bytes *out);

/* sessionvoice_words: of a session. */
void plugintexts_of_session(struct bytes *out, enum sessionvoice_event event, struct view session_id,
    struct view detail);

#endif
