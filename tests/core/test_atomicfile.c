/* atomicfile: what is there afterwards, and meanwhile. */
#undef _FORTIFY_SOURCE			/* open() is this file's own */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/atomicfile.h"
#include "core/io.h"
#include "tap.h"

#define PATH_LEN 256
#define WRITERS 4
#define ROUNDS 200
#define CONTENT_LEN 20000
#define KILLS 50

#define HASH "0123456789abcdef0123456789abcdef01234567"

static bool no_unnamed_files;

/* In place of libc's: a file system without unnamed files, when asked. */
int
open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (no_unnamed_files && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return openat(AT_FDCWD, path, flags, mode);
}

struct place {
	char home[PATH_LEN / 4], directory[PATH_LEN / 2], file[PATH_LEN];
};

static struct place
make_place(void)
{
	struct place place;
	const char *base = getenv("TMPDIR");

	snprintf(place.home, sizeof place.home, "%s/atomicXXXXXX", base == NULL ? "/tmp" : base);
	if (mkdtemp(place.home) == NULL)
		skip_all("no temporary directory");
	snprintf(place.directory, sizeof place.directory, "%s/a/b", place.home);
	snprintf(place.file, sizeof place.file, "%s/" HASH ".json", place.directory);
	return place;
}

static void
remove_place(const struct place *place)
{
	char command[PATH_LEN];

	snprintf(command, sizeof command, "rm -rf '%s'", place->home);
	ok(system(command) == 0, "the temporary directory is gone");
}

static unsigned
mode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

static int
count_files(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int count = 0;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (directory != NULL)
		closedir(directory);
	return count;
}

static bool
holds(const char *path, struct view expected)
{
	struct bytes text = BYTES_INIT(1024 * 1024);
	bool same = io_read_file(&text, path) == 0 && view_equal(bytes_view(&text), expected);

	bytes_clear(&text);
	return same;
}

static void
test_modes(void)
{
	struct place place = make_place();
	char parent[PATH_LEN];
	mode_t mask = umask(0);

	snprintf(parent, sizeof parent, "%s/a", place.home);
	ok(atomicfile_write(place.file, VIEW("one")) == 0, "a file in a directory that is missing");
	umask(0777);
	ok(holds(place.file, VIEW("one")), "its content");
	is_number(mode_of(place.file), 0600, "its mode, whatever the umask");
	is_number(mode_of(place.directory), 0700, "the mode of its directory");
	is_number(mode_of(parent), 0700, "the mode of the directory above");
	chmod(place.file, 0644);
	chmod(place.directory, 0755);
	ok(atomicfile_write(place.file, VIEW("two")) == 0, "a file that is there is replaced");
	umask(mask);
	ok(holds(place.file, VIEW("two")), "its new content");
	is_number(mode_of(place.file), 0600, "its new mode");
	is_number(mode_of(place.directory), 0755, "a directory that is there keeps its mode");
	is_number(count_files(place.directory), 1, "there is no other file");
	remove_place(&place);
}

static void
test_published(void)
{
	struct place place = make_place();
	mode_t mask;

	ok(atomicfile_publish(place.file, VIEW("one")) == -1 && errno == ENOENT,
	    "a file for others is not put into a directory that is missing");
	is_number(count_files(place.home), 0, "which is not made");
	ok(atomicfile_write(place.file, VIEW("one")) == 0, "a private file");
	mask = umask(0777);
	ok(atomicfile_publish(place.file, VIEW("two")) == 0, "is replaced by one for others");
	umask(mask);
	ok(holds(place.file, VIEW("two")), "its content");
	is_number(mode_of(place.file), 0644, "its mode, whatever the umask");
	is_number(count_files(place.directory), 1, "there is no other file");
	remove_place(&place);
}

static void
test_left_over(void)
{
	struct place place = make_place();
	char other[PATH_LEN + 64];

	snprintf(other, sizeof other, "%s/." HASH ".json.new", place.directory);
	ok(atomicfile_write(place.file, VIEW("one")) == 0 && atomicfile_write(other, VIEW("half")) == 0,
	    "what a killed process may leave");
	ok(atomicfile_write(place.file, VIEW("two")) == 0, "does not stop the next");
	ok(holds(place.file, VIEW("two")), "whose content counts");
	is_number(count_files(place.directory), 1, "and is removed");
	remove_place(&place);
}

/* Where files have names while they are written, each has its own. */
static void
test_left_over_named(void)
{
	struct place place = make_place();
	char other[PATH_LEN + 64];

	snprintf(other, sizeof other, "%s/." HASH ".json.abcdef.new", place.directory);
	ok(atomicfile_write(place.file, VIEW("one")) == 0 && atomicfile_write(other, VIEW("half")) == 0,
	    "no unnamed files: what a killed process may leave");
	ok(atomicfile_write(place.file, VIEW("two")) == 0 && holds(place.file, VIEW("two")), "does not stop the next");
	atomicfile_sweep(place.file);
	is_number(count_files(place.directory), 1, "and is swept");
	remove_place(&place);
}

/* What the dead leave is swept, whoever else's file is beside it. */
static void
test_sweep(void)
{
	static const char *const names[] = { "." HASH ".json.new", "." HASH ".json.Ab0Xyz.new", "." HASH HASH ".json.new",
		HASH ".json", "." HASH ".json", "." HASH ".new", ".abc.json.new", "." HASH ".json.Ab0Xy.new",
		".bashrc.new", "." HASH ".json.newer" };
	struct place place = make_place();
	char path[PATH_LEN + 128], linked[PATH_LEN + 128];
	int fd;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof path, "%s/%s", place.directory, names[i]);
		ok(atomicfile_write(path, VIEW("half")) == 0, "a file %s", names[i]);
	}
	snprintf(linked, sizeof linked, "%s/." HASH "0.json.new", place.directory);
	ok(symlink(place.file, linked) == 0, "a link");
	snprintf(path, sizeof path, "%s/%s", place.directory, names[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ok(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0, "one that somebody is writing");
	atomicfile_sweep(place.file);
	is_number(count_files(place.directory), ARRAY_LEN(names) + 1 - 2, "two of the dead are gone");
	ok(access(path, F_OK) == 0, "the one at work is not");
	close(fd);
	atomicfile_sweep(place.file);
	ok(access(path, F_OK) != 0 && errno == ENOENT, "it is when its writer has died");
	is_number(count_files(place.directory), ARRAY_LEN(names) + 1 - 3, "and all else is there");
	snprintf(path, sizeof path, "%s/none/x", place.directory);
	atomicfile_sweep(path);
	remove_place(&place);
}

static void
test_failures(void)
{
	struct place place = make_place();
	char under[PATH_LEN + 8];

	ok(atomicfile_write("", VIEW("x")) == -1 && errno == ENOENT, "an empty path is refused");
	ok(atomicfile_write(place.file, VIEW("one")) == 0, "a file");
	snprintf(under, sizeof under, "%s/x", place.file);
	ok(atomicfile_write(under, VIEW("x")) == -1 && errno == ENOTDIR, "is no directory for another");
	ok(atomicfile_write(place.directory, VIEW("x")) == -1 && errno == EISDIR,
	    "a directory is not replaced");
	is_number(count_files(place.directory), 1, "and nothing is left in it");
	snprintf(under, sizeof under, "%s/a", place.home);
	is_number(count_files(under), 1, "nor beside it");
	remove_place(&place);
}

static void
test_link(void)
{
	struct place place = make_place();
	char other[PATH_LEN + 8];

	snprintf(other, sizeof other, "%s/other", place.directory);
	ok(atomicfile_write(other, VIEW("other")) == 0 && symlink(other, place.file) == 0, "a link");
	ok(atomicfile_write(place.file, VIEW("one")) == 0 && holds(place.file, VIEW("one")),
	    "is replaced");
	ok(holds(other, VIEW("other")), "where it led to is as before");
	remove_place(&place);
}

static _Noreturn void
write_often(const char *path, char letter, int told)
{
	char content[CONTENT_LEN];

	memset(content, letter, sizeof content);
	for (int i = 0; i < ROUNDS; i++)
		if (atomicfile_write(path, (struct view){ content, sizeof content }) != 0)
			_exit(1);
		else if (told >= 0 && write(told, "w", 1) != 1)
			_exit(1);
	_exit(0);
}

static bool
is_whole(struct view text)
{
	for (size_t i = 1; i < text.len; i++)
		if (text.ptr[i] != text.ptr[0])
			return false;
	return text.len == CONTENT_LEN;
}

static void
test_many_writers(void)
{
	struct place place = make_place();
	struct bytes text = BYTES_INIT(1024 * 1024);
	int running = WRITERS, failed = 0, halves = 0, reads = 0, status;

	ok(atomicfile_write(place.file, VIEW("")) == 0, "an empty file");
	ok(atomicfile_write(place.file, VIEW("x")) == 0, "one of a byte");
	unlink(place.file);
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			write_often(place.file, (char)('a' + i), -1);
	while (running > 0) {
		if (waitpid(-1, &status, reads == 0 ? 0 : WNOHANG) > 0) {
			failed += status != 0;
			running--;
		}
		reads++;
		if (io_read_file(&text, place.file) != 0 || !is_whole(bytes_view(&text)))
			halves++;
	}
	is_number(failed, 0, "writers of one file at one time: none fails");
	ok(halves == 0 && reads > 1, "a reader finds a whole file each time");
	is_number(count_files(place.directory), 1, "nothing else is left");
	bytes_clear(&text);
	remove_place(&place);
}

/* Killed at any moment: the file is one that was written, and the next write clears up. */
static void
test_killed(void)
{
	struct place place = make_place();
	struct bytes text = BYTES_INIT(1024 * 1024);
	int halves = 0, others = 0, swept = 0, status;

	ok(atomicfile_write(place.file, VIEW("x")) == 0, "a file to be replaced");
	unlink(place.file);
	fflush(stdout);
	for (int i = 0; i < KILLS; i++) {
		int told[2] = { -1, -1 };
		pid_t child = pipe(told) == 0 ? fork() : -1;
		char byte;

		if (child == 0)
			write_often(place.file, 'k', told[1]);
		close(told[1]);
		for (int writes = 0; writes <= i % 5; writes++)
			ok(read(told[0], &byte, 1) == 1, "a process that writes often");
		kill(child, SIGKILL);
		close(told[0]);
		waitpid(child, &status, 0);
		atomicfile_sweep(place.file);
		swept += count_files(place.directory) > 1;
		halves += io_read_file(&text, place.file) == 0 ? !is_whole(bytes_view(&text)) :
		    errno != ENOENT;
		if (atomicfile_write(place.file, bytes_view(&text)) != 0 ||
		    count_files(place.directory) != 1)
			others++;
	}
	is_number(halves, 0, "after kill -9 the file is whole");
	is_number(swept, 0, "alone after a sweep");
	is_number(others, 0, "and after the next write alone");
	bytes_clear(&text);
	remove_place(&place);
}

int
main(void)
{
	test_modes();
	test_published();
	test_left_over();
	test_failures();
	test_link();
	test_sweep();
	test_many_writers();
	test_killed();
	no_unnamed_files = true;
	test_modes();
	test_left_over_named();
	test_many_writers();
	test_killed();
	return done_testing();
}
