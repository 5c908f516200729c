#include "credentials/imds_region.h"

#include <stdio.h>

#include "aws/partition.h"
#include "core/ascii.h"
#include "credentials/imds.h"

#define ZONE_PATH "latest/meta-data/placement/availability-zone/"

static bool
is_zone_worth_another(enum retry_mode mode, int status, struct view body)
{
	(void)mode;
	return status != 200 || body.len == 0;
}

/*
 * us-west-2 of the zone us-west-2b, as botocore has it, and of the local zone us-west-2-lax-1a: all up to
 * the first number that ends a word.
 */
static struct view
region_of(struct view zone)
{
	for (size_t i = 1; i < zone.len; i++) {
		size_t end = i;

		if (zone.ptr[i - 1] != '-')
			continue;
		while (end < zone.len && ascii_is_digit(zone.ptr[end]))
			end++;
		if (end > i && region_is_valid(view_slice(zone, 0, end)))
			return view_slice(zone, 0, end);
	}
	return VIEW_NONE;
}

static enum imds_step
fetch(struct imds *imds, char region[PROVIDER_REGION_MAX + 1], struct ssm_error *err)
{
	struct provider_result *result = imds->result;
	struct view zone, found;
	enum imds_step step = imds_get(imds, ZONE_PATH, VIEW_NONE, is_zone_worth_another,
	    "the availability zone", err);

	if (step != IMDS_DONE)
		return step;
	zone = view_trim(bytes_view(&imds->response.body));
	found = region_is_valid(zone) ? region_of(zone) : VIEW_NONE;
	if (found.len == 0)
		return imds_absent(imds, zone.len == 0 ? "no availability zone" :
		    "an availability zone that cannot be one");
	snprintf(region, PROVIDER_REGION_MAX + 1, "%.*s", VIEW_ARG(found));
	result->found = true;
	snprintf(result->origin, sizeof result->origin, "%.*s, availability zone %.*s", IMDS_BASE(imds),
	    VIEW_ARG(zone));
	return IMDS_DONE;
}

enum ssm_err
imds_region_find(struct provider_search *search, struct view *region, struct provider_result *result,
    struct ssm_error *err)
{
	struct imds imds = IMDS_INIT;
	enum imds_step step = IMDS_DONE;

	*result = (struct provider_result){ .found = search->region[0] != '\0' };
	if (!search->region_asked &&
	    (step = imds_start(&imds, search, result, err)) == IMDS_DONE)
		step = fetch(&imds, search->region, err);
	search->region_asked = true;
	*region = search->region[0] != '\0' ? view_of(search->region) : VIEW_NONE;
	if (step != IMDS_FAILED)
		ssm_error_clear(err);		/* an earlier step's */
	imds_clear(&imds);
	return step == IMDS_FAILED ? err->rc : SSM_OK;
}
