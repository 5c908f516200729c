/*
 * aws/partition: the AWS partitions, which regions belong to them and how their hosts end.
 *
 * Source: the SDKs' partitions data. A region that no pattern takes belongs to `aws`, as there.
 */
#ifndef SSM_AWS_PARTITION_H
#define SSM_AWS_PARTITION_H

#include "core/err.h"

#define REGION_LEN_MAX 63

struct partition {
	const char *id;
	const char *prefixes;		/* a region's first parts, each followed by a blank */
	const char *dns_suffix;
	const char *dual_stack_suffix;
	bool plain_is_fips;		/* FIPS hosts have no -fips in their name (GovCloud) */
	const char *regions;		/* those known to be there, a blank between two; no rule, a help */
	const char *signin_host;	/* https://REGION.HOST/, of old; NULL: its hosts are as any service's */
};

/* Never NULL. */
const struct partition *partition_of_region(struct view region);

/* The table, in order, for those who must go through it; *count rows. */
const struct partition *partition_table(size_t *count);

/*
 * Whether text can be a region: a host label of letters, digits and inner hyphens, not all digits.
 * It becomes part of a host name and of a signature's scope, so nothing uses one before this.
 */
bool region_is_valid(struct view text);

/* region_is_valid(), with botocore's message; names ending in -global (no alias for SSM) too. */
enum ssm_err region_check(struct view text, struct ssm_error *err);

#endif
