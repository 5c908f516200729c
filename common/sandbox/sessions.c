#include "sandbox/sessions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/io.h"
#include "core/pathexpand.h"
#include "json/json.h"
#include "json/text.h"

#define TARGET_DEFAULT "i-0a1b2c3d4e5f60001"
#define SLOW_MS 3000
#define THROTTLED_TIMES 2

static const char *const names[SANDBOX_STATES] = {
	[SANDBOX_DISCONNECTED] = "disconnected", [SANDBOX_CONNECTED] = "connected",
	[SANDBOX_TERMINATED] = "terminated", [SANDBOX_ENDED] = "ended",
	[SANDBOX_THROTTLED] = "throttled", [SANDBOX_BROKEN] = "broken", [SANDBOX_SLOW] = "slow",
	[SANDBOX_CUT] = "cut", [SANDBOX_DROPPED] = "dropped",
	[SANDBOX_WRONG_SESSION] = "wrong-session", [SANDBOX_WRONG_URL] = "wrong-url",
	[SANDBOX_HTML] = "html", [SANDBOX_DENIED] = "denied",
};

const char *
sandbox_state_name(enum sandbox_state state)
{
	return names[state];
}

enum sandbox_state
sandbox_state_from_name(struct view name)
{
	size_t i = 0;

	while (i < SANDBOX_STATES && !view_is(name, names[i]))
		i++;
	return (enum sandbox_state)i;
}

static void
copy(char *to, size_t room, struct view text)
{
	snprintf(to, room, "%.*s", VIEW_ARG(text));
}

static void
set_state(struct sandbox_session *row, enum sandbox_state state)
{
	row->state = state;
	row->delay_ms = state == SANDBOX_SLOW ? SLOW_MS : 0;
	row->end = state == SANDBOX_TERMINATED ? row->start : 0;
}

static void
fill(struct sandbox_session *row, struct view id, struct view target, enum sandbox_state state,
    time_t now)
{
	*row = (struct sandbox_session){ .times = THROTTLED_TIMES, .start = now };
	copy(row->id, sizeof row->id, id);
	copy(row->target, sizeof row->target, target);
	set_state(row, state);
}

static enum ssm_err
make_room(struct sandbox_sessions *table, size_t given, struct ssm_error *err)
{
	*table = (struct sandbox_sessions)SANDBOX_SESSIONS_INIT;
	table->room = given + SANDBOX_STARTED_MAX;
	table->rows = calloc(table->room, sizeof *table->rows);
	return table->rows == NULL ? ssm_fail_memory(err) : SSM_OK;
}

/* One session of each state, and a pattern for as many more as a test may want. */
enum ssm_err
sandbox_sessions_builtin(struct sandbox_sessions *table, time_t now, struct ssm_error *err)
{
	enum ssm_err rc = make_room(table, 2 * SANDBOX_STATES, err);

	for (int i = 0; rc == SSM_OK && i < 2 * SANDBOX_STATES; i++) {
		enum sandbox_state state = (enum sandbox_state)(i % SANDBOX_STATES);
		struct sandbox_session *row = &table->rows[table->count++];
		bool pattern = i >= SANDBOX_STATES;
		char id[SESSION_ID_MAX + 1];

		snprintf(id, sizeof id, "sandbox-%s%s", names[state], pattern ? "" : "-0a1b2c3d4e5f60001");
		fill(row, view_of(id), VIEW(TARGET_DEFAULT), state, now);
		row->pattern = pattern;
	}
	table->given = table->count;
	return rc;
}

static enum ssm_err
read_state(struct sandbox_session *row, struct view name, struct ssm_error *err)
{
	enum sandbox_state state = sandbox_state_from_name(name);

	if (state == SANDBOX_STATES)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "'%.*s' is not a state",
		    VIEW_ARG_CUT(name, 60));
	set_state(row, state);
	return SSM_OK;
}

static enum ssm_err
read_number(unsigned *number, const struct json_doc *doc, const char *name, unsigned max,
    struct ssm_error *err)
{
	struct json_member *member = json_member(doc, name);
	double value;

	if (member == NULL)
		return SSM_OK;
	if (!json_number(member, &value) || value < 0 || value > max ||
	    value != (double)(unsigned)value)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "member '%s' is not a whole number from 0 to %u", name, max);
	*number = (unsigned)value;
	return SSM_OK;
}

static enum ssm_err
check_members(const struct json_doc *doc, struct ssm_error *err)
{
	static const char *const known[] = { "state", "target", "delay_ms", "times" };

	for (size_t i = 0; i < doc->count; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(known) && !view_is(doc->members[i].name, known[k]))
			k++;
		if (k == ARRAY_LEN(known))
			return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
			    "unknown member '%.*s'; there are state, target, delay_ms and times",
			    VIEW_ARG_CUT(doc->members[i].name, 60));
	}
	return SSM_OK;
}

/* { "state": NAME, "target": TEXT, "delay_ms": N, "times": N } */
static enum ssm_err
read_details(struct sandbox_session *row, struct view text, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct view state, target;
	enum ssm_err rc;

	if ((rc = json_parse(&doc, text, "its description", err)) == SSM_OK &&
	    (rc = check_members(&doc, err)) == SSM_OK &&
	    (rc = json_string_required(&doc, "state", &state, err)) == SSM_OK &&
	    (rc = read_state(row, state, err)) == SSM_OK &&
	    (rc = json_string(&doc, "target", &target, err)) == SSM_OK &&
	    (rc = read_number(&row->delay_ms, &doc, "delay_ms", SANDBOX_DELAY_MAX, err)) == SSM_OK)
		rc = read_number(&row->times, &doc, "times", 1000000, err);
	if (rc == SSM_OK && target.len > TARGET_MAX)
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "target is longer than %d bytes",
		    TARGET_MAX);
	else if (rc == SSM_OK && target.len > 0)
		copy(row->target, sizeof row->target, target);
	json_clear(&doc);
	return rc;
}

static enum ssm_err
read_row(struct sandbox_session *row, struct json_member *member, time_t now, struct ssm_error *err)
{
	struct view id = member->name;
	bool pattern = id.len > 0 && id.ptr[id.len - 1] == '*';

	if (pattern)
		id.len--;
	if (id.len > SESSION_ID_MAX || (id.len == 0 && !pattern) ||
	    (id.len > 0 && memchr(id.ptr, '\0', id.len) != NULL))
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "a session id has 1 to %d bytes and no NUL", SESSION_ID_MAX);
	fill(row, id, VIEW(TARGET_DEFAULT), SANDBOX_DISCONNECTED, now);
	row->pattern = pattern;
	switch (json_kind(member)) {
	case JSON_STRING:
		return read_state(row, member->text, err);
	case JSON_OBJECT:
		return read_details(row, member->raw, err);
	default:
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "%s where a state's name or an object is due", json_kind_name(json_kind(member)));
	}
}

static enum ssm_err
read_rows(struct sandbox_sessions *table, const struct json_doc *doc, time_t now,
    struct ssm_error *err)
{
	enum ssm_err rc = make_room(table, doc->count, err);

	for (size_t i = 0; i < doc->count && rc == SSM_OK; i++) {
		struct json_member *member = &doc->members[i];

		rc = read_row(&table->rows[table->count++], member, now, err);
		if (rc != SSM_OK)
			ssm_error_prefix(err, "session '%.*s': ",
			    VIEW_ARG_CUT(member->name, 100));
	}
	table->given = table->count;
	return rc;
}

enum ssm_err
sandbox_sessions_read(struct sandbox_sessions *table, const char *path, time_t now,
    struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(SANDBOX_FILE_MAX), expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name = pathexpand_given(&expanded, view_of(path));
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc;

	*table = (struct sandbox_sessions)SANDBOX_SESSIONS_INIT;
	if (name == NULL)
		rc = ssm_fail_memory(err);
	else if (io_read_file(&text, name) != 0)
		rc = ssm_fail(err, SSM_E_CONFIG, "ConfigError", "cannot read '%s': %s", name,
		    strerror(errno));
	else if ((rc = json_parse(&doc, bytes_view(&text), "the table of sessions", err)) != SSM_OK ||
	    (rc = read_rows(table, &doc, now, err)) != SSM_OK)
		ssm_error_prefix(err, "'%s': ", path);
	json_clear(&doc);
	bytes_clear(&expanded);
	bytes_clear(&text);
	return rc;
}

void
sandbox_sessions_format(struct bytes *out, const struct sandbox_sessions *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct sandbox_session *row = &table->rows[i];
		char id[SESSION_ID_MAX + 2];

		snprintf(id, sizeof id, "%s%s", row->id, row->pattern ? "*" : "");
		bytes_add(out, i == 0 ? VIEW("{\n  ") : VIEW(",\n  "));
		jsontext_string(out, view_of(id));
		bytes_add(out, VIEW(": "));
		jsontext_begin(out);
		jsontext_member(out, "state", view_of(names[row->state]));
		jsontext_member(out, "target", view_of(row->target));
		if (row->delay_ms > 0)
			jsontext_member_number(out, "delay_ms", row->delay_ms);
		if (row->state == SANDBOX_THROTTLED)
			jsontext_member_number(out, "times", row->times);
		jsontext_end(out);
	}
	bytes_add(out, table->count == 0 ? VIEW("{}\n") : VIEW("\n}\n"));
}

struct sandbox_session *
sandbox_sessions_find(const struct sandbox_sessions *table, struct view id)
{
	struct sandbox_session *fits = NULL;

	for (size_t i = 0; i < table->count; i++) {
		struct sandbox_session *row = &table->rows[i];

		if (!row->pattern && view_is(id, row->id))
			return row;
		if (row->pattern && fits == NULL && view_starts(id, view_of(row->id)))
			fits = row;
	}
	return fits;
}

bool
sandbox_sessions_has_target(const struct sandbox_sessions *table, struct view target)
{
	if (view_equal(target, VIEW(TARGET_DEFAULT)))
		return true;
	for (size_t i = 0; i < table->count; i++)
		if (view_is(target, table->rows[i].target))
			return true;
	return false;
}

struct sandbox_session *
sandbox_sessions_next(struct sandbox_sessions *table)
{
	return &table->rows[table->count < table->room ? table->count : table->given + table->oldest];
}

struct sandbox_session *
sandbox_sessions_start(struct sandbox_sessions *table, struct view id,
    const struct sandbox_start *start, time_t now)
{
	struct sandbox_session *row = sandbox_sessions_next(table);

	if (table->count < table->room)
		table->count++;
	else
		table->oldest = (table->oldest + 1) % SANDBOX_STARTED_MAX;
	fill(row, id, start->target, SANDBOX_CONNECTED, now);
	copy(row->document, sizeof row->document, start->document);
	copy(row->reason, sizeof row->reason, start->reason);
	return row;
}

void
sandbox_session_connect(struct sandbox_session *session, bool connected)
{
	if (!session->pattern && session->state <= SANDBOX_CONNECTED)
		session->state = connected ? SANDBOX_CONNECTED : SANDBOX_DISCONNECTED;
}

void
sandbox_session_terminate(struct sandbox_session *session, time_t now)
{
	if (session->pattern || session->state == SANDBOX_TERMINATED)
		return;
	session->state = SANDBOX_TERMINATED;
	session->end = now;
}

void
sandbox_sessions_clear(struct sandbox_sessions *table)
{
	free(table->rows);
	*table = (struct sandbox_sessions)SANDBOX_SESSIONS_INIT;
}
