#include "profilechain.h"

/* The next field of a row of CSV: quotes around a field, two for one within. *rest is what follows. */
static void
next_field(struct bytes *field, struct view *rest)
{
	bool quoted = rest->len > 0 && rest->ptr[0] == '"';
	size_t at = quoted ? 1 : 0;

	bytes_reset(field);
	for (; at < rest->len; at++) {
		char c = rest->ptr[at];

		if (quoted && c == '"') {
			if (at + 1 < rest->len && rest->ptr[at + 1] == '"')
				at++;
			else {
				quoted = false;
				continue;
			}
		} else if (!quoted && c == ',') {
			break;
		}
		bytes_add_char(field, c);
	}
	*rest = at < rest->len ? view_slice(*rest, at + 1, rest->len) : VIEW_NONE;
}

static void
add_field(struct bytes *row, struct view field)
{
	bool quoted = field.len == 0;

	for (size_t i = 0; i < field.len; i++)
		quoted = quoted || strchr(",\"\r\n", field.ptr[i]) != NULL;
	if (quoted)
		bytes_add_char(row, '"');
	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] == '"')
			bytes_add_char(row, '"');
		bytes_add_char(row, field.ptr[i]);
	}
	if (quoted)
		bytes_add_char(row, '"');
}

/* "a -> b": how many there are, and whether profile is one of them. */
static size_t
look(struct bytes *path, struct view chain, struct view profile, bool *seen)
{
	struct bytes field = BYTES_INIT(PROFILECHAIN_TEXT_MAX);
	size_t count = 0;

	*seen = false;
	while (chain.ptr != NULL && (chain.len > 0 || count > 0)) {
		next_field(&field, &chain);
		*seen = *seen || view_equal(bytes_view(&field), profile);
		if (count++ > 0)
			bytes_add(path, VIEW(" -> "));
		bytes_add(path, bytes_view(&field));
	}
	bytes_clear(&field);
	return count;
}

enum ssm_err
profilechain_extend(struct bytes *longer, struct view chain, struct view profile,
    struct ssm_error *err)
{
	struct bytes path = BYTES_INIT(4 * PROFILECHAIN_TEXT_MAX);
	enum ssm_err rc = SSM_OK;
	bool seen;

	if (look(&path, chain, profile, &seen) >= PROFILECHAIN_LENGTH_MAX)
		rc = ssm_fail(err, SSM_E_CONFIG, "ConfigurationError", "Maximum recursive credential "
		    "process resolution reached (%d).\nProfiles seen: %.*s", PROFILECHAIN_LENGTH_MAX,
		    VIEW_ARG(bytes_view(&path)));
	else if (seen)
		rc = ssm_fail(err, SSM_E_CONFIG, "ConfigurationError", "Credential process resolution "
		    "detected an infinite loop, profile cycle: %.*s -> %.*s", VIEW_ARG(bytes_view(&path)),
		    VIEW_ARG(profile));
	bytes_set(longer, chain);
	if (chain.len > 0)
		bytes_add_char(longer, ',');
	add_field(longer, profile);
	bytes_clear(&path);
	return rc != SSM_OK ? rc : bytes_failed(longer) ? ssm_fail_memory(err) : SSM_OK;
}
