/*
 * role/xmltext: the texts of some elements of an XML document, read by libexpat.
 *
 * Purpose:   what STS answers with. The document is whole, UTF-8 whatever its declaration says, not longer
 *            than XMLTEXT_MAX and not deeper than XMLTEXT_DEPTH_MAX. A DOCTYPE is refused as it begins:
 *            with none, no entity can be declared and nothing outside be read. Comments, processing
 *            instructions, attributes and all other elements are passed over; names are local ones.
 * Ownership: the texts are the caller's. libexpat's copies are freed, for core/scrub to wipe.
 * Errors:    a static text that quotes nothing of the document.
 */
#ifndef SSM_ROLE_XMLTEXT_H
#define SSM_ROLE_XMLTEXT_H

#include "core/bytes.h"

#define XMLTEXT_MAX 65536
#define XMLTEXT_DEPTH_MAX 16

struct xmltext {
	const char *path;		/* the names on the way to it without the outermost: "Error/Code" */
	struct bytes *text;		/* appended to, blanks too, without what elements inside it hold */
	bool seen;			/* starts as false */
};

/*
 * Reads them all. False with *why when the document cannot be read, or has an element of the list twice;
 * *why is NULL when there was no memory. The texts then hold what came before.
 */
bool xmltext_read(struct view xml, struct xmltext *list, size_t count, const char **why);

/* `libexpat/2.5.0`: what is in use, for --version. */
void xmltext_library(struct bytes *out);

#endif
