/* sharedini and profiles: what the text of the two files comes to, row by row. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/profiles.h"
#include "config/text.h"
#include "tap.h"

#define TEXT_MAX (16 * 1024 * 1024)

struct files {
	char directory[64];
	char config[96], credentials[96];
};

static bool
write_file(const char *path, struct view text)
{
	FILE *to = fopen(path, "w");
	bool good = to != NULL && fwrite(text.ptr, 1, text.len, to) == text.len;

	return (to == NULL || fclose(to) == 0) && good;
}

static void
make_files(struct files *files)
{
	if (mkdtemp(files->directory) == NULL)
		skip_all("no directory for the files can be made");
	snprintf(files->config, sizeof files->config, "%s/config", files->directory);
	snprintf(files->credentials, sizeof files->credentials, "%s/credentials", files->directory);
}

static void
remove_files(const struct files *files)
{
	unlink(files->config);
	unlink(files->credentials);
	rmdir(files->directory);
}

static void
render_table(struct bytes *out, const struct profiles *profiles, enum profiles_table table,
    const char *prefix)
{
	struct profiles_property property;
	struct view section;

	for (size_t i = 0; profiles_next_section(profiles, table, &i, &section); ) {
		bytes_add_text(out, prefix);
		bytes_add(out, section);
		bytes_add_char(out, '{');
		for (size_t j = 0; profiles_next_property(profiles, table, section, &j,
		    &property); ) {
			if (out->ptr[out->len - 1] != '{')
				bytes_add_char(out, '|');
			bytes_add(out, property.name);
			bytes_add_char(out, '=');
			bytes_add(out, property.value);
		}
		bytes_add_char(out, '}');
	}
}

/* name{property=value|...} for every profile, sso: and svc: before the others; or !why. */
static void
render(struct bytes *out, const struct files *files)
{
	struct profiles *profiles = NULL;
	struct ssm_error err = SSM_ERROR_INIT;
	const char *why;

	bytes_reset(out);
	if (profiles_load(&profiles, files->config, files->credentials, &err) == SSM_OK) {
		render_table(out, profiles, PROFILES_MERGED, "");
		render_table(out, profiles, PROFILES_SSO_SESSIONS, "sso:");
		render_table(out, profiles, PROFILES_SERVICES, "svc:");
	} else {
		bytes_add_char(out, '!');
		why = strstr(err.message, " (");
		bytes_add_text(out, why != NULL ? why + 2 : err.message);
		if (why != NULL)
			out->len--;		/* the ')' */
	}
	bytes_cstr(out);
	profiles_free(profiles);
	ssm_error_clear(&err);
}

struct row {
	const char *title, *config, *credentials, *expected;
};

#define NBSP "\xC2\xA0"
#define NO_OPTION "neither a section nor 'name = value'"
#define NO_SECTION "a line before any section"
#define BROKEN_BLOCK "in the nested block a line that is not 'name = value'"

static const struct row headers[] = {
	{ "a header with double quotes", "[profile \"a b\"]", "", "a b{}" },
	{ "a header with single quotes", "[profile 'a b']", "", "a b{}" },
	{ "a header with a backslash", "[profile a\\ b]", "", "a b{}" },
	{ "three words name nothing", "[profile a b]", "", "" },
	{ "one word names nothing", "[profile]", "", "" },
	{ "an open quote names nothing", "[profile \"x]", "", "" },
	{ "a backslash at the end names nothing", "[profile x\\]", "", "" },
	{ "an empty name", "[profile \"\"]", "", "{}" },
	{ "a backslash takes itself away", "[profile DOM\\user]", "", "DOMuser{}" },
	{ "two spaces in a header", "[profile  x]", "", "x{}" },
	{ "a tab in a header", "[profile\tx]", "", "x{}" },
	{ "the prefix is only a prefix", "[profiles x]\n[profilefoo y]", "", "x{}y{}" },
	{ "prefixes of the other kinds", "[sso-sessions x]\n[servicesfoo y]", "", "sso:x{}svc:y{}" },
	{ "a blank before the name defeats the match", "[ default ]\n[ profile x ]", "", "" },
	{ "[foo] is no profile in the config file", "[foo]\na=b\n[plugins]\n[preview]", "", "" },
	{ "text behind the last bracket is dropped", "[default] ; note", "", "default{}" },
	{ "a bracket in the note is part of the header", "[profile x] # [y]", "", "" },
	{ "headers are case-sensitive", "[Profile x]\n[Default]", "", "" },
	{ "[profile foo], [profile \"foo\"]: the later replaces",
	    "[profile foo]\na=1\nb=2\n[profile \"foo\"]\nc=3", "", "foo{c=3}" },
	{ "[default], [profile default]: the later replaces",
	    "[default]\na=1\n[profile default]\nb=2", "", "default{b=2}" },
	{ "[profile default], [default]: the later replaces",
	    "[profile default]\na=1\n[default]\nb=2", "", "default{b=2}" },
	{ "[default] twice", "[default]\n[default]", "", "!line 2: the same section twice" },
	{ "[foo] twice", "[foo]\n[x]\n[foo]", "", "!line 3: the same section twice" },
	{ "sso-session and services", "[sso-session s]\na=1\n[services v]\nssm=\n  b=2", "",
	    "sso:s{a=1}svc:v{ssm=\nb=2}" },
	{ "names of 60 bytes that differ in the last",
	    "[profile aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff1]\n"
	    "[profile aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff2]", "",
	    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff1{}"
	    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff2{}" },
};

static const struct row merging[] = {
	{ "every section of the credentials file is a profile", "",
	    "[default]\n[foo]\n[profile foo]\n[sso-session s]\n[services v]",
	    "default{}foo{}profile foo{}sso-session s{}services v{}" },
	{ "the credentials file beats the config file, property by property",
	    "[default]\nregion=c\noutput=c", "[default]\nregion=k\nendpoint_url=k",
	    "default{endpoint_url=k|region=k|output=c}" },
	{ "names in the credentials file are literal", "[profile a b]\n[profile \"a b\"]\nx=1",
	    "[a b]\nx=2\n[\"a b\"]\nx=3", "a b{x=2}\"a b\"{x=3}" },
	{ "DEFAULT before, between and after",
	    "[DEFAULT]\na=1\n[default]\nb=2\n[DEFAULT]\nc=3\n[profile x]\na=9\n[DEFAULT]", "",
	    "default{b=2|a=1|c=3}x{a=9|c=3}" },
	{ "DEFAULT after all sections", "[default]\n[DEFAULT]\na=1", "", "default{a=1}" },
	{ "DEFAULT alone is no section", "[DEFAULT]\na=1", "", "" },
	{ "DEFAULT of the credentials file beats the config file", "[default]\na=1",
	    "[DEFAULT]\na=2\n[default]", "default{a=2}" },
	{ "a name in two DEFAULT sections", "[DEFAULT]\na=1\n[x]\n[DEFAULT]\nA=1", "",
	    "!line 5: the same name twice in a section" },
	{ "a broken block in DEFAULT that every section overrides",
	    "[DEFAULT]\na=\n  b\n[default]\na=1", "", "default{a=1}" },
	{ "a broken block in DEFAULT that a section inherits",
	    "[DEFAULT]\na=\n  b\n[default]\na=1\n[x]", "", "!line 2: " BROKEN_BLOCK },
	{ "a broken block in DEFAULT and no section", "[DEFAULT]\na=\n  b", "", "" },
	{ "a broken credentials file is fatal", "[default]", "[default", "!line 1: " NO_SECTION },
};

static const struct row lines[] = {
	{ "no inline comment", "[default]\nregion = us-east-1 ; note\ny = a # c\nx=a;b", "",
	    "default{region=us-east-1 ; note|x=a;b|y=a # c}" },
	{ "a value that starts like a comment", "[default]\na = ;x\nb = # x", "",
	    "default{a=;x|b=# x}" },
	{ "names become lower-case", "[default]\nREGION = X", "", "default{region=X}" },
	{ "a colon parts too", "[default]\nregion : a\noutput:b", "",
	    "default{output=b|region=a}" },
	{ "the first delimiter counts", "[default]\nca_bundle:C:\\x=y\nz=a:b", "",
	    "default{ca_bundle=C:\\x=y|z=a:b}" },
	{ "quotes stay", "[default]\nregion = \"us-east-1\"", "", "default{region=\"us-east-1\"}" },
	{ "an empty value is a value", "[default]\nregion =", "", "default{region=}" },
	{ "values of brackets and delimiters", "[default]\na=[s]\nb==\nc===", "",
	    "default{a=[s]|b==|c===}" },
	{ "two options indented alike", "[default]\n  a=1\n  b=2", "", "default{a=1|b=2}" },
	{ "a deeper line continues", "[default]\nregion = a\n  output = b", "",
	    "default{region=a\noutput = b}" },
	{ "a tab counts as one", "[default]\n  region = a\n\toutput = b", "",
	    "default{output=b|region=a}" },
	{ "NBSP is an indent", "[default]\nregion = a\n" NBSP "b", "", "default{region=a\nb}" },
	{ "blank lines within a value stay, behind it they go",
	    "[default]\nregion = a\n b\n\n c\n\n", "", "default{region=a\nb\n\nc}" },
	{ "a comment within a value goes", "[default]\na=1\n  2\n# x\n ;y\n  3", "",
	    "default{a=1\n2\n3}" },
	{ "a header-like deeper line continues", "[default]\na=1\n [x]", "", "default{a=1\n[x]}" },
	{ "nothing continues a header", "[default]\n   a=1\n b=2", "", "default{a=1|b=2}" },
	{ "a name without a delimiter", "[default]\nregion", "", "!line 2: " NO_OPTION },
	{ "a delimiter without a name", "[default]\n=v", "", "!line 2: a value without a name" },
	{ "an open bracket with a delimiter is an option", "[default]\n[oops = 1", "",
	    "default{[oops=1}" },
	{ "empty brackets", "[default]\n[]", "", "!line 2: " NO_OPTION },
	{ "a bracket in brackets", "[]]\n[default]", "", "default{}" },
	{ "an option before any header", "region=a\n[default]", "", "!line 1: " NO_SECTION },
	{ "a comment before any header", "# x\n; y\n\n[default]", "", "default{}" },
	{ "a BOM", "\xEF\xBB\xBF[default]", "", "default{}" },
	{ "a BOM before a comment", "\xEF\xBB\xBF# x\n[default]", "", "default{}" },
	{ "a byte that is not UTF-8", "[default]\na=1\nb=\xFF", "", "!line 3: not UTF-8" },
	{ "a surrogate", "[default]\na=\xED\xA0\x80", "", "!line 2: not UTF-8" },
	{ "NBSP around a value and a name", "[default]\na" NBSP "=" NBSP "b" NBSP, "",
	    "default{a=b}" },
	{ "an empty file", "", "", "" },
	{ "only comments", "# a\n;b\n   # c", "", "" },
	{ "no interpolation", "[default]\nregion = %(x)s%%", "", "default{region=%(x)s%%}" },
	{ "CR LF and a lone CR end a line", "[default]\r\na=1\r\n\r\n  2\rb=3\r", "",
	    "default{a=1\n\n2|b=3}" },
	{ "U+2028 and VT do not end a line", "[default]\na=1\xE2\x80\xA8" "2\v3", "",
	    "default{a=1\xE2\x80\xA8" "2\v3}" },
	{ "the same name in another case", "[default]\nRegion=a\nregion=b", "",
	    "!line 3: the same name twice in a section" },
	{ "a name of 70 bytes with continuation lines",
	    "[default]\n"
	    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg = 1\n 2\n 3", "",
	    "default{aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg=1\n2\n3}" },
};

static const struct row blocks[] = {
	{ "a block keeps its lines", "[default]\ns3 =\n  a = 1\n\n  # x\n  B=2\n", "",
	    "default{s3=\na = 1\n\nB=2}" },
	{ "a colon does not part in a block", "[default]\ns3 =\n  a : 1", "",
	    "!line 2: " BROKEN_BLOCK },
	{ "a line of a block without '='", "[default]\ns3 =\n  a=1\n  b", "",
	    "!line 2: " BROKEN_BLOCK },
	{ "a colon beside '=' is part of the name", "[default]\ns3 =\n  a:b=1", "",
	    "default{s3=\na:b=1}" },
	{ "nothing under the name is an empty value", "[default]\ns3 =\n\n\nx=1", "",
	    "default{s3=|x=1}" },
	{ "a first line makes it no block", "[default]\ns3 = x\n  a", "", "default{s3=x\na}" },
	{ "VT ends a line of a block", "[default]\ns3 =\n  a=1\vb", "", "!line 2: " BROKEN_BLOCK },
	{ "U+2028 ends a line of a block", "[default]\ns3 =\n  a=1\xE2\x80\xA8" "b", "",
	    "!line 2: " BROKEN_BLOCK },
	{ "U+0085 ends a line of a block", "[default]\ns3 =\n  a=1\xC2\x85" "b", "",
	    "!line 2: " BROKEN_BLOCK },
	{ "U+001F does not", "[default]\ns3 =\n  a=1\x1F" "b", "", "default{s3=\na=1\x1F" "b}" },
	{ "a block in CR LF without a last line end", "[default]\r\ns3 =\r\n  a=1\r\n  b=2", "",
	    "default{s3=\na=1\nb=2}" },
};

static void
check_rows(const struct row *rows, size_t count, const struct files *files)
{
	struct bytes got = BYTES_INIT(TEXT_MAX);

	for (size_t i = 0; i < count; i++) {
		bool written = write_file(files->config, view_of(rows[i].config)) &&
		    write_file(files->credentials, view_of(rows[i].credentials));

		render(&got, files);
		if (!written)
			ok(false, "%s: the files can be written", rows[i].title);
		else
			is_text(got.ptr, rows[i].expected, "%s", rows[i].title);
	}
	bytes_clear(&got);
}

/* --- sizes and bytes that a row cannot show --- */

static void
fill(struct bytes *text, const char *head, size_t count, const char *tail)
{
	bytes_reset(text);
	bytes_add_text(text, head);
	for (size_t i = 0; i < count; i++)
		bytes_add_char(text, "abcdefg/+"[i % 9]);
	bytes_add_text(text, tail);
}

static void
check_tokens(const struct files *files)
{
	static const size_t sizes[] = { 300, 2500, 65000 };
	struct bytes text = BYTES_INIT(TEXT_MAX), got = BYTES_INIT(TEXT_MAX),
	    expected = BYTES_INIT(TEXT_MAX);

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		fill(&text, "[default]\naws_session_token = ", sizes[i] - 2, "==\nregion=x\n");
		write_file(files->config, bytes_view(&text));
		fill(&expected, "default{aws_session_token=", sizes[i] - 2, "==|region=x}");
		render(&got, files);
		is_view(bytes_view(&got), bytes_view(&expected), "a token of %zu bytes is exact",
		    sizes[i]);
	}
	bytes_clear(&text);
	bytes_clear(&got);
	bytes_clear(&expected);
}

static void
check_limits(const struct files *files)
{
	struct bytes text = BYTES_INIT(TEXT_MAX), got = BYTES_INIT(TEXT_MAX);

	fill(&text, "[default]\na=", CONFIGTEXT_LINE_MAX - 2, "\n");
	write_file(files->config, bytes_view(&text));
	render(&got, files);
	is_number(got.len, CONFIGTEXT_LINE_MAX + strlen("default{}"), "a line of 65,536 bytes");
	fill(&text, "[default]\na=", CONFIGTEXT_LINE_MAX - 1, "\n");
	write_file(files->config, bytes_view(&text));
	render(&got, files);
	is_text(got.ptr, "!line 2: line too long", "a line of 65,537 bytes");
	fill(&text, "[default]\n#", CONFIGTEXT_LINE_MAX, "");
	write_file(files->config, bytes_view(&text));
	render(&got, files);
	is_text(got.ptr, "!line 2: line too long", "a comment of 65,537 bytes, the last line");

	bytes_set(&text, VIEW("[default]\n"));
	while (text.len < CONFIGTEXT_FILE_MAX)
		bytes_add_char(&text, '\n');
	write_file(files->config, bytes_view(&text));
	render(&got, files);
	is_text(got.ptr, "default{}", "a file of 4 MiB");
	bytes_add_char(&text, '\n');
	write_file(files->config, bytes_view(&text));
	render(&got, files);
	is_text(got.ptr, "!longer than 4 MiB", "a file of one byte more");

	write_file(files->config, VIEW("[default]\na=1\r\nb=\0\n"));
	render(&got, files);
	is_text(got.ptr, "!line 3: a NUL byte", "a NUL byte");
	bytes_clear(&text);
	bytes_clear(&got);
}

int
main(void)
{
	struct files files = { .directory = "/tmp/test_sharedini.XXXXXX" };

	make_files(&files);
	check_rows(headers, ARRAY_LEN(headers), &files);
	check_rows(merging, ARRAY_LEN(merging), &files);
	check_rows(lines, ARRAY_LEN(lines), &files);
	check_rows(blocks, ARRAY_LEN(blocks), &files);
	write_file(files.credentials, VIEW(""));
	check_tokens(&files);
	check_limits(&files);
	remove_files(&files);
	return done_testing();
}
