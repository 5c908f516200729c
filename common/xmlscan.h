/*
 * xmlscan: a small strict reader of XML 1.0, one tag or text at a time.
 *
 * Purpose:   what STS answers with: elements, character data, CDATA, the five named entities and
 *            numeric ones, comments, the XML declaration. Debian's expat would do it too, but is one
 *            more library in a process that holds keys, must have its DOCTYPE taken away, and calls
 *            back where this is asked.
 * Ownership: an xmlscan borrows the text; `name` points into it, `value` lives until the next call.
 *            xmlscan_clear() wipes what was decoded.
 * Errors:    XMLSCAN_BAD, again at every further call; `why` is a static text that quotes nothing, `at`
 *            the byte where it is.
 * Does not:  read a DOCTYPE or a processing instruction (both are errors), look into the declaration,
 *            resolve namespaces (names are local ones), keep attributes or see that one comes twice.
 */
#ifndef SSM_XMLSCAN_H
#define SSM_XMLSCAN_H

#include "bytes.h"

#define XMLSCAN_TEXT_MAX 65536
#define XMLSCAN_DEPTH_MAX 16

enum xmlscan_token {
	XMLSCAN_START,			/* of the element `name`; depth counts it */
	XMLSCAN_TEXT,			/* `value`: all up to the next tag, blanks too; not empty */
	XMLSCAN_END,			/* of the element `name`; depth does not count it any more */
	XMLSCAN_DONE,
	XMLSCAN_BAD,
};

struct xmlscan {
	struct view text;
	size_t at;
	size_t depth;			/* elements that are open */
	struct view open[XMLSCAN_DEPTH_MAX];	/* their names, prefixes included */
	bool begun, empty_element;
	struct view name;
	struct bytes value;
	const char *why;
};

#define XMLSCAN_INIT(xml) { .text = (xml), .at = 0, .depth = 0, .value = BYTES_INIT(XMLSCAN_TEXT_MAX), \
	.why = NULL }

enum xmlscan_token xmlscan_next(struct xmlscan *scan);

void xmlscan_clear(struct xmlscan *scan);

#endif
