#include "sandbox/service/api.h"

#include "sandbox/operations.h"
#include "sandbox/service/ecs.h"
#include "sandbox/service/kms.h"

#define API(prefix, name, operations) { { prefix, sizeof prefix - 1 }, { name, sizeof name - 1 }, operations }

static const struct sandbox_api apis[] = {
	API("AmazonSSM.", "ssm", ssm_operations),
	API("TrentService.", "kms", kms_operations),
	API("AmazonEC2ContainerServiceV20141113.", "ecs", ecs_operations),
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
