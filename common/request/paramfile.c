#include "request/paramfile.h"

#include <errno.h>
#include <stdlib.h>

#include "core/io.h"
#include "core/pathexpand.h"
#include "core/utf8.h"

static const struct view prefixes[] = {
	[PARAMFILE_NONE] = { "", 0 },
	[PARAMFILE_TEXT] = { "file://", 7 },
	[PARAMFILE_BINARY] = { "fileb://", 8 },
};

enum paramfile_kind
paramfile_kind(struct view value)
{
	if (view_starts(value, prefixes[PARAMFILE_TEXT]))
		return PARAMFILE_TEXT;
	return view_starts(value, prefixes[PARAMFILE_BINARY]) ? PARAMFILE_BINARY : PARAMFILE_NONE;
}

static enum ssm_err
refuse(const char *option, struct view value, const char *path, int errnum, struct ssm_error *err)
{
	if (errnum == EFBIG)
		return ssm_fail(err, SSM_E_INPUT, "ParamError", "Error parsing parameter '%s': Unable to "
		    "load paramfile %.*s: longer than a document may be", option, VIEW_ARG(value));
	return ssm_fail(err, SSM_E_INPUT, "ParamError", "Error parsing parameter '%s': Unable to load "
	    "paramfile %.*s: [Errno %d] %s: '%s'", option, VIEW_ARG(value), errnum, strerror(errnum), path);
}

enum ssm_err
paramfile_read(struct bytes *out, struct view value, const char *option, struct ssm_error *err)
{
	enum paramfile_kind kind = paramfile_kind(value);
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	enum ssm_err rc = SSM_OK;
	const char *path;

	bytes_reset(out);
	pathexpand(&expanded, view_slice(value, prefixes[kind].len, value.len), getenv);
	if ((path = bytes_cstr(&expanded)) == NULL)
		rc = ssm_fail_memory(err);
	else if (io_read_file(out, path) != 0)
		rc = errno == ENOMEM ? ssm_fail_memory(err) : refuse(option, value, path, errno, err);
	else if (kind == PARAMFILE_TEXT && utf8_check(bytes_view(out)) != out->len)
		rc = ssm_fail(err, SSM_E_INPUT, "ParamError", "Error parsing parameter '%s': Unable to load "
		    "paramfile (%s), text contents could not be decoded.  If this is a binary file, please "
		    "use the fileb:// prefix instead of the file:// prefix.", option, path);
	else if (kind == PARAMFILE_TEXT)
		bytes_fold_line_ends(out);
	bytes_clear(&expanded);
	return rc;
}
