#include "start/askedport.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/io.h"
#include "json/json.h"
#include "process/signals.h"
#include "start/stages.h"

#define DOCUMENTS "AWS-StartPortForwardingSession"
#define REQUEST_MAX ((size_t)2 * 1024 * 1024)
#define PORT_MAX 65535

static bool
is_text(const char *given)
{
	return given == NULL || strstr(given, "file://") == NULL;
}

static bool
is_possible(const struct startoptions *given)
{
	return !given->resume && given->document_name != NULL && view_starts(view_of(given->document_name), VIEW(DOCUMENTS)) &&
	    is_text(given->parameters) && is_text(given->input_json) && is_text(given->input_yaml);
}

/* The number in ["8080"], or 0. */
static unsigned
only_port(struct view array)
{
	const struct view begin = VIEW("[\""), end = VIEW("\"]");
	unsigned long long port;

	if (array.len < begin.len + end.len || !view_starts(array, begin) ||
	    !view_equal(view_slice(array, array.len - end.len, array.len), end) ||
	    !view_number(view_slice(array, begin.len, array.len - end.len), &port) || port > PORT_MAX)
		return 0;
	return (unsigned)port;
}

/* A member of a document, as it came; what is a text there is itself a document in its place. */
static struct view
find_member(struct json_doc *doc, struct view text, const char *name)
{
	struct ssm_error err = SSM_ERROR_INIT;
	const struct json_member *member = NULL;

	if (json_parse(doc, text, "a request", &err) == SSM_OK)
		member = json_member(doc, name);
	ssm_error_clear(&err);
	if (member == NULL)
		return VIEW_NONE;
	return json_kind(member) == JSON_STRING ? member->text : member->raw;
}

static unsigned
read_port(struct view request)
{
	struct json_doc whole = JSON_DOC_INIT, body = JSON_DOC_INIT, parameters = JSON_DOC_INIT;
	struct view found = find_member(&whole, request, "body");
	unsigned port;

	found = find_member(&body, found, "Parameters");
	port = only_port(find_member(&parameters, found, "localPortNumber"));
	json_clear(&parameters);
	json_clear(&body);
	json_clear(&whole);
	return port;
}

/* Its messages are kept: what is wrong with the request it says again, as a stage of the whole. */
static void
make_request(struct bytes *request, const struct startoptions *given, const struct cli *cli)
{
	struct cli silent = { .tool = cli->tool, .quiet = true };
	int file = memfd_create("request", MFD_CLOEXEC);
	struct pipeline pipeline;

	if (file < 0)
		return;
	pipeline_start(&pipeline, &silent);
	stages_request(&pipeline, given, &silent);
	pipeline_run(&pipeline, open("/dev/null", O_RDONLY | O_CLOEXEC), fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
	if (pipeline.caught != 0)
		signals_die(pipeline.caught);
	if (lseek(file, 0, SEEK_SET) == 0 && io_read_descriptor(request, file) != 0)
		bytes_clear(request);
	pipeline_clear(&pipeline);
	close(file);
}

bool
askedport_find(const struct startoptions *given, const struct cli *cli, struct portsaddress *address)
{
	struct bytes request = BYTES_INIT(REQUEST_MAX);
	unsigned port = 0;

	if (is_possible(given)) {
		make_request(&request, given, cli);
		port = read_port(bytes_view(&request));
	}
	bytes_clear(&request);
	if (port != 0)
		*address = (struct portsaddress){ .kind = PORTSADDRESS_TCP, .host = "localhost", .port = port, .fd = -1 };
	return port != 0;
}
