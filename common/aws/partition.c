#include "aws/partition.h"

#include "core/ascii.h"

static const struct partition table[] = {
	{ "aws", "us eu ap sa ca me af il mx ", "amazonaws.com", "api.aws", false,
	    "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 "
	    "ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 "
	    "ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 "
	    "eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 "
	    "il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 "
	    "us-west-2", "signin.aws.amazon.com" },
	{ "aws-cn", "cn ", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false,
	    "cn-north-1 cn-northwest-1", "signin.amazonaws.cn" },
	{ "aws-eusc", "eusc-de ", "amazonaws.eu", "api.amazonwebservices.eu", false,
	    "eusc-de-east-1", NULL },
	{ "aws-iso", "us-iso ", "c2s.ic.gov", "api.aws.ic.gov", false,
	    "us-iso-east-1 us-iso-west-1", NULL },
	{ "aws-iso-b", "us-isob ", "sc2s.sgov.gov", "api.aws.scloud", false,
	    "us-isob-east-1 us-isob-west-1", NULL },
	{ "aws-iso-e", "eu-isoe ", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", false,
	    "eu-isoe-west-1", NULL },
	{ "aws-iso-f", "us-isof ", "csp.hci.ic.gov", "api.aws.hci.ic.gov", false,
	    "us-isof-east-1 us-isof-south-1", NULL },
	{ "aws-us-gov", "us-gov ", "amazonaws.com", "api.aws", true,
	    "us-gov-east-1 us-gov-west-1", "signin.amazonaws-us-gov.com" },
};

const struct partition *
partition_table(size_t *count)
{
	*count = ARRAY_LEN(table);
	return table;
}

static bool
is_word(struct view v, bool digits_only)
{
	for (size_t i = 0; i < v.len; i++)
		if (!ascii_is_digit(v.ptr[i]) && (digits_only || (!ascii_is_letter(v.ptr[i]) && v.ptr[i] != '_')))
			return false;
	return v.len > 0;
}

/* prefix-word-digits */
static bool
matches(struct view region, struct view prefix)
{
	struct view rest, word;

	if (!view_starts(region, prefix) || region.len == prefix.len || region.ptr[prefix.len] != '-')
		return false;
	rest = view_slice(region, prefix.len + 1, region.len);
	word = view_take(&rest, '-');
	return is_word(word, false) && is_word(rest, true);
}

const struct partition *
partition_of_region(struct view region)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct view prefixes = view_of(table[i].prefixes);

		while (prefixes.len > 0)
			if (matches(region, view_take(&prefixes, ' ')))
				return &table[i];
	}
	return &table[0];
}

bool
region_is_valid(struct view text)
{
	bool letters = false;

	if (text.len == 0 || text.len > REGION_LEN_MAX || text.ptr[0] == '-' ||
	    text.ptr[text.len - 1] == '-')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is_alnum(text.ptr[i]) && text.ptr[i] != '-')
			return false;
		letters = letters || !ascii_is_digit(text.ptr[i]);
	}
	return letters;
}

enum ssm_err
region_check(struct view text, struct ssm_error *err)
{
	static const struct view pseudo = { "-global", 7 };

	if (!region_is_valid(text))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidRegionError",
		    "Provided region_name '%.*s' doesn't match a supported format.",
		    VIEW_ARG_CUT(text, 100));
	if (text.len > pseudo.len &&
	    view_equal(view_slice(text, text.len - pseudo.len, text.len), pseudo))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidRegionError",
		    "'%.*s' is not a region of Systems Manager", VIEW_ARG(text));
	return SSM_OK;
}
