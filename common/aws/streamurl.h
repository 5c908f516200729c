/*
 * aws/streamurl: the grammar of a StreamUrl, and whose host it may name.
 *
 * Purpose:   a client sends its TokenValue to the host of this URL, so a text is one only when all
 *            of it has the form that Session Manager uses:
 *
 *                wss://HOST[:443]/vN/data-channel/SESSION-ID[?NAME=VALUE[&NAME=VALUE]...]
 *
 *            HOST is SERVICE.REGION.SUFFIX, compared whole, where SERVICE is ssmmessages,
 *            ssmmessages-fips or (of old) ssm-messages and SUFFIX is one of the two of the partition
 *            that the region belongs to; or vpce-LABEL.ssmmessages.REGION.vpce.SUFFIX; or
 *            whatever host, port and ws:// the caller's patterns admit.
 * Ownership: the parts are views into the text or into the struct; both must outlive them.
 *            streamurl_clear() ends a struct, which may be used again and again before that.
 * Errors:    SSM_E_NO: the reason and the character (from 1) where it shows, no piece of the text.
 * Does not:  look at what a query says beyond its form, connect, resolve.
 */
#ifndef SSM_AWS_STREAMURL_H
#define SSM_AWS_STREAMURL_H

#include "aws/hostpattern.h"
#include "core/url.h"

#define STREAMURL_PAIRS_MAX 64

struct streamurl_rules {
	struct view region;		/* that the host must name, VIEW_NONE for any */
	struct view session_id;		/* that the path must name, VIEW_NONE for any */
	const struct host_pattern *allowed;
	size_t allowed_count;
};

struct streamurl_pair {
	struct view name, value;	/* decoded */
};

struct streamurl {
	struct view text;
	struct view scheme;		/* "wss" or "ws" */
	struct view host;		/* lower case, no dot at its end */
	unsigned port;			/* the scheme's own when the URL has none */
	struct view partition, region;	/* VIEW_NONE when the host is not of AWS's form */
	struct view session_id;		/* decoded */
	struct view api_version;	/* "v1" */
	struct view stream;		/* "input", "output" or VIEW_NONE */
	struct view role;		/* decoded, or VIEW_NONE */
	struct view cell_number;	/* as it stands in the URL, or VIEW_NONE */
	bool fips, dual_stack, legacy;	/* how the host is spelled */
	size_t pair_count;
	struct streamurl_pair pairs[STREAMURL_PAIRS_MAX];
	struct bytes own;		/* what could not stay in the text: the host, decoded parts */
};

#define STREAMURL_INIT { .text = { NULL, 0 }, .pair_count = 0, .own = BYTES_INIT(2 * URL_LEN_MAX) }

/* Text to struct; a struct whose text was refused holds nothing to rely on. */
enum ssm_err streamurl_parse(struct streamurl *url, struct view text,
    const struct streamurl_rules *rules, struct ssm_error *err);

/* The query as a JSON object; the value of a name that comes more than once is an array. */
void streamurl_query_to_json(struct bytes *out, const struct streamurl *url);

void streamurl_clear(struct streamurl *url);

#endif
