#include "cli/settings_tell.h"

#define SHOWN_MAX 400

void
settings_tell_value(const struct cli *cli, const char *name, const struct setting_value *value)
{
	struct view text = value->text;
	const char *scheme, *at;
	size_t start, end;			/* of user information */

	if (!cli->verbose || text.ptr == NULL)
		return;
	scheme = memmem(text.ptr, text.len, "://", 3);
	at = memrchr(text.ptr, '@', text.len);
	start = scheme == NULL ? 0 : (size_t)(scheme - text.ptr) + 3;
	end = at == NULL ? 0 : (size_t)(at - text.ptr);
	if (end > start)
		cli_verbose(cli, "%s: %.*s***%.*s (%s)", name, VIEW_ARG(view_slice(text, 0, start)),
		    VIEW_ARG_CUT(view_slice(text, end, text.len), SHOWN_MAX), value->origin);
	else
		cli_verbose(cli, "%s: %.*s (%s)", name, VIEW_ARG_CUT(text, SHOWN_MAX), value->origin);
}

void
settings_tell_profile(const struct cli *cli, const struct settings *settings)
{
	cli_verbose(cli, "profile: %.*s (%s)", VIEW_ARG_CUT(settings_profile(settings), SHOWN_MAX),
	    settings_profile_origin(settings));
}

void
settings_tell(const struct cli *cli, const struct settings *settings, enum setting setting,
    const char *option)
{
	struct setting_value value;

	if (!cli->verbose)
		return;
	if (!settings_get(settings, setting, option, &value) && settings_default(setting) != NULL)
		value = (struct setting_value){ .text = view_of(settings_default(setting)),
		    .origin = "default" };
	settings_tell_value(cli, settings_name(setting), &value);
}
