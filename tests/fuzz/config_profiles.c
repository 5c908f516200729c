/* config/profiles: what the walks show is what the look-ups find; a refusal tells no value. */
#include "config/profiles.h"
#include "fuzz.h"

static void
check_section(const struct profiles *profiles, enum profiles_table table, struct view section)
{
	struct profiles_property walked = PROFILES_PROPERTY_INIT, found = PROFILES_PROPERTY_INIT;

	HOLDS(profiles_has(profiles, table, section));
	for (size_t at = 0; profiles_next_property(profiles, table, section, &at, &walked); ) {
		HOLDS(profiles_get(profiles, table, section, walked.name, &found));
		HOLDS(view_equal(walked.value, found.value) && walked.line == found.line && found.line >= 1);
		HOLDS(walked.path == found.path && found.path != NULL);
	}
}

/* The secret stands behind a name's '=', where values are. */
static void
check_secret(struct view text)
{
	struct bytes marked = BYTES_INIT(SIZE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *profiles = NULL;
	struct fuzz_file file;
	size_t equals = view_find(text, '=');

	if (equals == text.len)
		return;
	bytes_add(&marked, view_slice(text, 0, equals + 1));
	fuzz_add_secret(&marked, VIEW_NONE);
	bytes_add(&marked, view_slice(text, equals + 1, text.len));
	file = fuzz_file(bytes_view(&marked));
	HOLDS(profiles_load(&profiles, file.path, "", &err) == SSM_OK || !fuzz_error_tells(&err));
	profiles_free(profiles);
	fuzz_file_close(&file);
	bytes_clear(&marked);
	ssm_error_clear(&err);
}

/* The first form feed ends the config file and begins the credentials file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = fuzz_view(data, size), first = view_take(&rest, '\f'), section;
	struct fuzz_file config = fuzz_file(first), credentials = fuzz_file(rest);
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *profiles = NULL;

	if (profiles_load(&profiles, config.path, credentials.path, &err) == SSM_OK)
		for (enum profiles_table table = PROFILES_MERGED; table <= PROFILES_SERVICES; table++)
			for (size_t at = 0; profiles_next_section(profiles, table, &at, &section); )
				check_section(profiles, table, section);
	profiles_free(profiles);
	fuzz_file_close(&config);
	fuzz_file_close(&credentials);
	ssm_error_clear(&err);
	check_secret(first);
	return 0;
}
