/* json/json: libjq takes whatever we take, and sees the same members; compact text stays what it is. */
#include <jv.h>

#include "fuzz.h"
#include "json/json.h"
#include "json/text.h"

static bool
same_text(jv string, struct view text)
{
	return view_equal((struct view){ jv_string_value(string), (size_t)jv_string_length_bytes(jv_copy(string)) },
	    text);
}

static void
check_member(jv object, const struct json_member *member)
{
	static const enum json_kind kinds[] = { [JV_KIND_NULL] = JSON_NULL, [JV_KIND_FALSE] = JSON_BOOL,
	    [JV_KIND_TRUE] = JSON_BOOL, [JV_KIND_NUMBER] = JSON_NUMBER, [JV_KIND_STRING] = JSON_STRING,
	    [JV_KIND_ARRAY] = JSON_ARRAY, [JV_KIND_OBJECT] = JSON_OBJECT };
	jv value = jv_object_get(jv_copy(object), jv_string_sized(member->name.ptr, (int)member->name.len));
	double number = 0;

	HOLDS(jv_is_valid(value) && kinds[jv_get_kind(value)] == json_kind(member));
	HOLDS(jv_get_kind(value) != JV_KIND_STRING || same_text(value, member->text));
	HOLDS(json_number(member, &number) == (jv_get_kind(value) == JV_KIND_NUMBER));
	if (jv_get_kind(value) == JV_KIND_NUMBER)
		HOLDS(!(jv_number_value(value) < number) && !(jv_number_value(value) > number));
	jv_free(value);
}

/* Compact text is compact, and pretty text is the same document. */
static void
check_text(struct view text)
{
	struct bytes compact = BYTES_INIT(SIZE_MAX), pretty = BYTES_INIT(SIZE_MAX), again = BYTES_INIT(SIZE_MAX);

	jsontext_compact(&compact, text);
	jsontext_pretty(&pretty, text, false);
	jsontext_compact(&again, bytes_view(&pretty));
	HOLDS(compact.len <= text.len && view_equal(bytes_view(&compact), bytes_view(&again)));
	bytes_clear(&compact);
	bytes_clear(&pretty);
	bytes_clear(&again);
}

static void
check_secret(struct view text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct bytes marked = BYTES_INIT(SIZE_MAX);

	fuzz_add_secret(&marked, text);
	HOLDS(json_parse(&doc, bytes_view(&marked), "the text", &err) == SSM_OK || !fuzz_error_tells(&err));
	json_clear(&doc);
	ssm_error_clear(&err);
	bytes_clear(&marked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	if (json_parse(&doc, text, "the text", &err) == SSM_OK) {
		jv object = jv_parse_sized(text.ptr, (int)text.len);

		HOLDS(jv_get_kind(object) == JV_KIND_OBJECT);
		HOLDS((size_t)jv_object_length(jv_copy(object)) == doc.count);
		for (size_t i = 0; i < doc.count; i++)
			check_member(object, &doc.members[i]);
		jv_free(object);
		check_text(doc.text);
	}
	json_clear(&doc);
	ssm_error_clear(&err);
	check_secret(text);
	return 0;
}
