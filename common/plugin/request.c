#include "plugin/request.h"

#include "json/json.h"

void
pluginrequest_target(struct bytes *target, struct view request)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error ignored = SSM_ERROR_INIT;
	struct view text = VIEW_NONE;

	if (request.len > 0 && json_parse(&doc, request, "the request", &ignored) == SSM_OK)
		text = json_text(&doc, "Target");
	if (view_find(text, '\0') == text.len)
		bytes_add(target, text);
	json_clear(&doc);
	ssm_error_clear(&ignored);
}
