#include "request/parameters.h"

const struct operation_option *
parameters_subject(const struct parameters *parameters)
{
	const struct operation_option *row = parameters->operation->options;

	for (size_t i = 0; row[i].name != NULL; i++)
		if (row[i].use == OPERATION_SUBJECT && parameters->given[i].count == 1 &&
		    strcmp(parameters->given[i].values[0], "-") == 0)
			return &row[i];
	return NULL;
}

const char *
parameters_any(const struct parameters *parameters)
{
	const struct operation_option *option = parameters->operation->options;

	for (size_t i = 0; option[i].name != NULL; i++)
		if (parameters->given[i].count > 0)
			return option[i].name;
	return parameters->input == NULL ? NULL : parameters->yaml ? "cli-input-yaml" : "cli-input-json";
}

const char *
parameters_missing(const struct parameters *parameters)
{
	const struct operation_option *option = parameters->operation->options;

	if (parameters->input != NULL)
		return NULL;
	for (size_t i = 0; option[i].name != NULL; i++)
		if (shape_member(parameters->operation->input, view_of(option[i].member))->required &&
		    parameters->given[i].count == 0)
			return option[i].name;
	return NULL;
}

bool
parameters_conflict(const struct parameters *parameters, struct bytes *out)
{
	const struct operation_option *option = parameters->operation->options;
	bool paging = false, own = false;

	for (size_t i = 0; option[i].name != NULL; i++) {
		if (parameters->given[i].count == 0)
			continue;
		own = own || (option[i].use == OPERATION_VALUE &&
		    (strcmp(option[i].member, "MaxResults") == 0 || strcmp(option[i].member, "NextToken") == 0));
		if (option[i].use != OPERATION_PAGE_SIZE && option[i].use != OPERATION_STARTING_TOKEN)
			continue;
		bytes_add(out, paging ? VIEW(", --") : VIEW("--"));
		bytes_add_text(out, option[i].name);
		paging = true;
	}
	return paging && own;
}

void
parameters_clear(struct parameters *parameters)
{
	json_clear(&parameters->input_doc);
	bytes_clear(&parameters->input_text);
}
