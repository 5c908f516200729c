#include "start/newest.h"

#include <stdio.h>

#include "json/items.h"
#include "json/json.h"

struct newest {
	char *id;			/* empty: none yet */
	double began;			/* seconds since 1970, with their fraction */
};

/* See NEWEST_OTHERS. */
static bool
is_other(struct view document)
{
	static const char *const others[] = { "AWS-StartPortForwarding", "AWS-StartSSH", "AWS-StartNonInteractive" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (view_starts(document, view_of(others[i])))
			return true;
	return false;
}

static enum ssm_err
look_at_session(struct newest *newest, struct view text, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc = json_parse(&doc, text, "a session", err);
	struct view id = rc == SSM_OK ? json_text(&doc, "SessionId") : VIEW_NONE;
	double began = 0;

	if (rc == SSM_OK && !json_number(json_member(&doc, "StartDate"), &began))
		began = 0;
	if (id_is_session(id) && !is_other(json_text(&doc, "DocumentName")) &&
	    (newest->id[0] == '\0' || began >= newest->began)) {
		snprintf(newest->id, ID_SESSION_MAX + 1, "%.*s", VIEW_ARG(id));
		newest->began = began;
	}
	json_clear(&doc);
	return rc;
}

static enum ssm_err
look_at_page(struct newest *newest, struct view text, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc = json_parse(&doc, text, "a page of sessions", err);
	const struct json_member *sessions = json_member(&doc, "Sessions");
	struct view session;

	if (rc == SSM_OK && json_kind(sessions) == JSON_ARRAY)
		for (size_t at = 0; rc == SSM_OK && jsonitems_next(sessions->raw, &at, &session);)
			rc = look_at_session(newest, session, err);
	json_clear(&doc);
	return rc;
}

enum ssm_err
newest_find(char id[ID_SESSION_MAX + 1], struct view pages, struct ssm_error *err)
{
	struct newest newest = { .id = id };
	enum ssm_err rc = SSM_OK;

	id[0] = '\0';
	while (rc == SSM_OK && pages.len > 0)
		rc = look_at_page(&newest, view_take_line(&pages), err);
	if (rc == SSM_OK && id[0] == '\0')
		rc = ssm_fail(err, SSM_E_NO, "NoSession", "there is no session of yours to come back to");
	return rc;
}
