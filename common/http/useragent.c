#include "http/useragent.h"

#include <stdio.h>
#include <sys/utsname.h>

#include "core/ascii.h"

/* The bytes behind the first of a character are left out: a character becomes one '-'. */
static void
add_clean(char text[USERAGENT_MAX], size_t *len, struct view part, size_t max)
{
	for (size_t i = 0; i < part.len && i < max && *len < USERAGENT_MAX - 1; i++) {
		char c = part.ptr[i];
		bool inner = ((unsigned char)c & 0xC0) == 0x80;

		if (!inner)
			text[(*len)++] = ascii_is_token(c) || c == ',' ? c : '-';
	}
	text[*len] = '\0';
}

static void
add_part(char text[USERAGENT_MAX], size_t *len, const char *name, struct view value, size_t max)
{
	int written = snprintf(text + *len, USERAGENT_MAX - *len, "%s", name);

	*len += (size_t)written;
	add_clean(text, len, value, max);
}

void
useragent_format(char text[USERAGENT_MAX], struct view mode, struct view app_id)
{
	struct utsname system = { .release = "unknown", .machine = "unknown" };
	size_t len = 0;

	uname(&system);
	add_part(text, &len, "ssm-tools/" PACKAGE_VERSION " ua/2.1 os/linux#", view_of(system.release), 48);
	add_part(text, &len, " md/arch#", view_of(system.machine), 16);
	add_part(text, &len, " lang/c cfg/retry-mode#", mode.len > 0 ? mode : VIEW("standard"), 16);
	if (app_id.len > 0)
		add_part(text, &len, " app/", app_id, USERAGENT_APP_ID_MAX);
}
