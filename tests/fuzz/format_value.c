/* format: any value in every format, bounded; JSON and YAML are read back as the same value. */
#include <jv.h>

#include "format/format.h"
#include "fuzz.h"
#include "json/value_text.h"
#include "request/yamltext.h"

#define ARENA_MAX (64 * 1024 * 1024)
#define TEXT_MAX 2000
#define OUT_MAX (32 * 1024 * 1024)

/* As libjq sees them, to which the order of members is nothing. What is no number in JSON is left out. */
static void
check_same(const struct value *value, struct view json)
{
	struct bytes text = BYTES_INIT(OUT_MAX);

	valuetext_json(&text, value);
	if (memmem(text.ptr, text.len, "Infinity", 8) == NULL) {
		jv ours = jv_parse_sized(text.ptr, (int)text.len), theirs = jv_parse_sized(json.ptr, (int)json.len);

		if (!jv_equal(jv_copy(ours), jv_copy(theirs)))
			fuzz_differ(bytes_view(&text), json, "the value read back", __FILE__, __LINE__);
		jv_free(ours);
		jv_free(theirs);
	}
	bytes_clear(&text);
}

static void
print(format_print *printer, const struct value *value, struct bytes *out, long width)
{
	const struct format_how how = { .title = "DescribeSessions", .colour = width % 2 != 0, .width = width };
	struct format format = { .name = "one", .print = printer };
	struct arena arena = ARENA_INIT(ARENA_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	bytes_reset(out);
	if (format_value(&format, out, value, &arena, &how, &err) != SSM_OK) {
		HOLDS(err.message[0] != '\0');
		bytes_reset(out);
	}
	arena_clear(&arena);
	ssm_error_clear(&err);
}

static void
print_all(const struct value *value)
{
	struct bytes out = BYTES_INIT(OUT_MAX), json = BYTES_INIT(OUT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	print(format_json, value, &out, 80);
	if (out.len > 0)
		check_same(value, view_trim(bytes_view(&out)));
	print(format_yaml, value, &out, 80);
	/* A scalar alone is JSON there, too, as with the AWS CLI: YAML's line ends may stand in it. */
	if (out.len > 0 && !format_is_scalar(value) && yamltext_to_json(&json, bytes_view(&out), &err) == SSM_OK)
		check_same(value, bytes_view(&json));
	print(format_yaml_stream, value, &out, 80);
	print(format_text, value, &out, 80);
	print(format_table, value, &out, 80);
	print(format_table, value, &out, 21);
	ssm_error_clear(&err);
	bytes_clear(&out);
	bytes_clear(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT(ARENA_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	const struct value *value;

	if (size <= TEXT_MAX && value_parse(&value, &arena, fuzz_view(data, size), "the text", &err) == SSM_OK)
		print_all(value);
	arena_clear(&arena);
	ssm_error_clear(&err);
	return 0;
}
