#include "config/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/blank.h"
#include "core/io.h"
#include "core/utf8.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

enum ssm_err
configtext_refuse(struct ssm_error *err, const char *path, unsigned line, const char *why)
{
	char where[32] = "";

	if (line > 0)
		snprintf(where, sizeof where, "line %u: ", line);
	return ssm_fail(err, SSM_E_CONFIG, "ConfigParseError",
	    "Unable to parse config file: %s (%s%s)", path, where, why);
}

static unsigned
line_number(struct view text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += text.ptr[i] == '\n';
	return line;
}

/* Number of the first line that is too long, or 0. */
static unsigned
long_line(struct view text)
{
	size_t at = 0;

	for (unsigned line = 1; at < text.len; line++) {
		size_t len = view_find(view_slice(text, at, text.len), '\n');

		if (len > CONFIGTEXT_LINE_MAX)
			return line;
		at += len + 1;
	}
	return 0;
}

/* What an editor of Windows puts in front: of UTF-8 it means nothing, of UTF-16 that nothing can be read. */
static enum ssm_err
drop_mark(struct bytes *content, const char *path, struct ssm_error *err)
{
	struct view text = bytes_view(content);

	if (view_starts(text, VIEW("\xFF\xFE")) || view_starts(text, VIEW("\xFE\xFF")))
		return configtext_refuse(err, path, 1, "UTF-16, by its byte order mark: save it as UTF-8");
	if (view_starts(text, VIEW(BYTE_ORDER_MARK))) {
		content->len -= sizeof BYTE_ORDER_MARK - 1;
		memmove(content->ptr, content->ptr + sizeof BYTE_ORDER_MARK - 1, content->len);
	}
	return SSM_OK;
}

static enum ssm_err
check(struct view text, const char *path, struct ssm_error *err)
{
	size_t bad = utf8_check(text), nul = view_find(text, '\0');
	unsigned line;

	if (bad < text.len)
		return configtext_refuse(err, path, line_number(text, bad), "not UTF-8");
	if (nul < text.len)
		return configtext_refuse(err, path, line_number(text, nul), "a NUL byte");
	if ((line = long_line(text)) != 0)
		return configtext_refuse(err, path, line, "line too long");
	return SSM_OK;
}

static bool
is_no_file(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP ||
	    error == ENXIO || error == ENODEV;
}

static enum ssm_err
read_regular(struct bytes *content, int fd, const char *path, struct ssm_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || io_read_descriptor(content, fd) == 0)
		return SSM_OK;
	if (errno == ENOMEM)
		return ssm_fail_memory(err);
	return configtext_refuse(err, path, 0, errno == EFBIG ? "longer than 4 MiB" :
	    strerror(errno));
}

enum ssm_err
configtext_read(struct bytes *content, const char *path, int *unreadable, struct ssm_error *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum ssm_err rc;

	*unreadable = 0;
	bytes_reset(content);
	if (fd < 0) {
		*unreadable = is_no_file(errno) ? 0 : errno;
		return SSM_OK;
	}
	if ((rc = read_regular(content, fd, path, err)) == SSM_OK &&
	    (rc = drop_mark(content, path, err)) == SSM_OK) {
		bytes_fold_line_ends(content);
		rc = check(bytes_view(content), path, err);
	}
	close(fd);
	return rc;
}

bool
configtext_peek(const struct configtext_cursor *cursor, struct configtext_line *line)
{
	struct view rest;

	if (cursor->at >= cursor->text.len)
		return false;
	rest = view_slice(cursor->text, cursor->at, cursor->text.len);
	rest.len = view_find(rest, '\n');
	line->next = cursor->at + rest.len + 1;
	line->indent = blank_indent(rest);
	line->text = blank_trim(rest);
	return true;
}

void
configtext_take(struct configtext_cursor *cursor, const struct configtext_line *line)
{
	cursor->at = line->next;
	cursor->line++;
}
