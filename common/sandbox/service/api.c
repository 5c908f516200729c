#include "sandbox/service/api.h"

#include "sandbox/operations.h"
#include "sandbox/service/kms.h"

static const struct sandbox_api apis[] = {
	{ { "AmazonSSM.", 10 }, { "ssm", 3 }, ssm_operations },
	{ { "TrentService.", 13 }, { "kms", 3 }, kms_operations },
};

const struct sandbox_operation *
sandbox_operation_find(const struct sandbox_api **api, struct view target)
{
	for (size_t i = 0; i < ARRAY_LEN(apis); i++) {
		struct view name;

		if (!view_starts(target, apis[i].prefix))
			continue;
		*api = &apis[i];
		name = view_slice(target, apis[i].prefix.len, target.len);
		for (const struct sandbox_operation *row = apis[i].operations; row->name != NULL; row++)
			if (view_is(name, row->name))
				return row;
	}
	return NULL;
}
