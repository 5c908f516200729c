#include "check/list.h"

#include "cli/errordocument.h"

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

static struct view
said(const char *text)
{
	return *text == '\0' ? VIEW_NONE : view_of(text);
}

/* A no is of the item itself; of all else the suite says whether it will pass. */
static void
settle_fault(struct check_item *item, const struct ssm_error *fault)
{
	checklist_settle(item, fault->rc == SSM_E_NO ? CHECK_OVER : CHECK_UNKNOWN, said(fault->code),
	    said(fault->message));
	item->may_change = item->result == CHECK_OVER ? item->kind == CHECK_TARGET :
	    fault->rc == SSM_E_AGAIN || fault->retryable;
}

static void
settle_answer(struct check_item *item, const struct json_doc *doc)
{
	struct view status = json_text(doc, "Status");

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
	struct check_item *item = find_item(list, doc);
	struct ssm_error fault = SSM_ERROR_INIT;

	if (item == NULL || !item->asked)
		return false;
	if (json_kind(json_member(doc, "Error")) != JSON_OBJECT)
		settle_answer(item, doc);
	else if (errordocument_read(doc, &fault))
		settle_fault(item, &fault);
	else
		checklist_settle(item, CHECK_UNKNOWN, VIEW_NONE, VIEW("the error cannot be read"));
	read_elapsed(item, doc);
	ssm_error_clear(&fault);
	return true;
}
