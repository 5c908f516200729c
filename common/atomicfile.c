#include "atomicfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define ATTEMPTS_MAX 100		/* others that write the same file at the same time */
#define PROC_NAME_MAX 40

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
	rc = fill(fd, content, mode) == 0 ? name_file(proc, path, aside) : -1;
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

/* For file systems that have no unnamed files. `draft` ends in XXXXXX. */
static int
write_named(char *draft, const char *path, struct view content, mode_t mode)
{
	int fd = mkostemp(draft, O_CLOEXEC), rc, saved;

	if (fd < 0)
		return -1;
	rc = fill(fd, content, mode) == 0 ? rename(draft, path) : -1;
	saved = errno;
	if (rc != 0)
		unlink(draft);
	close(fd);
	errno = saved;
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
	char *aside = beside(path, ".new"), *draft = beside(path, ".XXXXXX"), *copy = strdup(path);
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
