#include "service/expectation.h"

enum ssm_err
expectation_start(struct expectation *expected, const struct request *request,
    struct ssm_error *err)
{
	const struct operation_result *row;
	struct view unused;
	enum ssm_err rc;

	*expected = (struct expectation)EXPECTATION_INIT;
	expected->request = request;
	expected->operation = operation_find(request->operation);
	if (expected->operation == NULL || expected->operation->service->query_version != NULL)
		return SSM_OK;
	rc = json_parse(&expected->parameters, request->body, "member 'body'", err);
	if (rc != SSM_OK)
		return rc;
	for (row = expected->operation->results; row->name != NULL; row++)
		if (row->check == OPERATION_ECHO && (rc = json_string_required(&expected->parameters,
		    row->name, &unused, err)) != SSM_OK) {
			ssm_error_prefix(err, "member 'body': ");
			return rc;
		}
	return SSM_OK;
}

void
expectation_clear(struct expectation *expected)
{
	json_clear(&expected->parameters);
	*expected = (struct expectation)EXPECTATION_INIT;
}
