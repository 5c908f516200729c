#include "format/jqfilter.h"

#include <errno.h>
#include <jq.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "core/printable.h"
#include "format/jqmessage.h"
#include "json/text.h"

#define NO_FILES 3		/* the standard ones are open */
#define CRASH_STACK ((size_t)64 * 1024)
#define GROWTH_MAX ((size_t)32 * 1024 * 1024)	/* what libjq may lose in one process */

/*
 * libjq asserts what it should check, and a few programs of which no good can come corrupt its memory.
 * There is no way back from that, but the end is one of the suite's. Documents that are finished have
 * been written by then.
 */
static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

static void
on_crash(int number)
{
	static const char message[] = ": jq: libjq failed on this and cannot go on\n";
	struct iovec parts[] = {
		{ program_invocation_short_name, strlen(program_invocation_short_name) },
		{ (void *)(uintptr_t)message, sizeof message - 1 },
	};

	ssize_t told = writev(STDERR_FILENO, parts, (int)ARRAY_LEN(parts));

	(void)number, (void)told;
	_exit(ssm_exit_code(SSM_E_OTHER));
}

/* Where libjq would abort. */
static void
out_of_memory(void *unused)
{
	static const char text[] = "out of memory\n";
	ssize_t told = write(STDERR_FILENO, text, sizeof text - 1);

	(void)unused, (void)told;
	_exit(ssm_exit_code(SSM_E_OTHER));
}

/* On a stack of its own, as the crash can be the end of the other one. */
static void
catch_crashes(struct jqfilter *filter)
{
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = CRASH_STACK };

	filter->stack = stack.ss_sp = malloc(CRASH_STACK);
	if (filter->stack == NULL || sigaltstack(&stack, NULL) != 0)
		action.sa_flags = 0;
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

static void
let_crash(struct jqfilter *filter)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	stack_t none = { .ss_flags = SS_DISABLE };

	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &action, NULL);
	sigaltstack(&none, NULL);
	free(filter->stack);
	filter->stack = NULL;
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

	if (jv_get_kind(message) == JV_KIND_STRING && first->len == 0) {
		struct view text = view_of(jv_string_value(message));

		text = view_slice(text, 0, view_find(text, '\n'));
		bytes_set(first, view_slice(text, 0, text.len < first->max ? text.len : first->max));
	}
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
	jq_set_input_cb(jq, NULL, NULL);	/* not set by libjq 1.6 */
	jq_set_debug_cb(jq, NULL, NULL);
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
	filter->open = true;
	tzset();			/* which reads a file */
	forbid_files(filter);
	catch_crashes(filter);
	jv_nomem_handler(out_of_memory, NULL);
	return compile(filter, program, arguments_to_jv(arguments, count), err);
}

static void
add_json(struct bytes *out, struct view json, struct jqfilter_form form)
{
	struct bytes clean = BYTES_INIT(out->max);

	if (form.terminal && !printable_is_text(json)) {
		printable_json(&clean, json);
		json = bytes_view(&clean);
	}
	if (form.pretty)
		jsontext_pretty(out, json, form.colour);
	else
		bytes_add(out, json);
	out->failed |= bytes_failed(&clean);
	bytes_clear(&clean);
}

static void
add_result(struct bytes *out, jv result, struct jqfilter_form form)
{
	bool raw = form.raw && jv_get_kind(result) == JV_KIND_STRING;
	jv string = raw ? result : jv_dump_string(result, 0);
	int len = jv_string_length_bytes(jv_copy(string));
	struct view text = { jv_string_value(string), (size_t)len };

	if (!raw)
		add_json(out, text, form);
	else if (form.terminal)
		printable_text(out, text);
	else
		bytes_add(out, text);
	jv_free(string);
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
run_here(struct jqfilter *filter, struct bytes *out, struct view document, struct ssm_error *err)
{
	jv result = jv_parse_sized(document.ptr, (int)document.len);

	if (!jv_is_valid(result)) {
		jv_free(result);
		return ssm_fail_memory(err);	/* the text was checked */
	}
	jq_start(filter->jq, result, 0);
	while (jv_is_valid(result = jq_next(filter->jq)) && !bytes_failed(out))
		add_result(out, result, filter->form);
	return end_of_results(filter, result, err);
}

/* In a worker. */
static bool
work(void *context, struct view document, struct bytes *out, struct ssm_error *err)
{
	struct jqfilter *filter = context;

	run_here(filter, out, document, err);
	return !filter->ended;
}

/*
 * Whether the program has lost more than it may. The peak is had for nothing; only when it rises by much is
 * the memory in use counted, which tells a large document that came and went.
 */
static bool
has_grown(struct jqfilter *filter)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return false;
	if (filter->peak == 0) {
		filter->peak = usage.ru_maxrss;
		filter->memory = jqworker_memory();
	}
	if (usage.ru_maxrss - filter->peak < (long)(GROWTH_MAX / 1024))
		return false;
	filter->peak = usage.ru_maxrss;
	return jqworker_memory() > filter->memory + GROWTH_MAX;
}

/* Two descriptors are wanted for it, where there are to be none; the copy has that limit again. */
static enum ssm_err
start_worker(struct jqfilter *filter, size_t out_max, struct ssm_error *err)
{
	struct rlimit none;
	enum ssm_err rc;

	if (filter->limited && (getrlimit(RLIMIT_NOFILE, &none) != 0 ||
	    setrlimit(RLIMIT_NOFILE, &filter->files) != 0))
		return ssm_fail_memory(err);
	rc = jqworker_connect(&filter->worker, err);
	if (filter->limited)
		setrlimit(RLIMIT_NOFILE, &none);
	return rc != SSM_OK ? rc :
	    jqworker_start(&filter->worker, work, filter, GROWTH_MAX, out_max, err);
}

enum ssm_err
jqfilter_run(struct jqfilter *filter, struct bytes *out, struct view document,
    struct jqfilter_form form, struct ssm_error *err)
{
	filter->form = form;
	filter->grown = filter->grown || has_grown(filter);
	if (!filter->grown)
		return run_here(filter, out, document, err);
	if (filter->worker.fd < 0 && start_worker(filter, out->max, err) != SSM_OK)
		return err->rc;
	return jqworker_ask(&filter->worker, document, out, &filter->ended, err);
}

void
jqfilter_close(struct jqfilter *filter)
{
	jq_state *jq = filter->jq;

	if (!filter->open)
		return;
	jqworker_stop(&filter->worker);
	if (jq != NULL)
		jq_teardown(&jq);
	filter->jq = NULL;
	filter->open = false;
	let_crash(filter);
	if (filter->limited)
		setrlimit(RLIMIT_NOFILE, &filter->files);
	filter->limited = false;
}
