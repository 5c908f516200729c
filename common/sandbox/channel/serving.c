#include "sandbox/channel/serving.h"

void
serving_report(struct serving *serving, struct bytes *line)
{
	const char *text;

	if (serving->report != NULL && (text = bytes_cstr(line)) != NULL)
		serving->report(serving->report_context, text);
}
