/*
 * core/url: the parts of an absolute URL (RFC 3986), strictly.
 *
 * Purpose:   one reading of a URL for all tools, so that what one of them checks is what another
 *            uses. Nothing is decoded, folded or repaired.
 * Ownership: the parts are views into the text.
 * Errors:    SSM_E_INPUT; the text says what is wrong and at which character (from 1).
 */
#ifndef SSM_CORE_URL_H
#define SSM_CORE_URL_H

#include "core/err.h"

#define URL_LEN_MAX 4096

struct url {
	struct view text;
	struct view scheme;
	struct view user_info;		/* VIEW_NONE when there is no '@' */
	struct view host;		/* as written; with brackets for IPv6 */
	bool ipv6;
	unsigned port;			/* 0 when absent */
	struct view path;		/* from its '/', or empty */
	struct view query;		/* VIEW_NONE when there is no '?' */
	struct view fragment;		/* VIEW_NONE when there is no '#' */
};

/* Splits text; `what` names it in messages ("StreamUrl"). */
enum ssm_err url_parse(struct url *url, struct view text, const char *what, struct ssm_error *err);

/*
 * Where the text is written as HTML, XML or JSON write it (&amp; for &), since it was copied out of one
 * of them, and *why for url_fail(); or NULL. A query may have such text of its own right, so it is
 * for the caller to know better.
 */
const char *url_find_escape(struct view text, const char **why);

/* A failure at a place in the text: "`what`: `why` at character N". place points into url->text. */
enum ssm_err url_fail(const struct url *url, enum ssm_err rc, const char *what, const char *place,
    const char *why, struct ssm_error *err);

/* Whether the host is an IP literal in any notation that resolvers take for one. */
bool url_host_is_address(struct view host);

/* Whether the host is this machine by its own name: localhost, 127.0.0.0/8 or [::1]. */
bool url_host_is_loopback(struct view host);

/*
 * The value of a Host header: lower case, without the port when it is the default of the scheme
 * (443 for https and wss, 80 for http and ws).
 */
void url_host_header(struct bytes *out, const struct url *url);

/*
 * The URL in the one form that servers and clients agree on: scheme and host in lower case, an address
 * in its usual notation (127.0.0.1 for 127.1, 0x7f.1 and 2130706433), no dot behind the host, no port that
 * is the scheme's default, a path; without user information and fragment. False when the host is a
 * number that is no address.
 */
bool url_add_normal(struct bytes *out, const struct url *url);

/* Walks the pairs of a query: false at the end. *rest starts as the query. */
bool url_next_pair(struct view *rest, struct view *name, struct view *value);

#endif
