#include "sandbox/fault/control.h"

#include <stdio.h>

#include "json/text.h"

#define PATH "/sandbox/faults"

bool
fault_is_control(const struct sandbox_request *request)
{
	return view_is(request->path, PATH) || view_is(request->path, PATH "/now");
}

/* No page has anything to do here; a browser says so of each request that is not a plain GET. */
static bool
is_from_page(const struct sandbox_request *request)
{
	struct view value;

	return sandbox_request_header(request, "origin", &value) > 0 ||
	    sandbox_request_header(request, "sec-fetch-site", &value) > 0;
}

static void
write_rules(struct bytes *out, const struct faults *faults)
{
	bytes_add(out, VIEW("{\"Faults\":["));
	for (size_t i = 0; i < faults->count; i++) {
		bytes_add(out, i == 0 ? VIEW_NONE : VIEW(","));
		jsontext_begin(out);
		jsontext_member(out, "Rule", view_of(faults->rows[i].rule.text));
		jsontext_member_number(out, "Acted", faults->rows[i].acted);
		jsontext_end(out);
	}
	bytes_add(out, VIEW("]}\n"));
}

/* All of them, or none. */
static enum ssm_err
add_rules(struct faults *faults, struct view body, uint64_t now, struct ssm_error *err)
{
	size_t before = faults->count;
	enum ssm_err rc = SSM_OK;

	while (rc == SSM_OK && body.len > 0) {
		struct view line = view_trim(view_take_line(&body));
		struct fault_rule rule;

		if (line.len == 0)
			continue;
		if ((rc = fault_rule_read(&rule, line, err)) == SSM_OK && !faults_add(faults, &rule, now))
			rc = ssm_fail(err, SSM_E_INPUT, "InvalidFault", "more than %d rules", FAULTS_MAX);
	}
	if (rc == SSM_OK && faults->count == before)
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidFault", "the body has no rule");
	if (rc != SSM_OK)
		faults->count = before;
	return rc;
}

/* But which session it is for. */
static bool
has_conditions(const struct fault_rule *rule)
{
	return rule->after > 0 || rule->after_ms > 0 || rule->every > 0 || rule->every_ms > 0 || rule->times > 0;
}

static enum ssm_err
strike(struct faults *faults, struct view body, struct ssm_error *err)
{
	struct fault_rule rule;
	enum ssm_err rc = fault_rule_read(&rule, view_trim(body), err);

	if (rc == SSM_OK && (!fault_rule_cuts(&rule) || has_conditions(&rule)))
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidFault", "'%s' is not for now: rst, fin, close=CODE and silence "
		    "are, with no condition but session", rule.text);
	if (rc == SSM_OK)
		faults_strike(faults, &rule);
	return rc;
}

void
fault_control(struct faults *faults, const struct sandbox_request *request, uint64_t now,
    struct sandbox_answer *answer)
{
	bool at_once = !view_is(request->path, PATH), post = view_is(request->method, "POST");
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc = SSM_OK;

	snprintf(answer->subject, sizeof answer->subject, "faults");
	if (is_from_page(request)) {
		sandbox_refuse(answer, FAULT_FOREIGN_HOST, "faults are not for web pages");
		return;
	}
	if (post)
		rc = at_once ? strike(faults, request->body, &err) : add_rules(faults, request->body, now, &err);
	else if (view_is(request->method, "DELETE") && !at_once)
		faults_clear(faults);
	else if (!view_is(request->method, "GET") || at_once)
		rc = ssm_fail(&err, SSM_E_INPUT, "InvalidFault", "GET, POST and DELETE " PATH ", POST " PATH
		    "/now are what there is");
	if (rc == SSM_OK) {
		answer->content_type = "application/json";
		write_rules(&answer->body, faults);
	} else {
		snprintf(answer->note, sizeof answer->note, "%s", err.message);
		sandbox_refuse(answer, FAULT_VALIDATION, "%s", err.message);
	}
	ssm_error_clear(&err);
}
