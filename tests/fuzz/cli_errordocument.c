/* cli/errordocument: any failure that is written is read as the same; what is read is written so again. */
#include "cli/errordocument.h"
#include "fuzz.h"

static bool
same(const struct ssm_error *a, const struct ssm_error *b)
{
	return a->rc == b->rc && a->retryable == b->retryable && a->clock_skew == b->clock_skew &&
	    strcmp(a->code, b->code) == 0 && strcmp(a->message, b->message) == 0;
}

static void
check_round_trip(const struct ssm_error *err)
{
	struct ssm_error again = SSM_ERROR_INIT;
	struct bytes text = BYTES_INIT(SIZE_MAX);
	struct view id;

	errordocument_add(&text, err, VIEW("[1]"));
	HOLDS(!bytes_failed(&text) && errordocument_parse(bytes_view(&text), &again, &id));
	HOLDS(same(err, &again) && view_is(id, "[1]"));
	ssm_error_clear(&again);
	bytes_clear(&text);
}

/* A failure out of bytes: what sort, its code up to the first line end, its message. */
static void
make(struct view text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	unsigned char bits = (unsigned char)text.ptr[0];
	struct view rest = view_slice(text, 1, text.len), code = view_take(&rest, '\n');
	struct bytes copy = BYTES_INIT(SIZE_MAX);

	bytes_set(&copy, code);
	ssm_fail(&err, SSM_E_NO + bits % 6, bytes_cstr(&copy), "%.*s", VIEW_ARG(rest));
	err.retryable = bits & 0x40;
	err.clock_skew = bits & 0x80 ? (long long)rest.len * 1000 : 0;
	check_round_trip(&err);
	ssm_error_clear(&err);
	bytes_clear(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct view id;

	if (size > 0)
		make(fuzz_view(data, size));
	if (errordocument_parse(fuzz_view(data, size), &err, &id))
		check_round_trip(&err);
	ssm_error_clear(&err);
	return 0;
}
