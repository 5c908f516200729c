#include "core/atomicfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ascii.h"
#include "core/io.h"

#define ATTEMPTS_MAX 100		/* others that write the same file at the same time */
#define PROC_NAME_MAX 40
#define HASH_MIN 40			/* SHA-1 in hexadecimal */
#define SUFFIX ".new"
#define RANDOM ".XXXXXX"

/* The directories above path, the first ones first. path is as before when this returns. */
static int
make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int rc;

		*slash = '\0';
		rc = mkdir(path, 0700);
		*slash = '/';
		if (rc != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int
fill(int fd, struct view content, mode_t mode)
{
	return fchmod(fd, mode) == 0 && io_write_all(fd, content) == 0 && fsync(fd) == 0 ? 0 : -1;
}

/* For sweepers to see that somebody is at it; where nothing can be locked, they let it be, too. */
static void
claim(int fd)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EINTR)
		;
}

/*
 * Gives the unnamed file its name. linkat() replaces nothing, so a file that is there is replaced by
 * way of a second name, the same for everybody: what a process killed right here leaves is removed by
 * the next. Whoever finds his link gone or taken by another's begins again; all of them are whole.
 */
static int
name_file(const char *proc, const char *path, const char *aside)
{
	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		if (linkat(AT_FDCWD, proc, AT_FDCWD, i == 0 ? path : aside, AT_SYMLINK_FOLLOW) == 0) {
			if (i == 0 || rename(aside, path) == 0)
				return 0;
			if (errno != ENOENT) {
				int saved = errno;

				unlink(aside);
				errno = saved;
				return -1;
			}
		} else if (errno != EEXIST)
			return -1;
		else if (i > 0 && unlink(aside) != 0 && errno != ENOENT)
			return -1;
	}
	return -1;
}

static int
write_unnamed(const char *directory, const char *path, const char *aside, struct view content,
    mode_t mode)
{
	char proc[PROC_NAME_MAX];
	int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600), rc, saved;

	if (fd < 0)
		return -1;
	snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
	claim(fd);
	rc = fill(fd, content, mode) == 0 ? name_file(proc, path, aside) : -1;
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

/* One attempt, with a name of its own; ENOENT: a sweeper was there before the lock. */
static int
write_draft(char *draft, const char *path, struct view content, mode_t mode)
{
	int fd = mkostemps(draft, sizeof SUFFIX - 1, O_CLOEXEC), rc, saved;

	if (fd < 0)
		return -1;
	claim(fd);
	rc = fill(fd, content, mode) == 0 ? rename(draft, path) : -1;
	saved = errno;
	if (rc != 0)
		unlink(draft);
	close(fd);
	errno = saved;
	return rc;
}

/* For file systems that have no unnamed files. `draft` ends in RANDOM SUFFIX. */
static int
write_named(char *draft, const char *path, struct view content, mode_t mode)
{
	char *random = draft + strlen(draft) - (sizeof RANDOM SUFFIX - 1);
	int rc;

	for (int i = 0; (rc = write_draft(draft, path, content, mode)) != 0 && errno == ENOENT &&
	    i < ATTEMPTS_MAX; i++)
		memcpy(random, RANDOM, sizeof RANDOM - 1);
	return rc;
}

/* "DIRECTORY/.NAME" + suffix, so that it is no *.json to anybody. */
static char *
beside(const char *path, const char *suffix)
{
	const char *slash = strrchr(path, '/');
	int directory_len = slash == NULL ? 0 : (int)(slash - path) + 1;
	char *text;

	return asprintf(&text, "%.*s.%s%s", directory_len, path, path + directory_len, suffix) < 0 ?
	    NULL : text;
}

static int
replace_file(const char *path, struct view content, mode_t mode, bool directories)
{
	char *aside = beside(path, SUFFIX), *draft = beside(path, RANDOM SUFFIX), *copy = strdup(path);
	const char *slash = strrchr(path, '/');
	int rc = -1, saved;

	if (*path == '\0')
		errno = ENOENT;
	else if (aside == NULL || draft == NULL || copy == NULL)
		errno = ENOMEM;
	else if (!directories || make_directories(copy) == 0) {
		copy[slash == NULL || slash == path ? 0 : slash - path] = '\0';
		rc = write_unnamed(*copy != '\0' ? copy : slash == NULL ? "." : "/", path, aside, content,
		    mode);
		if (rc != 0)		/* no O_TMPFILE, no /proc: a failure that lasts shows here too */
			rc = write_named(draft, path, content, mode);
	}
	saved = errno;
	free(aside);
	free(draft);
	free(copy);
	errno = saved;
	return rc;
}

int
atomicfile_write(const char *path, struct view content)
{
	return replace_file(path, content, 0600, true);
}

int
atomicfile_publish(const char *path, struct view content)
{
	return replace_file(path, content, 0644, false);
}

/* .HASH.json.new or .HASH.json.XXXXXX.new */
static bool
is_leftover(const char *name)
{
	const char *at = name + 1;

	if (name[0] != '.')
		return false;
	while (ascii_hex(*at) >= 0)
		at++;
	if (at - name - 1 < HASH_MIN || strncmp(at, ".json", 5) != 0)
		return false;
	at += 5;
	return strcmp(at, SUFFIX) == 0 || (strlen(at) == sizeof RANDOM SUFFIX - 1 && at[0] == '.' &&
	    strcmp(at + sizeof RANDOM - 1, SUFFIX) == 0);
}

/* Whoever writes has it locked; only its maker and root may open it. */
static void
remove_dead(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(directory, name, 0);
	close(fd);
}

void
atomicfile_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	DIR *dir = directory == NULL ? NULL : opendir(directory);
	const struct dirent *entry;

	free(directory);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (is_leftover(entry->d_name))
			remove_dead(dirfd(dir), entry->d_name);
	closedir(dir);
}
