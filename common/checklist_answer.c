#include "checklist.h"

static struct view
text_of(const struct json_doc *doc, const char *name)
{
	struct json_member *member = json_member(doc, name);

	return json_kind(member) == JSON_STRING ? json_text(member) : VIEW_NONE;
}

static struct check_item *
find_item(const struct checklist *list, const struct json_doc *doc)
{
	double number;

	if (!json_number(json_member(doc, "id"), &number) || number < 0 || number >= (double)list->count)
		return NULL;
	return &list->items[(size_t)number];
}

static void
read_elapsed(struct check_item *item, const struct json_doc *doc)
{
	const struct json_member *metadata = json_member(doc, "ResponseMetadata");
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc inner = JSON_DOC_INIT;
	double elapsed;

	if (json_kind(metadata) != JSON_OBJECT)
		return;
	if (json_parse(&inner, metadata->raw, "ResponseMetadata", &err) == SSM_OK &&
	    json_number(json_member(&inner, "ElapsedMs"), &elapsed) && elapsed >= 0 && elapsed < 1e9) {
		item->timed = true;
		item->elapsed = (unsigned)elapsed;
	}
	json_clear(&inner);
	ssm_error_clear(&err);
}

/* The classes of the suite's exit codes: 1 is a no, 75 will pass, the rest will not by itself. */
static void
settle_fault(struct check_item *item, struct json_doc *fault)
{
	struct json_member *retryable = json_member(fault, "Retryable");
	double code = 0;

	json_number(json_member(fault, "ExitCode"), &code);
	checklist_settle(item, (int)code == 1 ? CHECK_OVER : CHECK_UNKNOWN, text_of(fault, "Code"),
	    text_of(fault, "Message"));
	item->may_change = item->result == CHECK_OVER ? item->kind == CHECK_TARGET : (int)code == 75 ||
	    (json_kind(retryable) == JSON_BOOL && view_is(retryable->raw, "true"));
}

static void
settle_answer(struct check_item *item, const struct json_doc *doc)
{
	struct view status = text_of(doc, "Status");

	if (item->kind == CHECK_SESSION || view_equal_nocase(status, VIEW("connected"))) {
		checklist_settle(item, CHECK_GOOD, VIEW_NONE, VIEW_NONE);
	} else if (view_equal_nocase(status, VIEW("notconnected"))) {
		checklist_settle(item, CHECK_OVER, VIEW_NONE, VIEW_NONE);
		item->may_change = true;
	} else {
		checklist_settle(item, CHECK_UNKNOWN, VIEW("ResponseParserError"),
		    VIEW("the answer says neither connected nor notconnected"));
	}
}

bool
checklist_answer(struct checklist *list, struct json_doc *doc)
{
	const struct json_member *error = json_member(doc, "Error");
	struct check_item *item = find_item(list, doc);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc fault = JSON_DOC_INIT;

	if (item == NULL || !item->asked)
		return false;
	if (json_kind(error) != JSON_OBJECT)
		settle_answer(item, doc);
	else if (json_parse(&fault, error->raw, "Error", &err) == SSM_OK)
		settle_fault(item, &fault);
	else
		checklist_settle(item, CHECK_UNKNOWN, view_of(err.code), view_of(err.message));
	read_elapsed(item, doc);
	json_clear(&fault);
	ssm_error_clear(&err);
	return true;
}
