#include "clockskew.h"

#include "json.h"

#define SECONDS_MAX 4000000000LL

static bool
find_member(struct view object, const char *name, struct view *raw, double *number)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	const struct json_member *member = NULL;
	bool found = false;

	if (json_parse(&doc, object, "a message", &unused) == SSM_OK)
		member = json_member(&doc, name);
	if (member != NULL) {
		*raw = member->raw;
		found = number == NULL || json_number(member, number);
	}
	json_clear(&doc);
	ssm_error_clear(&unused);
	return found;
}

static bool
find_in_document(struct view line, long long *seconds)
{
	struct view error, raw;
	double number;

	if (!find_member(line, "Error", &error, NULL) ||
	    !find_member(error, "ClockSkew", &raw, &number) || number < -(double)SECONDS_MAX ||
	    number > (double)SECONDS_MAX)
		return false;
	*seconds = (long long)number;
	return *seconds != 0;
}

/* `...; this machine's clock is 420 s ahead`, at the message's end or before the request's id. */
static bool
find_in_text(struct view line, long long *seconds)
{
	static const char words[] = "; this machine's clock is ";
	const char *at = memmem(line.ptr, line.len, words, sizeof words - 1);
	struct view rest = VIEW_NONE;
	long long number = 0;

	if (at != NULL)
		rest = view_slice(line, (size_t)(at - line.ptr) + sizeof words - 1, line.len);
	while (rest.len > 0 && *rest.ptr >= '0' && *rest.ptr <= '9' && number < SECONDS_MAX) {
		number = 10 * number + (*rest.ptr - '0');
		rest = view_slice(rest, 1, rest.len);
	}
	*seconds = number;
	if (view_starts(rest, VIEW(" s behind")))
		*seconds = -*seconds;
	else if (!view_starts(rest, VIEW(" s ahead")))
		return false;
	return *seconds != 0;
}

bool
clockskew_find(struct view messages, long long *seconds)
{
	while (messages.len > 0) {
		size_t end = view_find(messages, '\n');
		struct view line = view_slice(messages, 0, end);

		if (view_starts(line, VIEW("{")) ? find_in_document(line, seconds) :
		    find_in_text(line, seconds))
			return true;
		messages = view_slice(messages, end < messages.len ? end + 1 : end, messages.len);
	}
	return false;
}
