#include "checklist.h"

#include <stdlib.h>

#include "utf8.h"

#define HEX_MIN 8

enum check_kind
checklist_kind(struct view id)
{
	size_t prefix = view_starts(id, VIEW("i-")) ? 2 : view_starts(id, VIEW("mi-")) ? 3 : 0;

	if (prefix == 0 || id.len < prefix + HEX_MIN)
		return CHECK_SESSION;
	for (size_t i = prefix; i < id.len; i++)
		if (strchr("0123456789abcdef", id.ptr[i]) == NULL || id.ptr[i] == '\0')
			return CHECK_SESSION;
	return CHECK_TARGET;
}

static bool
make_room(struct checklist *list)
{
	size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
	struct check_item *items;

	if (list->count < list->capacity)
		return true;
	items = reallocarray(list->items, capacity, sizeof *items);
	if (items == NULL)
		return false;
	list->items = items;
	list->capacity = capacity;
	return true;
}

enum ssm_err
checklist_add(struct checklist *list, enum check_kind kind, struct view id, struct ssm_error *err)
{
	struct check_item item = { .kind = kind, .result = CHECK_UNKNOWN };

	if (utf8_check(id) != id.len || view_find(id, '\0') < id.len)
		return ssm_fail(err, SSM_E_INPUT, "InvalidInput", "id %zu is not UTF-8", list->count + 1);
	if (list->count == CHECKLIST_IDS_MAX)
		return ssm_fail(err, SSM_E_INPUT, "InvalidInput", "more than %d ids", CHECKLIST_IDS_MAX);
	if (!make_room(list) || (item.id = strndup(id.len > 0 ? id.ptr : "", id.len)) == NULL)
		return ssm_fail_memory(err);
	list->items[list->count++] = item;
	return SSM_OK;
}

enum ssm_err
checklist_read(struct checklist *list, struct input *in, struct ssm_error *err)
{
	enum input_status status;
	enum ssm_err rc = SSM_OK;
	struct view line;

	while (rc == SSM_OK && (status = input_line(in, &line, err)) != INPUT_END) {
		line = view_trim(line);
		rc = status == INPUT_RECORD ? checklist_add(list, checklist_kind(line), line, err) : err->rc;
	}
	return rc;
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
