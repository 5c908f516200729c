#include "service/halfbody.h"

const char *
halfbody_find(const struct response *answer, struct json_scan *scan)
{
	struct view body = view_trim(bytes_view(&answer->body));
	bool open = response_ends_with_connection(answer);

	json_scan_start(scan, 1, 1);
	if (body.len == 0)
		return open ? "no length is said, and nothing came" : NULL;
	if ((body.ptr[0] != '{' && body.ptr[0] != '[') || (!open && answer->head.status / 100 != 2))
		return NULL;
	return json_scan_feed(scan, json_scan_whole(bytes_view(&answer->body))) == JSON_SCAN_MORE ?
	    "its JSON ends in the middle" : NULL;
}
