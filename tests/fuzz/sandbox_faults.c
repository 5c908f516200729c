/* sandbox/fault: rules are added all or not at all, told as they came, and act as often as they may and when they are due. */
#include "core/printable.h"
#include "fuzz.h"
#include "json/items.h"
#include "json/json.h"
#include "sandbox/fault/control.h"

#define MESSAGES 200

static void
ask(struct faults *faults, const char *method, const char *path, struct view body, struct sandbox_answer *answer)
{
	const struct sandbox_request request = { .method = view_of(method), .path = view_of(path), .body = body };

	sandbox_answer_reset(answer);
	fault_control(faults, &request, 0, answer);
}

static void
check_rule(const struct fault_rule *rule, struct view told, struct view body)
{
	struct view text = view_of(rule->text);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct fault_rule again;

	HOLDS(memmem(body.ptr, body.len, text.ptr, text.len) != NULL && printable_is_text(text));
	HOLDS(json_parse(&doc, told, "row", &err) == SSM_OK);
	SAME(json_text(&doc, "Rule"), text);
	HOLDS(fault_rule_read(&again, text, &err) == SSM_OK && again.kind == rule->kind && again.value == rule->value);
	HOLDS(rule->kind != FAULT_KIND_SLOW || rule->delay_ms > 0 || rule->rate > 0);
	HOLDS(rule->nth == 0 || rule->session[0] == '\0');
	json_clear(&doc);
}

static void
check_told(const struct faults *faults, const struct sandbox_answer *answer, struct view body)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view row;
	size_t at = 0, count = 0;

	HOLDS(json_parse(&doc, bytes_view(&answer->body), "answer", &err) == SSM_OK && doc.count > 0);
	if (answer->status == 200) {
		while (jsonitems_next(doc.members[0].raw, &at, &row)) {
			HOLDS(count < faults->count);
			check_rule(&faults->rows[count++].rule, row, body);
		}
		HOLDS(count == faults->count && count > 0);
	} else {
		HOLDS(faults->count == 0 && answer->status == 400 && json_text(&doc, "message").len > 0);
	}
	json_clear(&doc);
}

/* A connection's messages, one each millisecond, until it is ended. */
static void
play(struct faults *faults, struct view id, unsigned nth)
{
	struct fault_link link = FAULT_LINK_INIT(faults, 0);
	enum fault_deed deed = FAULT_PASS;

	link.session = (struct fault_session){ id, nth };
	for (uint64_t now = 1; now <= MESSAGES && deed < FAULT_ABORT; now++) {
		if (faults_deadline(faults, &link) <= now)
			HOLDS((deed = faults_due(faults, &link, now).deed) != FAULT_PASS);
		if (deed < FAULT_ABORT)
			deed = faults_message(faults, &link, now % 2 == 0 ? FAULT_IN : FAULT_OUT, now).deed;
		HOLDS(!link.silent || deed == FAULT_LOSE || deed >= FAULT_ABORT);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view body = fuzz_view(data, size), line = body;
	struct sandbox_answer answer = SANDBOX_ANSWER_INIT;
	struct faults faults = { .count = 0 };

	ask(&faults, "POST", "/sandbox/faults", body, &answer);
	check_told(&faults, &answer, body);
	play(&faults, view_trim(view_take_line(&line)), 1);
	play(&faults, VIEW("user-0a1b"), 2);
	ask(&faults, "POST", "/sandbox/faults/now", body, &answer);
	HOLDS((answer.status == 200) == (faults.strikes == 1));
	play(&faults, VIEW("user-0a1b"), 3);
	for (size_t i = 0; i < faults.count; i++)
		HOLDS(faults.rows[i].rule.times == 0 || faults.rows[i].acted <= faults.rows[i].rule.times);
	sandbox_answer_clear(&answer);
	return 0;
}
