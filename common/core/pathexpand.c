#include "core/pathexpand.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ascii.h"

/* How long the reference is that text starts with ($NAME, ${NAME}), or 0; *name is its name. */
static size_t
reference(struct view text, struct view *name)
{
	size_t end = 1;

	if (text.len < 2 || text.ptr[0] != '$')
		return 0;
	if (text.ptr[1] == '{') {
		end = view_find(text, '}');
		*name = view_slice(text, 2, end);
		return end == text.len ? 0 : end + 1;
	}
	while (end < text.len && (ascii_is_alnum(text.ptr[end]) || text.ptr[end] == '_'))
		end++;
	*name = view_slice(text, 1, end);
	return end == 1 ? 0 : end;
}

/* The value of a variable, with no value when there is none. */
static struct view
look_up(struct view name, pathexpand_env *env)
{
	char *copy = name.len == 0 ? NULL : strndup(name.ptr, name.len);
	const char *value = copy == NULL ? NULL : env(copy);

	free(copy);
	return view_of(value);
}

static void
expand_variables(struct bytes *out, struct view text, pathexpand_env *env)
{
	while (text.len > 0) {
		struct view name, value = VIEW_NONE;
		size_t len = reference(text, &name);

		if (len > 0)
			value = look_up(name, env);
		else
			len = 1;
		bytes_add(out, value.ptr != NULL ? value : view_slice(text, 0, len));
		text = view_slice(text, len, text.len);
	}
}

/* The home directory that ~ or ~user stands for, or NULL. */
static const char *
home_of(struct view user, pathexpand_env *env)
{
	const char *home = user.len == 0 ? env("HOME") : NULL;
	char *name = user.len == 0 ? NULL : strndup(user.ptr, user.len);
	const struct passwd *entry = NULL;

	if (home != NULL && home[0] != '\0')
		return home;
	if (user.len == 0)
		entry = getpwuid(getuid());
	else if (name != NULL)
		entry = getpwnam(name);
	free(name);
	return entry == NULL ? NULL : entry->pw_dir;
}

static void
expand_home(struct bytes *path, struct view text, pathexpand_env *env)
{
	size_t end = view_find(text, '/');
	struct view home = VIEW_NONE;

	if (text.len > 0 && text.ptr[0] == '~')
		home = view_of(home_of(view_slice(text, 1, end), env));
	if (home.ptr == NULL) {
		bytes_add(path, text);
		return;
	}
	while (home.len > 0 && home.ptr[home.len - 1] == '/')
		home.len--;
	bytes_add(path, home);
	bytes_add(path, view_slice(text, end, text.len));
	if (path->len == 0)
		bytes_add_char(path, '/');
}

void
pathexpand(struct bytes *path, struct view text, pathexpand_env *env)
{
	struct bytes plain = BYTES_INIT(path->max);

	expand_variables(&plain, text, env);
	bytes_reset(path);
	expand_home(path, bytes_view(&plain), env);
	path->failed = path->failed || bytes_failed(&plain);
	bytes_clear(&plain);
}

const char *
pathexpand_given(struct bytes *path, struct view text)
{
	pathexpand(path, text, getenv);
	return bytes_cstr(path);
}
