/* checklist: ids, and what answers make of them. */
#include "check/list.h"

#include "tap.h"

static const struct {
	const char *id;
	enum check_kind kind;
} kinds[] = {
	{ "i-0a1b2c3d4e5f67890", CHECK_TARGET }, { "mi-0a1b2c3d4e5f67890", CHECK_TARGET },
	{ "i-12345678", CHECK_TARGET }, { "i-1234567", CHECK_SESSION }, { "i-1234567g", CHECK_SESSION },
	{ "i-ABCDEF12", CHECK_SESSION }, { "mi-", CHECK_SESSION }, { "anna-0a1b2c3d4e5f67890", CHECK_SESSION },
	{ "", CHECK_SESSION }, { "xi-0a1b2c3d4e5f67890", CHECK_SESSION },
	{ "ecs:a_b_c", CHECK_SESSION },
};

static const struct answer_row {
	enum check_kind kind;
	const char *text;
	enum check_result result;
	bool may_change, timed;
	const char *reason;
} answers[] = {
	{ CHECK_SESSION, "{\"SessionId\":\"s\",\"TokenValue\":\"t\",\"id\":0,\"ResponseMetadata\":{\"ElapsedMs\":12}}",
	    CHECK_GOOD, false, true, NULL },
	{ CHECK_SESSION, "{\"id\":0,\"ResponseMetadata\":{\"ElapsedMs\":\"12\"}}", CHECK_GOOD, false, false, NULL },
	{ CHECK_SESSION, "{\"Error\":{\"Code\":\"C\",\"Message\":\"m\",\"Retryable\":false,\"ExitCode\":1},\"id\":0,"
	    "\"ResponseMetadata\":{\"ElapsedMs\":12}}", CHECK_OVER, false, true, "m" },
	{ CHECK_SESSION, "{\"Error\":{\"Code\":\"C\",\"Message\":\"m\",\"Retryable\":true,\"ExitCode\":75},\"id\":0}",
	    CHECK_UNKNOWN, true, false, "m" },
	{ CHECK_SESSION, "{\"Error\":{\"ExitCode\":75},\"id\":0}", CHECK_UNKNOWN, true, false, NULL },
	{ CHECK_SESSION, "{\"Error\":{\"Message\":\"m\",\"ExitCode\":254},\"id\":0}", CHECK_UNKNOWN, false, false, "m" },
	{ CHECK_SESSION, "{\"Error\":{\"Message\":7,\"ExitCode\":\"1\"},\"id\":0}", CHECK_UNKNOWN, false, false, NULL },
	{ CHECK_TARGET, "{\"Target\":\"i\",\"Status\":\"connected\",\"id\":0}", CHECK_GOOD, false, false, NULL },
	{ CHECK_TARGET, "{\"Target\":\"i\",\"Status\":\"Connected\",\"id\":0}", CHECK_GOOD, false, false, NULL },
	{ CHECK_TARGET, "{\"Target\":\"i\",\"Status\":\"notconnected\",\"id\":0}", CHECK_OVER, true, false, NULL },
	{ CHECK_TARGET, "{\"Error\":{\"Message\":\"m\",\"ExitCode\":1},\"id\":0}", CHECK_OVER, true, false, "m" },
	{ CHECK_TARGET, "{\"Status\":5,\"id\":0}", CHECK_UNKNOWN, false, false,
	    "the answer says neither connected nor notconnected" },
	{ CHECK_TARGET, "{\"id\":0}", CHECK_UNKNOWN, false, false,
	    "the answer says neither connected nor notconnected" },
};

static bool
answer(struct checklist *list, const char *text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	bool taken;

	ok(json_parse(&doc, view_of(text), "the answer", &err) == SSM_OK, "%s", text);
	taken = checklist_answer(list, &doc);
	json_clear(&doc);
	ssm_error_clear(&err);
	return taken;
}

static void
check_answers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer_row *row = &answers[i];
		struct checklist list = CHECKLIST_INIT;
		struct ssm_error err = SSM_ERROR_INIT;
		const struct check_item *item;

		ok(checklist_add(&list, row->kind, VIEW("x"), &err) == SSM_OK, "an item");
		list.items[0].asked = true;
		ok(answer(&list, row->text), "is taken");
		item = &list.items[0];
		ok(item->result == row->result && item->may_change == row->may_change &&
		    item->timed == row->timed && !item->asked, "and is judged");
		is_view(view_of(item->reason), view_of(row->reason), "with its reason");
		checklist_clear(&list);
	}
}

static void
check_strangers(void)
{
	static const char *const texts[] = { "{}", "{\"id\":1}", "{\"id\":-1}", "{\"id\":\"0\"}", "{\"id\":1e99}",
		"{\"id\":null}" };
	struct checklist list = CHECKLIST_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	ok(checklist_add(&list, CHECK_SESSION, VIEW("x"), &err) == SSM_OK, "an item");
	list.items[0].asked = true;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ok(!answer(&list, texts[i]), "is nobody's answer");
	ok(answer(&list, "{\"id\":0}") && !answer(&list, "{\"Error\":{\"ExitCode\":1},\"id\":0}"),
	    "an item is answered once");
	is_number(list.items[0].result, CHECK_GOOD, "the first answer counts");
	checklist_clear(&list);
}

static void
check_ids(void)
{
	struct checklist list = CHECKLIST_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		ok(checklist_kind(view_of(kinds[i].id)) == kinds[i].kind, "'%s' is a %s", kinds[i].id,
		    kinds[i].kind == CHECK_TARGET ? "target" : "session");
	ok(checklist_add(&list, CHECK_SESSION, VIEW("\377"), &err) == SSM_E_INPUT, "an id is UTF-8");
	is_text(err.message, "id 1 is not UTF-8", "and told when it is not");
	ok(checklist_add(&list, CHECK_SESSION, (struct view){ "a\0b", 3 }, &err) == SSM_E_INPUT,
	    "without a NUL");
	for (int i = 0; i < CHECKLIST_IDS_MAX; i++)
		if (checklist_add(&list, CHECK_SESSION, VIEW("x"), &err) != SSM_OK)
			ok(false, "an id that should fit");
	ok(checklist_add(&list, CHECK_SESSION, VIEW("x"), &err) == SSM_E_INPUT, "there is a limit");
	is_text(err.message, "more than 100000 ids", "which is told");
	is_number(checklist_count(&list, CHECK_SESSION, CHECK_UNKNOWN), CHECKLIST_IDS_MAX,
	    "nothing is known before the first answer");
	checklist_clear(&list);
	ssm_error_clear(&err);
}

int
main(void)
{
	check_ids();
	check_answers();
	check_strangers();
	return done_testing();
}
