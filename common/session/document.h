/*
 * session/document: StartSession's or ResumeSession's answer, as a session is begun with it.
 *
 * Purpose:   the three members, in any case of letters, checked before the token goes anywhere: the URL is one that
 *            ssm-parse-url takes. The id that the service is asked for is the one in the URL's path: callers have
 *            been seen to hand over another text as the session's.
 * Ownership: sessiondocument_clear() ends it, and wipes the token.
 * Errors:    SSM_E_INPUT for what can't be right or is missing, SSM_E_NO when there is no token or URL: the session
 *            is over; what an error document of an earlier stage says. No piece of a value is in a text.
 */
#ifndef SSM_SESSION_DOCUMENT_H
#define SSM_SESSION_DOCUMENT_H

#include "aws/streamurl.h"

#define SESSIONDOCUMENT_MAX (1024 * 1024)	/* bytes of a document */
#define SESSIONDOCUMENT_ID_MAX 1024
#define SESSIONDOCUMENT_TOKEN_MAX (64 * 1024)

struct sessiondocument {
	struct bytes session_id;	/* as it was given: what messages to the service have */
	struct bytes token_value;
	struct bytes stream_url;
	struct streamurl url;		/* of stream_url */
	bool presigned;			/* the URL brings its own signature: not to be signed, nor resumed */
};

#define SESSIONDOCUMENT_INIT { .session_id = BYTES_INIT(SESSIONDOCUMENT_ID_MAX), \
	.token_value = BYTES_INIT(SESSIONDOCUMENT_TOKEN_MAX), .stream_url = BYTES_INIT(URL_LEN_MAX), \
	.url = STREAMURL_INIT }

/* From its text, which `what` names. The struct stays where it is from now on. */
enum ssm_err sessiondocument_read(struct sessiondocument *document, struct view text, const char *what,
    const struct streamurl_rules *rules, struct ssm_error *err);

/* What the service calls the session: the id of the URL's path. */
static inline struct view
sessiondocument_id(const struct sessiondocument *document)
{
	return document->url.session_id;
}

void sessiondocument_clear(struct sessiondocument *document);

#endif
