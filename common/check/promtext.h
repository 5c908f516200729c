/*
 * check/promtext: the text exposition format of Prometheus, version 0.0.4.
 *
 * Purpose: families of gauges with their HELP and TYPE lines, and samples with labels.
 * Errors:  those of struct bytes (sticky).
 */
#ifndef SSM_CHECK_PROMTEXT_H
#define SSM_CHECK_PROMTEXT_H

#include "core/bytes.h"

struct promtext_label {
	const char *name, *value;	/* the value is UTF-8 */
};

/* Begins a family of gauges. */
void promtext_gauge(struct bytes *out, const char *name, const char *help);

/* A sample; labels with a value of NULL are left out. Up to `decimals` digits behind the point. */
void promtext_sample(struct bytes *out, const char *name, const struct promtext_label *labels,
    size_t count, double value, int decimals);

#endif
