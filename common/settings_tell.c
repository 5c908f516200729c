#include "settings_tell.h"

#define SHOWN_MAX 400

static struct view
cut(struct view text)
{
	return view_slice(text, 0, text.len < SHOWN_MAX ? text.len : SHOWN_MAX);
}

/* Where user information may end: at the last @; 0 when there is none. */
static size_t
user_info_end(struct view text)
{
	size_t end = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '@')
			end = i;
	return end;
}

/* Where it begins. */
static size_t
user_info_start(struct view text)
{
	const char *at = memmem(text.ptr, text.len, "://", 3);

	return at == NULL ? 0 : (size_t)(at - text.ptr) + 3;
}

void
settings_tell_value(const struct cli *cli, const char *name, const struct setting_value *value)
{
	struct view text = value->text;
	size_t start, end;

	if (!cli->verbose || text.ptr == NULL)
		return;
	start = user_info_start(text);
	end = user_info_end(text);
	if (end > start)
		cli_verbose(cli, "%s: %.*s***%.*s (%s)", name, VIEW_ARG(view_slice(text, 0, start)),
		    VIEW_ARG(cut(view_slice(text, end, text.len))), value->origin);
	else
		cli_verbose(cli, "%s: %.*s (%s)", name, VIEW_ARG(cut(text)), value->origin);
}

void
settings_tell_profile(const struct cli *cli, const struct settings *settings)
{
	cli_verbose(cli, "profile: %.*s (%s)", VIEW_ARG(cut(settings_profile(settings))),
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
