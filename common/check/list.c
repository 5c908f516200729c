#include "check/list.h"

#include <stdlib.h>

#include "core/array.h"
#include "core/ascii.h"
#include "core/utf8.h"

#define HEX_MIN 8

enum check_kind
checklist_kind(struct view id)
{
	size_t prefix = view_starts(id, VIEW("i-")) ? 2 : view_starts(id, VIEW("mi-")) ? 3 : 0;

	if (prefix == 0 || id.len < prefix + HEX_MIN)
		return CHECK_SESSION;
	for (size_t i = prefix; i < id.len; i++)
		if (ascii_hex(id.ptr[i]) < 0 || ascii_lower(id.ptr[i]) != id.ptr[i])
			return CHECK_SESSION;
	return CHECK_TARGET;
}

static void
replace(char **text, struct view with)
{
	free(*text);
	*text = with.len == 0 ? NULL : strndup(with.ptr, with.len);
}

void
checklist_settle(struct check_item *item, enum check_result result, struct view code,
    struct view reason)
{
	item->result = result;
	item->asked = item->may_change = item->timed = false;
	replace(&item->code, code);
	replace(&item->reason, reason);
}

static enum ssm_err
add_item(struct checklist *list, enum check_kind kind, struct view id, struct ssm_error *err)
{
	struct check_item item = { .kind = kind, .result = CHECK_UNKNOWN }, *items;

	if (utf8_check(id) != id.len || view_find(id, '\0') < id.len)
		return ssm_fail(err, SSM_E_INPUT, "InvalidInput", "id %zu is not UTF-8", list->count + 1);
	if (list->count == CHECKLIST_IDS_MAX)
		return ssm_fail(err, SSM_E_INPUT, "InvalidInput", "more than %d ids", CHECKLIST_IDS_MAX);
	if ((items = array_room(list->items, list->count, &list->capacity, sizeof *items)) == NULL)
		return ssm_fail_memory(err);
	list->items = items;
	if ((item.id = strndup(id.len > 0 ? id.ptr : "", id.len)) == NULL)
		return ssm_fail_memory(err);
	list->items[list->count++] = item;
	return SSM_OK;
}

/* One that is there for its fault, which *fault says and is cleared of. */
static enum ssm_err
add_refused(struct checklist *list, enum check_kind kind, struct view id, struct ssm_error *fault)
{
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = add_item(list, kind, id, &err);

	if (rc != SSM_OK) {
		ssm_error_clear(fault);
		*fault = err;
		return rc;
	}
	list->items[list->count - 1].refused = true;
	checklist_settle(&list->items[list->count - 1], CHECK_UNKNOWN, view_of(fault->code),
	    view_of(fault->message));
	ssm_error_clear(fault);
	return SSM_OK;
}

/* An empty one is left to ssm-request, which says it in botocore's words. */
enum ssm_err
checklist_add(struct checklist *list, enum check_kind kind, struct view id, struct ssm_error *err)
{
	if (id.len == 0 || id_check(kind == CHECK_TARGET ? ID_TARGET : ID_SESSION, id, err) == SSM_OK)
		return add_item(list, kind, id, err);
	return add_refused(list, kind, id, err);
}

/* A session's name may begin so, too; its random part does not end so. */
static bool
is_neither(struct view id)
{
	return checklist_kind(id) != CHECK_TARGET && !id_ends_like_session(id) &&
	    (view_starts(id, VIEW("i-")) || view_starts(id, VIEW("mi-")));
}

enum ssm_err
checklist_add_any(struct checklist *list, struct view id, struct ssm_error *err)
{
	if (!is_neither(id) || id_check(ID_SESSION, id, err) != SSM_OK)
		return checklist_add(list, checklist_kind(id), id, err);
	ssm_fail(err, SSM_E_INPUT, "InvalidId",
	    "no managed node's id, which has at least %d hexadecimal digits, nor a session's", HEX_MIN);
	return add_refused(list, CHECK_TARGET, id, err);
}

static enum id_kind
id_kind(struct view id)
{
	return checklist_kind(id) == CHECK_TARGET ? ID_TARGET : ID_SESSION;
}

enum ssm_err
checklist_read(struct checklist *list, struct input *in, struct ssm_error *err)
{
	struct ids ids = IDS_INIT;
	enum input_status status;
	enum ssm_err rc = SSM_OK;
	struct view id;

	while (rc == SSM_OK && (status = ids_next(&ids, in, id_kind, &id, err)) != INPUT_END)
		rc = status == INPUT_RECORD ? checklist_add_any(list, id, err) :
		    status == INPUT_BAD ? add_refused(list, CHECK_SESSION, id.len == 0 ? VIEW("-") : id, err) :
		    err->rc;
	ids_clear(&ids);
	return rc;
}

size_t
checklist_count(const struct checklist *list, enum check_kind kind, enum check_result result)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].kind == kind && list->items[i].result == result;
	return count;
}

size_t
checklist_total(const struct checklist *list, enum check_kind kind)
{
	size_t count = 0;

	for (enum check_result result = 0; result < CHECK_RESULTS; result++)
		count += checklist_count(list, kind, result);
	return count;
}

bool
checklist_slowest(const struct checklist *list, unsigned *elapsed)
{
	bool found = false;

	*elapsed = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct check_item *item = &list->items[i];

		if (!item->timed || item->result == CHECK_UNKNOWN)
			continue;
		found = true;
		*elapsed = item->elapsed > *elapsed ? item->elapsed : *elapsed;
	}
	return found;
}

const char *
checklist_word(enum check_kind kind, enum check_result result)
{
	static const char *const words[CHECK_KINDS][CHECK_RESULTS] = {
		[CHECK_SESSION] = { "unknown", "resumable", "over" },
		[CHECK_TARGET] = { "unknown", "connected", "not connected" },
	};

	return words[kind][result];
}

void
checklist_clear(struct checklist *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].id);
		free(list->items[i].code);
		free(list->items[i].reason);
	}
	free(list->items);
	*list = (struct checklist)CHECKLIST_INIT;
}
