/* role_cache: which entries are used, how they are written, who waits for whom. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io.h"
#include "json/json.h"
#include "role/role_cache.h"
#include "tap.h"

#define NOW 4070908800			/* 2099-01-01T00:00:00Z */
#define KEY VIEW("{\"RoleArn\": \"arn:aws:iam::111122223333:role/r\"}")
#define NAME "e2d92bb0968bc57e345aa2b57c84f636d95a03fd.json"
#define ENTRY(expiration) "{\"Credentials\": {\"AccessKeyId\": \"ASIA1\", \"SecretAccessKey\": " \
	"\"s/s\", \"SessionToken\": \"t==\", \"Expiration\": " expiration "}}"

static struct role_cache
open_cache(void)
{
	struct role_cache cache = ROLE_CACHE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (role_cache_open(&cache, KEY, &err) != SSM_OK)
		abort();
	ssm_error_clear(&err);
	return cache;
}

/* Puts text where the entry is, as another tool would. */
static void
put(const char *text, size_t len)
{
	struct role_cache cache = open_cache();
	int fd;

	role_cache_store(&cache, VIEW("{}"));
	if ((fd = open(cache.path.ptr, O_WRONLY | O_TRUNC | O_CLOEXEC)) < 0 ||
	    io_write_all(fd, (struct view){ text, len }) != 0 || close(fd) != 0)
		abort();
	role_cache_close(&cache);
}

/* The session token that a look finds, or "none". */
static void
is_found(const char *expected, const char *title)
{
	struct role_cache cache = open_cache();
	struct credentials who = CREDENTIALS_INIT;
	bool found = role_cache_load(&cache, NOW, &who);

	is_view(found ? bytes_view(&who.session_token) : VIEW("none"), view_of(expected), "%s", title);
	ok(found || (who.access_key_id.len == 0 && who.secret_access_key.len == 0 && !who.expires),
	    "%s: nothing is left of what is not used", title);
	credentials_clear(&who);
	role_cache_close(&cache);
}

static const struct {
	const char *text, *found, *title;
} entries[] = {
	{ ENTRY("\"2099-01-01T00:15:00Z\""), "t==", "15 minutes left" },
	{ ENTRY("\"2099-01-01T00:14:59Z\""), "none", "one second less" },
	{ ENTRY("\"2098-12-31T00:00:00Z\""), "none", "an entry that is over" },
	{ ENTRY("\"2099-01-01T01:00:00UTC\""), "t==", "boto3's way to write UTC" },
	{ ENTRY("\"2099-01-01T01:00:00+00:00\""), "t==", "an offset" },
	{ ENTRY("\"2099-01-01T01:00:00+01:00\""), "none", "another offset" },
	{ ENTRY("\"soon\""), "none", "no time" },
	{ ENTRY("4070912400"), "none", "a time that is a number" },
	{ ENTRY("null"), "none", "a null" },
	{ "", "none", "an empty file" },
	{ "{\"Credentials\": {\"AccessKeyId\": \"ASIA1\", \"Secr", "none", "half a file" },
	{ "[]", "none", "an array" },
	{ "{}", "none", "an object without keys" },
	{ "{\"Credentials\": 1}", "none", "keys that are a number" },
	{ "{\"Credentials\": \"x\"}", "none", "keys that are a string" },
	{ "{\"Credentials\": {\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\", \"Expiration\": "
	    "\"2099-01-02T00:00:00Z\"}}", "none", "no token" },
	{ "{\"Credentials\": {\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\", \"SessionToken\": "
	    "\"a\\nb\", \"Expiration\": \"2099-01-02T00:00:00Z\"}}", "none", "a token that cannot be sent" },
	{ "{\"ProviderType\": \"sso\", \"Credentials\": {\"AccessKeyId\": \"A\", \"SecretAccessKey\": "
	    "\"s\", \"SessionToken\": \"u\", \"Expiration\": \"2099-01-02T00:00:00Z\", \"AccountId\": "
	    "\"1\"}, \"ResponseMetadata\": {\"HTTPStatusCode\": 200}}", "u", "what else is in it is passed over" },
};

static void
check_entries(void)
{
	is_found("none", "no directory");
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		put(entries[i].text, strlen(entries[i].text));
		is_found(entries[i].found, entries[i].title);
	}
	put("{\"Credentials\": \"\0\"}", 20);
	is_found("none", "a NUL");
}

static void
check_big(void)
{
	static char text[1024 * 1024];

	memset(text, ' ', sizeof text);
	memcpy(text, ENTRY("\"2099-01-01T01:00:00Z\""), sizeof ENTRY("\"2099-01-01T01:00:00Z\"") - 1);
	put(text, sizeof text);
	is_found("none", "a file of 1 MiB");
}

static unsigned
mode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

/* How many files there are in the cache, the lock's left out. */
static int
count_files(void)
{
	DIR *directory = opendir(".aws/cli/cache");
	int count = 0;

	for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, ".lock") != 0;
	if (directory != NULL)
		closedir(directory);
	return count;
}

static void
check_store(void)
{
	struct role_cache cache = open_cache();
	const struct view good = VIEW(ENTRY("\"2099-01-01T01:00:00Z\""));

	umask(0);
	ok(role_cache_store(&cache, good), "an entry is written");
	is_number(mode_of(".aws/cli/cache/" NAME), 0600, "its mode");
	is_number(mode_of(".aws/cli/cache"), 0700, "its directory's");
	is_number(mode_of(".aws"), 0700, "and that of the one above");
	ok(role_cache_store(&cache, good), "and again");
	is_number(count_files(), 1, "there is one file");
	role_cache_lock(&cache);
	is_number(mode_of(".aws/cli/cache/.lock"), 0600, "the lock's mode");
	umask(022);
	role_cache_close(&cache);
	is_found("t==", "what was written is found");
}

/* A process that locks, says so, and keeps the lock until it is killed. */
static pid_t
hold_lock(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) != 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		struct role_cache cache = open_cache();

		role_cache_lock(&cache);
		io_write_all(ready[1], VIEW("x"));
		pause();
		_exit(0);
	}
	close(ready[1]);
	if (io_read(ready[0], &byte, 1) != 1)
		abort();
	close(ready[0]);
	return pid;
}

/* A process that wants the lock; done is readable when it has it. */
static pid_t
want_lock(struct view key, int *done)
{
	int ready[2];
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) != 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		struct role_cache cache = ROLE_CACHE_INIT;
		struct ssm_error err = SSM_ERROR_INIT;

		role_cache_open(&cache, key, &err);
		role_cache_lock(&cache);
		io_write_all(ready[1], VIEW("x"));
		role_cache_close(&cache);
		_exit(0);
	}
	close(ready[1]);
	*done = ready[0];
	return pid;
}

/* Whether process `pid` comes to sleep; there is but the lock for it to wait for. */
static bool
sleeps(pid_t pid)
{
	char path[64], text[512];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 1000000; i++) {
		FILE *file = fopen(path, "re");
		size_t len = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);

		text[len] = '\0';
		if (file != NULL)
			fclose(file);
		if (strstr(text, ") S ") != NULL)
			return true;
		sched_yield();
	}
	return false;
}

static void
check_lock(void)
{
	pid_t holder = hold_lock(), other, waiter;
	char byte;
	int done;

	other = want_lock(VIEW("{\"RoleArn\": \"another\"}"), &done);
	is_number(io_read(done, &byte, 1), 1, "another entry's lock is free");
	close(done);
	waitpid(other, NULL, 0);
	waiter = want_lock(KEY, &done);
	ok(sleeps(waiter) && !io_readable(done), "a second process waits for the entry's lock");
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	is_number(io_read(done, &byte, 1), 1, "and has it when the first is killed");
	close(done);
	waitpid(waiter, NULL, 0);
}

/* Writes entries for as long as it lives. */
static pid_t
write_for_ever(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct role_cache cache = open_cache();

		for (;;)
			role_cache_store(&cache, VIEW(ENTRY("\"2099-01-01T01:00:00Z\"")));
	}
	return pid;
}

static bool
is_whole(struct view text)
{
	struct json_doc doc = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	bool whole = json_parse(&doc, text, "the entry", &err) == SSM_OK;

	json_clear(&doc);
	ssm_error_clear(&err);
	return whole;
}

/* Whoever reads while others write finds a whole entry, or none. */
static void
check_readers(void)
{
	struct role_cache cache = open_cache();
	struct bytes text = BYTES_INIT(65536);
	pid_t writers[2] = { write_for_ever(), write_for_ever() };
	int halves = 0, wholes = 0;

	for (int i = 0; i < 5000000 && wholes < 2000; i++)
		if (io_read_file(&text, cache.path.ptr) == 0) {
			wholes += is_whole(bytes_view(&text));
			halves += !is_whole(bytes_view(&text));
		}
	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		kill(writers[i], SIGKILL);
		waitpid(writers[i], NULL, 0);
	}
	ok(wholes > 0 && halves == 0, "readers find whole entries: %d, %d of them half", wholes, halves);
	bytes_clear(&text);
	role_cache_close(&cache);
}

/* Killed at any moment, a process leaves a whole entry or none, and no other file. */
static void
check_killed(void)
{
	struct role_cache cache = open_cache();
	struct bytes text = BYTES_INIT(65536);
	int bad = 0;

	for (int i = 0; i < 100; i++) {
		pid_t pid = write_for_ever();

		for (int turns = 0; turns < 10 * i; turns++)
			sched_yield();
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (io_read_file(&text, cache.path.ptr) == 0)
			bad += !is_whole(bytes_view(&text)) || count_files() != 1;
		else
			bad += count_files() != 0;
	}
	is_number(bad, 0, "kill -9 leaves one whole file or none");
	bytes_clear(&text);
	role_cache_close(&cache);
}

/* Root may write anywhere; a file where a directory should be stops even that. */
static void
check_unwritable(void)
{
	struct role_cache cache = open_cache();
	int fd = open("file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	close(fd);
	bytes_set(&cache.path, VIEW("file/cache/" NAME));
	bytes_cstr(&cache.path);
	role_cache_lock(&cache);
	is_number(cache.lock, -1, "no lock where there can be no directory");
	ok(!role_cache_store(&cache, VIEW("{}")), "and no entry");
	role_cache_close(&cache);
}

int
main(void)
{
	char home[] = "/tmp/test_role_cache.XXXXXX", command[64];

	if (mkdtemp(home) == NULL || chdir(home) != 0 || setenv("HOME", home, 1) != 0)
		skip_all("no directory to work in");
	check_entries();
	check_big();
	check_store();
	check_lock();
	check_readers();
	check_killed();
	check_unwritable();
	snprintf(command, sizeof command, "rm -rf '%s'", home);
	ok(chdir("/") == 0 && system(command) == 0, "the directory is gone again");
	return done_testing();
}
