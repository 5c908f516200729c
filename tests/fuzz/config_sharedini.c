/* config/sharedini: whatever the file, what is found in it stands on a line that it has. */
#include "config/sharedini.h"
#include "fuzz.h"

static void
check_properties(const struct sharedini *file, const struct sharedini_section *section, unsigned lines)
{
	for (size_t i = 0; i < section->count; i++) {
		const struct sharedini_property *property = &section->properties[i];

		HOLDS(property->line >= 1 && property->line <= lines);
		HOLDS(sharedini_find(file, section, property->name) == property);
		HOLDS(sharedini_origin(file, section, property) == section);
		HOLDS(property->name.len > 0 && view_find(property->name, '\n') == property->name.len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct sharedini ini = SHAREDINI_INIT;
	struct fuzz_file file = fuzz_file(fuzz_view(data, size));
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r';
	if (sharedini_load(&ini, file.path, &err) == SSM_OK) {
		for (size_t i = 0; i < ini.section_count; i++) {
			HOLDS(ini.sections[i].line >= 1 && ini.sections[i].line <= lines);
			check_properties(&ini, &ini.sections[i], lines);
		}
		check_properties(&ini, &ini.defaults, lines);
	} else {
		HOLDS(err.rc == SSM_E_CONFIG && ini.section_count == 0 && ini.property_count == 0);
	}
	sharedini_clear(&ini);
	fuzz_file_close(&file);
	ssm_error_clear(&err);
	return 0;
}
