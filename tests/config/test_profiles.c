/* profiles: look-up, origins, services, files that are none, and what messages must not say. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/profiles.h"
#include "tap.h"

static char directory[] = "/tmp/test_profiles.XXXXXX";

/* A path in the directory; lives until the next but one call. */
static const char *
path_of(const char *name)
{
	static char paths[2][128];
	static unsigned next;
	char *path = paths[next++ % 2];

	snprintf(path, sizeof paths[0], "%s/%s", directory, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	FILE *to = fopen(path_of(name), "w");

	if (to == NULL || fputs(text, to) < 0 || fclose(to) != 0)
		diag("cannot write %s", name);
}

/* Both files, or NULL with the message in err. */
static struct profiles *
load(const char *config, const char *credentials, struct ssm_error *err)
{
	struct profiles *profiles = NULL;

	write_file("config", config);
	write_file("credentials", credentials);
	if (profiles_load(&profiles, path_of("config"), path_of("credentials"), err) != SSM_OK)
		return NULL;
	return profiles;
}

static struct view
value_in(const struct profiles *profiles, enum profiles_table table, const char *section,
    const char *name)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;

	profiles_get(profiles, table, view_of(section), view_of(name), &found);
	return found.value;
}

static void
check_tables(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *p = load("[default]\nregion=c\noutput=text\n[sso-session s]\nsso_region=r\n",
	    "[default]\nregion=k\n[only]\n", &err);

	is_view(value_in(p, PROFILES_MERGED, "default", "region"), VIEW("k"),
	    "the merged value is that of the credentials file");
	is_view(value_in(p, PROFILES_MERGED, "default", "output"), VIEW("text"),
	    "a property of the config file alone is found");
	is_view(value_in(p, PROFILES_CONFIG, "default", "region"), VIEW("c"),
	    "the config file by itself");
	is_view(value_in(p, PROFILES_CREDENTIALS, "default", "region"), VIEW("k"),
	    "the credentials file by itself");
	is_view(value_in(p, PROFILES_CREDENTIALS, "default", "output"), VIEW_NONE,
	    "the credentials file does not see the config file");
	is_view(value_in(p, PROFILES_SSO_SESSIONS, "s", "sso_region"), VIEW("r"),
	    "a property of an SSO session");
	is_view(value_in(p, PROFILES_MERGED, "s", "sso_region"), VIEW_NONE,
	    "an SSO session is no profile");
	ok(profiles_has(p, PROFILES_MERGED, VIEW("only")), "a profile without properties exists");
	ok(!profiles_has(p, PROFILES_CONFIG, VIEW("only")), "but not in the other file");
	ok(!profiles_get(p, PROFILES_MERGED, VIEW("only"), VIEW("region"), NULL),
	    "it has no region");
	is_number(profiles_require(p, VIEW("only"), &err), SSM_OK, "nobody has to be default");
	is_number(profiles_require(p, VIEW("nobody"), &err), SSM_E_CONFIG, "a missing profile");
	is_text(err.message, "The config profile (nobody) could not be found", "in botocore's words");
	is_text(err.code, "ProfileNotFound", "under botocore's name");
	profiles_free(p);
	ssm_error_clear(&err);
}

static void
check_origin(const struct profiles *p, const char *name, const char *file, unsigned line,
    const char *section)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;

	if (!ok(profiles_get(p, PROFILES_MERGED, VIEW("x"), view_of(name), &found),
	    "there is a property %s", name))
		return;
	is_view(found.name, view_of(name), "it is called %s", name);
	is_text(found.path, path_of(file), "%s comes from the %s file", name, file);
	is_number(found.line, line, "%s stands in line %u", name, line);
	is_view(found.section, view_of(section), "%s stands under [%s]", name, section);
}

static void
check_origins(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *p = load("# c\r\n[profile \"x\"]\r\n\r\na=1\r\n  2\r\nb=3\r\n[DEFAULT]\nc=4\n",
	    "\n[DEFAULT]\nd=5\n[x]\ne=6\n", &err);

	check_origin(p, "a", "config", 4, "profile \"x\"");
	check_origin(p, "b", "config", 6, "profile \"x\"");
	check_origin(p, "c", "config", 8, "DEFAULT");
	check_origin(p, "d", "credentials", 3, "DEFAULT");
	check_origin(p, "e", "credentials", 5, "x");
	profiles_free(p);
	ssm_error_clear(&err);
}

static void
check_service(const struct profiles *p, const char *section, const char *service,
    const char *expected, const char *message, const char *title)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	bool has = true;
	enum ssm_err rc = profiles_get_service(p, view_of(section), view_of(service),
	    VIEW("endpoint_url"), &found, &has, &err);

	is_number(rc, message == NULL ? SSM_OK : SSM_E_CONFIG, "%s: status", title);
	is_number(has, expected != NULL, "%s: whether there is one", title);
	is_view(found.value, view_of(expected), "%s: value", title);
	ok(strstr(err.message, message == NULL ? "" : message) != NULL, "%s: message '%s'", title,
	    err.message);
	ssm_error_clear(&err);
}

static void
check_services(void)
{
	static const char missing[] = "The profile is configured to use the services section but the "
	    "\"no\" services configuration does not exist.";
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *p = load("[services dev]\nSSM =\n  endpoint_url = a\n  # x\n\n"
	    "  endpoint_url = b\nsts =\n  ENDPOINT_URL = c\nsso = text\nsignin =\n[services no]\n",
	    "[services k]\nssm =\n  endpoint_url = d\n", &err);
	struct profiles_property found = PROFILES_PROPERTY_INIT;
	bool has;

	check_service(p, "dev", "ssm", "b", NULL, "the last of a name in a block counts");
	check_service(p, "dev", "sts", NULL, NULL, "names in a block keep their case");
	check_service(p, "dev", "ec2", NULL, NULL, "a service that is not there");
	check_service(p, "dev", "sso", NULL, "'sso' in [services dev] is not followed by indented lines",
	    "text in place of a block");
	check_service(p, "dev", "signin", NULL, "Invalid Configuration: 'signin'",
	    "nothing in place of a block");
	check_service(p, "no", "ssm", NULL, missing, "an empty definition");
	check_service(p, "k", "ssm", NULL, "does not exist", "the credentials file defines none");
	is_number(profiles_get_service(p, VIEW("dev"), VIEW("ssm"), VIEW("endpoint_url"), &found, &has,
	    &err), SSM_OK, "the service's place can be asked for");
	is_number(found.line, 2, "it is the line of the service");
	is_view(found.section, VIEW("services dev"), "and its header");
	profiles_free(p);
	ssm_error_clear(&err);
}

static void
check_walks(void)
{
	static const char *const expected[] = { "b", "a", "k" };
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *p = load("[profile a]\n[profile b]\nx=1\n[profile 'a']\ny=2\n",
	    "[b]\nx=3\n[k]\n", &err);
	struct profiles_property property;
	struct view name;
	size_t at = 0, i = 0;

	for (; profiles_next_section(p, PROFILES_MERGED, &at, &name); i++)
		is_view(name, i < ARRAY_LEN(expected) ? view_of(expected[i]) : VIEW_NONE,
		    "name %zu of the walk", i);
	is_number(i, ARRAY_LEN(expected), "every profile is walked over once");
	at = i = 0;
	for (; profiles_next_property(p, PROFILES_MERGED, VIEW("b"), &at, &property); i++)
		is_view(property.value, VIEW("3"), "the property that wins");
	is_number(i, 1, "a property of both files is walked over once");
	profiles_free(p);
	ssm_error_clear(&err);
}

static void
check_empty(const char *path, int unreadable, const char *title)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *p = NULL;
	struct view name;
	size_t at = 0;

	if (!ok(profiles_load(&p, path, path, &err) == SSM_OK, "%s: no error", title))
		return;
	ok(!profiles_next_section(p, PROFILES_MERGED, &at, &name), "%s: no profiles", title);
	is_number(profiles_unreadable(p, PROFILES_CONFIG), unreadable, "%s: config errno", title);
	is_number(profiles_unreadable(p, PROFILES_CREDENTIALS), unreadable,
	    "%s: credentials errno", title);
	profiles_free(p);
	ssm_error_clear(&err);
}

static void
check_no_files(void)
{
	check_empty("", 0, "an empty path");
	check_empty(path_of("missing"), 0, "a missing file");
	check_empty(directory, 0, "a directory");
	check_empty("/dev/null", 0, "a device");
	if (mkfifo(path_of("fifo"), 0600) == 0)
		check_empty(path_of("fifo"), 0, "a FIFO that nobody writes to");
	unlink(path_of("fifo"));
	write_file("secret", "[default]\nregion=a\n");
	if (chmod(path_of("secret"), 0) != 0 || chmod(directory, 0755) != 0 ||
	    (geteuid() == 0 && seteuid(65534) != 0))
		diag("no file can be made unreadable here");
	else
		check_empty(path_of("secret"), EACCES, "a file that may not be read");
	if (getuid() == 0 && seteuid(0) != 0)
		diag("root is lost");
	unlink(path_of("secret"));
}

static void
check_refused(const char *config, const char *credentials, const char *why, const char *title)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct profiles *p = load(config, credentials, &err);
	char expected[256];

	snprintf(expected, sizeof expected, "Unable to parse config file: %s (%s)",
	    path_of(credentials[0] == '\0' ? "config" : "credentials"), why);
	ok(p == NULL, "%s is refused", title);
	is_text(err.message, expected, "%s: the file, the line and why", title);
	is_text(err.code, "ConfigParseError", "%s: botocore's name for it", title);
	is_number(err.rc, SSM_E_CONFIG, "%s: a matter of configuration", title);
	ok(strstr(err.message, "MARKER") == NULL, "%s: nothing of the text is told", title);
	profiles_free(p);
	ssm_error_clear(&err);
}

static void
check_messages(void)
{
	check_refused("[default]\nMARKER\n", "", "line 2: neither a section nor 'name = value'",
	    "a line that is nothing");
	check_refused("[default]\n= MARKER\n", "", "line 2: a value without a name", "no name");
	check_refused("MARKER=1\n", "", "line 1: a line before any section", "no section");
	check_refused("", "[MARKER]\n\n[MARKER]\n", "line 3: the same section twice",
	    "a section twice");
	check_refused("", "[x]\nMARKER=1\ny=2\nmarker=3\n",
	    "line 4: the same name twice in a section", "a name twice");
	check_refused("[x]\ny=\n  MARKER\n", "",
	    "line 2: in the nested block a line that is not 'name = value'", "a broken block");
	check_refused("[x]\ny=MARKER\xFF\n", "", "line 2: not UTF-8", "a stray byte");
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		skip_all("no directory for the files can be made");
	check_tables();
	check_origins();
	check_services();
	check_walks();
	check_no_files();
	check_messages();
	unlink(path_of("config"));
	unlink(path_of("credentials"));
	rmdir(directory);
	return done_testing();
}
