/*
 * check/threshold: the ranges of the Monitoring Plugins guidelines.
 *
 * Purpose: `10` (0 to 10), `10:` (10 and more), `~:10` (10 and less), `10:20`, each says where a value
 *          is well; `@10:20` where it is not. Both ends belong to the range.
 * Does not: know units.
 */
#ifndef SSM_CHECK_THRESHOLD_H
#define SSM_CHECK_THRESHOLD_H

#include "core/bytes.h"

#define THRESHOLD_TEXT_MAX 64

struct threshold {
	bool set;			/* else it never alerts */
	double low, high;		/* infinite where there is no end */
	bool inside;			/* alerts within the range, not outside */
	char text[THRESHOLD_TEXT_MAX];	/* as it was written; empty when not set */
};

/* False when the text is no range; *threshold is then as it was. */
bool threshold_parse(struct threshold *threshold, struct view text)
    __attribute__((warn_unused_result));

bool threshold_alerts(const struct threshold *threshold, double value);

#endif
