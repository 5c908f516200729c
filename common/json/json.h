/*
 * json/json: one checked document and typed access to its members.
 *
 * Purpose:   an object as the scanner found it: where its members are, and what its names and strings
 *            stand for. It goes one level deep: a member that is an object is a document of its own
 *            (json_parse), jsonitems goes through an array, and `value` makes a tree of anything.
 * Ownership: a json_doc borrows the text it was made from and owns what had to be decoded, which is
 *            wiped; views returned from it live as long as both. json_clear() ends it.
 * Errors:    SSM_E_INPUT with the line, column and cause, never a piece of the text but a name that is there twice.
 * Limits:    JSON_DOCUMENT_MAX a document on stdin, and those of jsonscan, which may be told to take any number
 *            of members.
 */
#ifndef SSM_JSON_JSON_H
#define SSM_JSON_JSON_H

#include "core/err.h"
#include "json/scan.h"

#define JSON_DOCUMENT_MAX (1024 * 1024)

enum json_kind { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_member {
	struct view name;		/* decoded */
	struct view raw_name;		/* between its quotes, as it came */
	struct view raw;		/* the value, as it came */
	struct view text;		/* of a string, decoded; else VIEW_NONE */
};

struct json_doc {
	struct view text;
	size_t count;
	struct json_member *members;
	size_t decoded;			/* bytes of names and strings with escapes, behind the members */
};

#define JSON_DOC_INIT { .text = { NULL, 0 }, .count = 0, .members = NULL, .decoded = 0 }

/*
 * A document from its whole text, which must be one object and nothing else. `what` names it in
 * messages ("the credentials document"). Repeated names are refused.
 */
enum ssm_err json_parse(struct json_doc *doc, struct view text, const char *what,
    struct ssm_error *err);

/* The same, where scan was started, or has been fed the text before: then it is not scanned again. */
enum ssm_err json_parse_scanned(struct json_doc *doc, struct view text, struct json_scan *scan,
    const char *what, struct ssm_error *err);

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

/* The text of a member that is a string; VIEW_NONE when it is another, or absent. */
struct view json_text(const struct json_doc *doc, const char *name);

/* A member that is a number, rounded to a double; false when it is none. */
bool json_number(const struct json_member *member, double *out);

/* Wipes and frees everything decoded; the text stays the caller's. */
void json_clear(struct json_doc *doc);

#endif
