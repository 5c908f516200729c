/*
 * check/list: the sessions and targets of a check, and what is known about each.
 *
 * Purpose:   ids in the order they were given; an answer finds its id by its number.
 * Units:     milliseconds.
 * Ownership: checklist_clear() ends it.
 * Errors:    SSM_E_INPUT for an id that is no text and for too many, memory.
 */
#ifndef SSM_CHECK_LIST_H
#define SSM_CHECK_LIST_H

#include "cli/ids.h"

#define CHECKLIST_IDS_MAX 100000

enum check_kind { CHECK_SESSION, CHECK_TARGET };
#define CHECK_KINDS 2

enum check_result {
	CHECK_UNKNOWN,			/* throttled, denied, no answer ...: nothing is known about it */
	CHECK_GOOD,			/* a session that can be resumed, a target that is connected */
	CHECK_OVER,			/* a session that is over, a target that is not connected */
};
#define CHECK_RESULTS 3

struct check_item {
	char *id;
	enum check_kind kind;
	enum check_result result;
	bool refused;			/* it cannot be an id: the service is not asked */
	bool asked;			/* in the round at work, and not yet answered */
	bool may_change;		/* asking again later can help */
	bool timed;			/* elapsed is known */
	unsigned elapsed;
	char *code, *reason;		/* why it is not good, or NULL */
};

struct checklist {
	struct check_item *items;
	size_t count, capacity;
};

#define CHECKLIST_INIT { .items = NULL, .count = 0, .capacity = 0 }

/* `i-` or `mi-` and at least eight hex digits, in lower case: a target. Anything else: a session. */
enum check_kind checklist_kind(struct view id);

/* An id that cannot be one is unknown from the start, with the reason. */
enum ssm_err checklist_add(struct checklist *list, enum check_kind kind, struct view id,
    struct ssm_error *err);

/*
 * The same for an id of which nobody says what it is. One that begins as a managed node's, and can be neither that nor a
 * session's, is unknown with the reason: to the service it would be a session that is over.
 */
enum ssm_err checklist_add_any(struct checklist *list, struct view id, struct ssm_error *err)
    __attribute__((warn_unused_result));

/* The ids of the input (see ids), each of the kind it looks like; those that are refused are unknown. */
enum ssm_err checklist_read(struct checklist *list, struct input *in, struct ssm_error *err);

/* What became of item i. The texts are copied; a former result is replaced. */
void checklist_settle(struct check_item *item, enum check_result result, struct view code,
    struct view reason);

/*
 * A response or error document of a call: the item that its member `id` is the number of, is settled.
 * False for a document that is nobody's.
 */
bool checklist_answer(struct checklist *list, struct json_doc *doc);

size_t checklist_count(const struct checklist *list, enum check_kind kind,
    enum check_result result);
size_t checklist_total(const struct checklist *list, enum check_kind kind);

/* The longest of the times that a session's or target's state was told in; false when there is none. */
bool checklist_slowest(const struct checklist *list, unsigned *elapsed);

/* "resumable", "over", "connected" ... */
const char *checklist_word(enum check_kind kind, enum check_result result);

void checklist_clear(struct checklist *list);

#endif
