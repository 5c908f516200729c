/*
 * json: one checked document and typed access to its members.
 *
 * Purpose:   the one place that calls libjq, which decodes the values that a tool asks for. Its
 *            getters abort on a value of another kind, so kinds are checked here.
 * Ownership: a json_doc borrows the text it was made from and owns the decoded values; views
 *            returned from it live as long as both. json_clear() ends it.
 * Errors:    SSM_E_INPUT with the line, column and cause, never a piece of the text.
 * Limits:    JSON_DOCUMENT_MAX a document on stdin, and those of jsonscan.
 */
#ifndef SSM_JSON_H
#define SSM_JSON_H

#include <jv.h>

#include "err.h"
#include "jsonscan.h"

#define JSON_DOCUMENT_MAX (1024 * 1024)

enum json_kind { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_member {
	struct view name;		/* decoded */
	struct view raw_name;		/* between its quotes, as it came */
	struct view raw;		/* the value, as it came */
	jv decoded[2];			/* name (when it has escapes) and value (when asked for) */
};

struct json_doc {
	struct view text;
	size_t count;
	struct json_member *members;
};

#define JSON_DOC_INIT { .text = { NULL, 0 }, .count = 0, .members = NULL }

/* What goes before everything else: libjq must not abort when memory ends. */
void json_start(void);

/*
 * A document from its whole text, which must be one object and nothing else. `what` names it in
 * messages ("the credentials document"). Repeated names are refused.
 */
enum ssm_err json_parse(struct json_doc *doc, struct view text, const char *what,
    struct ssm_error *err);

/* The same for a text that scan has just passed as one object. */
enum ssm_err json_adopt(struct json_doc *doc, struct view text, const struct json_scan *scan,
    struct ssm_error *err);

/* A member by its decoded name, or NULL. */
struct json_member *json_member(const struct json_doc *doc, const char *name);

enum json_kind json_kind(const struct json_member *member);	/* JSON_ABSENT for NULL */

/* What messages call a kind: "a number", "an object" ... */
const char *json_kind_name(enum json_kind kind);

/*
 * A string member into *out: VIEW_NONE when it is absent or null; SSM_E_INPUT when it is of another
 * kind, naming the member.
 */
enum ssm_err json_string(const struct json_doc *doc, const char *name, struct view *out,
    struct ssm_error *err);

/* The same, and an absent or null member is an error too. */
enum ssm_err json_string_required(const struct json_doc *doc, const char *name, struct view *out,
    struct ssm_error *err);

/* A member that is known to be a string: its text, or VIEW_NONE when memory ended. */
struct view json_text(struct json_member *member);

/*
 * Item i of a member that is an array: a string into *out (lives as long as the document). False
 * when there is no such item or it is no string.
 */
bool json_item(struct json_member *member, int i, struct view *out);
int json_items(struct json_member *member);

/* A member that is a number, rounded to a double; false when it is none. */
bool json_number(const struct json_member *member, double *out);

/* Frees everything decoded; the text stays the caller's. */
void json_clear(struct json_doc *doc);

#endif
