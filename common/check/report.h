/*
 * check/report: what a check prints.
 *
 * Purpose:   the line of the Monitoring Plugins with its performance data and the long output behind it,
 *            one JSON document, or metrics for Prometheus.
 * Errors:    those of struct bytes (sticky).
 * Does not:  let a text that came from elsewhere end the line or begin performance data.
 */
#ifndef SSM_CHECK_REPORT_H
#define SSM_CHECK_REPORT_H

#include "check/judge.h"

struct checkreport {
	const struct checklist *list;
	const struct checkrules *rules;
	const struct checkverdict *verdict;
	bool all;			/* those that are ok are listed as well */
	const char *trouble;		/* that the check itself had, or NULL */
};

/* `SSM OK - ...`, and a line for each that is not ok. Ends without a line end. */
void checkreport_text(struct bytes *out, const struct checkreport *report);

/* `SSM UNKNOWN - message`, for a check that could not be made. */
void checkreport_unknown(struct bytes *out, struct view message);

/* One object, with all ids. */
void checkreport_json(struct bytes *out, const struct checkreport *report);

struct checkmetrics {
	const char *name;		/* the label `check` of all samples, or NULL */
	bool ids;			/* samples for each id as well */
	double duration;		/* seconds */
	long long now;			/* seconds since 1970 */
};

void checkreport_metrics(struct bytes *out, const struct checkreport *report,
    const struct checkmetrics *metrics);

#endif
