/*
 * sandbox/fault/rule: what goes wrong, as a line of text: NAME[=VALUE][:CONDITION...].
 *
 * Purpose: reads such a line. `rst:every=100`, `close=1000:after=300s`, `loss=2%:seed=7`, `slow:delay=200ms`,
 *          `refuse-resume=429:times=3:session=2`.
 * Units:   milliseconds; chances in millionths; messages and requests by number.
 * Source:  ours; ssm-sandbox(1) has it.
 * Errors:  SSM_E_INPUT, with what is wrong and what there is.
 */
#ifndef SSM_SANDBOX_FAULT_RULE_H
#define SSM_SANDBOX_FAULT_RULE_H

#include <stdint.h>

#include "core/err.h"

#define FAULT_RULE_MAX 200		/* bytes of its text */
#define FAULT_SESSION_MAX 97		/* an id, and '*' */
#define FAULT_ALWAYS 1000000		/* the chance of what is certain */

/* In the order of kinds: what ends connections, what happens to single messages, what happens to requests. */
enum fault_kind { FAULT_KIND_RST, FAULT_KIND_FIN, FAULT_KIND_CLOSE, FAULT_KIND_SILENCE, FAULT_KIND_LOSS,
	FAULT_KIND_DUPLICATE, FAULT_KIND_REORDER, FAULT_KIND_SLOW, FAULT_KIND_AWAY, FAULT_KIND_START,
	FAULT_KIND_RESUME, FAULT_KIND_UPGRADE, FAULT_KIND_NO_TOKEN, FAULT_KIND_EXPIRED_CELL, FAULT_KIND_ROTATED_KEYS,
	FAULT_KINDS };

enum fault_way { FAULT_BOTH, FAULT_IN, FAULT_OUT };	/* in: from the client */

struct fault_rule {
	enum fault_kind kind;
	unsigned value;			/* a close frame's code, a status, a chance */
	unsigned after, every, times;	/* 0: not given */
	uint64_t after_ms, every_ms, for_ms;
	uint64_t seed;
	enum fault_way way;
	uint64_t delay_ms;
	unsigned rate;			/* bytes a second */
	unsigned nth;			/* only the session that is opened as so manyeth; 0: not given */
	char session[FAULT_SESSION_MAX + 1];	/* only this one, or those that begin so: '*' is behind it */
	char text[FAULT_RULE_MAX + 1];	/* as it was given */
};

enum ssm_err fault_rule_read(struct fault_rule *rule, struct view text, struct ssm_error *err)
    __attribute__((warn_unused_result));

/* Whether it ends connections: it then acts once unless `every` or `times` say otherwise. */
bool fault_rule_cuts(const struct fault_rule *rule);

#endif
