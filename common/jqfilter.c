#include "jqfilter.h"

#include <jq.h>
#include <setjmp.h>
#include <signal.h>
#include <time.h>

#include "jqmessage.h"
#include "jsontext.h"

#define NO_FILES 3		/* the standard ones are open */

/*
 * libjq asserts what it should check, and abort() has no other way out than its signal. The process
 * has one thread and at most one guarded call at a time.
 */
static sigjmp_buf way_out;

static void
on_abort(int number)
{
	siglongjmp(way_out, number);
}

static void
catch_aborts(struct sigaction *before)
{
	struct sigaction action = { .sa_handler = on_abort, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGABRT, &action, before);
}

static enum ssm_err
fail_aborted(struct jqfilter *filter, struct ssm_error *err)
{
	filter->jq = NULL;		/* in no state to be freed */
	filter->ended = true;
	return ssm_fail(err, SSM_E_OTHER, "JqError", "jq: libjq failed on this and cannot go on");
}

/* An open file is a descriptor, and there will be none. */
static void
forbid_files(struct jqfilter *filter)
{
	struct rlimit none;

	if (getrlimit(RLIMIT_NOFILE, &filter->files) != 0)
		return;
	none = filter->files;
	none.rlim_cur = NO_FILES;
	filter->limited = setrlimit(RLIMIT_NOFILE, &none) == 0;
}

static void
note_error(void *context, jv message)
{
	struct bytes *first = context;

	if (jv_get_kind(message) == JV_KIND_STRING && first->len == 0)
		bytes_set(first, view_of(jv_string_value(message)));
	jv_free(message);
}

static jv
arguments_to_jv(const struct jqfilter_argument *arguments, size_t count)
{
	jv named = jv_object(), all;

	for (size_t i = 0; i < count; i++)
		named = jv_object_set(named, jv_string(arguments[i].name), jv_string(arguments[i].value));
	all = jv_copy(named);
	return jv_object_set(all, jv_string("ARGS"), jv_object_set(jv_object_set(jv_object(),
	    jv_string("positional"), jv_array()), jv_string("named"), named));
}

static enum ssm_err
compile(struct jqfilter *filter, const char *program, jv arguments, struct ssm_error *err)
{
	struct bytes message = BYTES_INIT(SSM_MESSAGE_MAX);
	jq_state *jq = filter->jq = jq_init();
	enum ssm_err rc = SSM_OK;

	if (jq == NULL) {
		jv_free(arguments);
		return ssm_fail_memory(err);
	}
	jq_set_error_cb(jq, note_error, &message);
	jq_set_attr(jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	if (!jq_compile_args(jq, program, arguments))
		rc = jqmessage_compile(err, bytes_view(&message));
	jq_set_error_cb(jq, NULL, NULL);
	bytes_clear(&message);
	return rc;
}

enum ssm_err
jqfilter_open(struct jqfilter *filter, const char *program,
    const struct jqfilter_argument *arguments, size_t count, struct ssm_error *err)
{
	struct sigaction before;
	enum ssm_err rc;

	tzset();			/* which reads a file */
	forbid_files(filter);
	catch_aborts(&before);
	if (sigsetjmp(way_out, 1) != 0)
		rc = fail_aborted(filter, err);
	else
		rc = compile(filter, program, arguments_to_jv(arguments, count), err);
	sigaction(SIGABRT, &before, NULL);
	return rc;
}

static void
add_result(struct bytes *out, jv result, struct jqfilter_form form)
{
	if (form.raw && jv_get_kind(result) == JV_KIND_STRING) {
		int len = jv_string_length_bytes(jv_copy(result));

		bytes_add(out, (struct view){ jv_string_value(result), (size_t)len });
		jv_free(result);
	} else {
		jv text = jv_dump_string(result, 0);
		int len = jv_string_length_bytes(jv_copy(text));
		struct view json = { jv_string_value(text), (size_t)len };

		if (form.pretty)
			jsontext_pretty(out, json, form.colour);
		else
			bytes_add(out, json);
		jv_free(text);
	}
	if (!form.join)
		bytes_add_char(out, '\n');
}

/* How the results ended: by themselves, by halt or halt_error, or by an error. */
static enum ssm_err
end_of_results(struct jqfilter *filter, jv last, struct ssm_error *err)
{
	jq_state *jq = filter->jq;

	if (jq_halted(jq)) {
		jv_free(last);
		filter->ended = true;
		return jqmessage_halt(err, jq_get_exit_code(jq), jq_get_error_message(jq));
	}
	if (jv_invalid_has_msg(jv_copy(last)))
		return jqmessage_runtime(err, jv_invalid_get_msg(last));
	jv_free(last);
	return SSM_OK;
}

static enum ssm_err
run(struct jqfilter *filter, struct bytes *out, struct view document, struct jqfilter_form form,
    struct ssm_error *err)
{
	jv result = jv_parse_sized(document.ptr, (int)document.len);

	if (!jv_is_valid(result)) {
		jv_free(result);
		return ssm_fail_memory(err);	/* the text was checked */
	}
	jq_start(filter->jq, result, 0);
	while (jv_is_valid(result = jq_next(filter->jq)) && !bytes_failed(out))
		add_result(out, result, form);
	return end_of_results(filter, result, err);
}

enum ssm_err
jqfilter_run(struct jqfilter *filter, struct bytes *out, struct view document,
    struct jqfilter_form form, struct ssm_error *err)
{
	struct sigaction before;
	enum ssm_err rc;

	catch_aborts(&before);
	if (sigsetjmp(way_out, 1) != 0)
		rc = fail_aborted(filter, err);
	else
		rc = run(filter, out, document, form, err);
	sigaction(SIGABRT, &before, NULL);
	return rc;
}

void
jqfilter_close(struct jqfilter *filter)
{
	jq_state *jq = filter->jq;

	if (jq != NULL)
		jq_teardown(&jq);
	filter->jq = NULL;
	if (filter->limited)
		setrlimit(RLIMIT_NOFILE, &filter->files);
	filter->limited = false;
}
