/*
 * check/judge: from what is known about sessions and targets to the state of a check.
 *
 * Purpose:   thresholds on the times and counts, and the states of the Monitoring Plugins, the worst of
 *            which is the check's: critical, then warning, then unknown, then ok. So "over" is never
 *            hidden by "unknown", and "unknown" alone is never "down".
 * Units:     times in seconds.
 */
#ifndef SSM_CHECK_JUDGE_H
#define SSM_CHECK_JUDGE_H

#include "check/list.h"
#include "check/threshold.h"

enum check_state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };	/* exit codes */

enum check_metric { METRIC_TIME, METRIC_OK, METRIC_OVER, METRIC_NOT_CONNECTED, METRIC_UNKNOWN };
#define CHECK_METRICS 5

struct checkrules {
	struct threshold warning[CHECK_METRICS], critical[CHECK_METRICS];
	struct threshold unknown;	/* how many unknown ones are well */
};

struct checkverdict {
	enum check_state state;
	bool timed;			/* some time is known */
	double values[CHECK_METRICS];	/* the time is the slowest's */
};

/* One that is over, or not connected, is critical; one that is unknown makes the check unknown. */
void checkrules_start(struct checkrules *rules);

/* `RANGE` of the time, or `METRIC=RANGE`, into one of the tables; false when it is neither. */
bool checkrules_read(struct threshold table[CHECK_METRICS], struct view text)
    __attribute__((warn_unused_result));

void checkjudge(struct checkverdict *verdict, const struct checklist *list,
    const struct checkrules *rules);

/* Whether the time of this one alone is a reason for an alert. */
bool checkjudge_is_slow(const struct checkrules *rules, const struct check_item *item);

/* What a check of two parts comes to. */
enum check_state checkjudge_worse(enum check_state a, enum check_state b);

const char *checkjudge_state_name(enum check_state state);
const char *checkjudge_metric_name(enum check_metric metric);

#endif
