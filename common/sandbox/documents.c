#include "sandbox/documents.h"

#include "core/ascii.h"
#include "json/items.h"
#include "sandbox/http.h"

#define COMMAND_PARAMETER "command"
#define SEPARATE_PARAMETER "separateOutputStream"
#define PORT_PARAMETER "portNumber"
#define LOCAL_PORT_PARAMETER "localPortNumber"
#define HOST_PARAMETER "host"
#define SSH_PORT "22"
#define WEB_PORT "80"
#define ANY_PORT "0"
#define SHOWN_MAX 100
#define PARAMETERS_MAX 3

static const struct document {
	const char *name;
	enum agent_session session;
	bool forwards;			/* a port */
	bool has_host;			/* that it forwards to */
	const char *parameters[PARAMETERS_MAX];
} documents[] = {
	{ "SSM-SessionManagerRunShell", AGENT_SHELL, false, false, { NULL } },
	{ "AWS-StartInteractiveCommand", AGENT_INTERACTIVE, false, false, { COMMAND_PARAMETER } },
	{ "AWS-StartNonInteractiveCommand", AGENT_COMMAND, false, false,
	    { COMMAND_PARAMETER, SEPARATE_PARAMETER } },
	{ "AWS-StartSSHSession", AGENT_PORT, false, false, { PORT_PARAMETER } },
	{ "AWS-StartPortForwardingSession", AGENT_PORT, true, false, { PORT_PARAMETER, LOCAL_PORT_PARAMETER } },
	{ "AWS-StartPortForwardingSessionToRemoteHost", AGENT_PORT, true, true,
	    { HOST_PARAMETER, PORT_PARAMETER, LOCAL_PORT_PARAMETER } },
};

static const struct document *
find(struct view name)
{
	if (name.len == 0)
		return &documents[0];
	for (size_t i = 0; i < ARRAY_LEN(documents); i++)
		if (view_is(name, documents[i].name))
			return &documents[i];
	return NULL;
}

static bool
has_parameter(const struct document *document, struct view name)
{
	for (size_t i = 0; i < PARAMETERS_MAX && document->parameters[i] != NULL; i++)
		if (view_is(name, document->parameters[i]))
			return true;
	return false;
}

/* A name as the document has it, letter by letter. */
static bool
check_names(struct sandbox_call *call, const struct document *document, struct view object)
{
	struct view name, value;

	for (size_t at = 0; jsonitems_next_member(object, &at, &name, &value);)
		if (!has_parameter(document, name))
			return sandbox_refuse(call->answer, FAULT_PARAMETERS, "Parameter \"%.*s\" is not one of document %s.",
			    VIEW_ARG_CUT(name, SHOWN_MAX), document->name);
	return true;
}

static bool
refuse_value(struct sandbox_call *call, const char *name, const struct bytes *value, const char *what)
{
	return sandbox_refuse(call->answer, FAULT_PARAMETERS, "Parameter \"%s\" has value \"%.*s\" not matching %s.", name,
	    VIEW_ARG_CUT(bytes_view(value), SHOWN_MAX), what);
}

/* A list of one string. */
static bool
read_value(struct sandbox_call *call, const struct json_doc *doc, const char *name, struct bytes *value)
{
	struct json_member *member = json_member(doc, name);
	struct json_doc wrapped = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes text = BYTES_INIT(SANDBOX_BODY_MAX + 64);
	struct view item, more;
	size_t at = 0;
	bool right;

	if (json_kind(member) == JSON_ABSENT)
		return true;
	right = json_kind(member) == JSON_ARRAY && jsonitems_next(member->raw, &at, &item) &&
	    !jsonitems_next(member->raw, &at, &more);
	if (right) {
		bytes_add(&text, VIEW("{\"v\":"));
		bytes_add(&text, item);
		bytes_add_char(&text, '}');
		right = !bytes_failed(&text) && json_parse(&wrapped, bytes_view(&text), "it", &err) == SSM_OK &&
		    json_kind(json_member(&wrapped, "v")) == JSON_STRING;
	}
	if (right) {
		item = json_text(&wrapped, "v");
		right = item.len == 0 || memchr(item.ptr, '\0', item.len) == NULL;
		bytes_add(value, item);
	}
	json_clear(&wrapped);
	ssm_error_clear(&err);
	bytes_clear(&text);
	return (right && !bytes_failed(value)) || sandbox_refuse(call->answer, FAULT_PARAMETERS,
	    "Parameter \"%s\" is not a list of one text.", name);
}

static bool
read_command(struct sandbox_call *call, const struct json_doc *doc, struct sandbox_purpose *purpose,
    struct bytes *command)
{
	struct bytes separate = BYTES_INIT(SHOWN_MAX);
	bool right = read_value(call, doc, COMMAND_PARAMETER, command) &&
	    read_value(call, doc, SEPARATE_PARAMETER, &separate);

	if (right && command->len == 0)
		right = sandbox_refuse(call->answer, FAULT_PARAMETERS, "Parameter \"" COMMAND_PARAMETER "\" is required.");
	if (right && purpose->session == AGENT_COMMAND && view_is(bytes_view(&separate), "true"))
		purpose->session = AGENT_COMMAND_SEPARATE;
	bytes_clear(&separate);
	return right;
}

/* A port's number, `usual` if there is none. */
static bool
read_port(struct sandbox_call *call, const struct json_doc *doc, const char *name, const char *usual,
    char out[SANDBOX_PORT_MAX + 1])
{
	struct bytes text = BYTES_INIT(SANDBOX_BODY_MAX);
	unsigned long long number;
	bool right = read_value(call, doc, name, &text);

	if (right && text.len == 0)
		bytes_add_text(&text, usual);
	if (right && (!view_number(bytes_view(&text), &number) || text.len > SANDBOX_PORT_MAX || number > UINT16_MAX ||
	    (number == 0 && usual[0] != '0')))
		right = refuse_value(call, name, &text, usual[0] == '0' ? "a port, 0 to 65535" : "a port, 1 to 65535");
	if (right)
		memcpy(out, text.ptr, text.len);
	bytes_clear(&text);
	return right;
}

static bool
is_host(struct view host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!ascii_is_alnum(host.ptr[i]) && strchr(".:-_[]", host.ptr[i]) == NULL)
			return false;
	return host.len > 0 && host.len <= SANDBOX_HOST_MAX;
}

static bool
read_host(struct sandbox_call *call, const struct json_doc *doc, char out[SANDBOX_HOST_MAX + 1])
{
	struct bytes text = BYTES_INIT(SANDBOX_BODY_MAX);
	bool right = read_value(call, doc, HOST_PARAMETER, &text);

	if (right && text.len == 0)
		right = sandbox_refuse(call->answer, FAULT_PARAMETERS, "Parameter \"" HOST_PARAMETER "\" is required.");
	else if (right && !is_host(bytes_view(&text)))
		right = refuse_value(call, HOST_PARAMETER, &text, "a host");
	if (right)
		memcpy(out, text.ptr, text.len);
	bytes_clear(&text);
	return right;
}

static bool
read_ports(struct sandbox_call *call, const struct json_doc *doc, const struct document *document,
    struct sandbox_purpose *purpose)
{
	return read_port(call, doc, PORT_PARAMETER, document->forwards ? WEB_PORT : SSH_PORT, purpose->port) &&
	    (!document->forwards || read_port(call, doc, LOCAL_PORT_PARAMETER, ANY_PORT, purpose->local_port)) &&
	    (!document->has_host || read_host(call, doc, purpose->host));
}

bool
sandbox_document_read(struct sandbox_call *call, struct view document, struct sandbox_purpose *purpose,
    struct bytes *command)
{
	const struct document *found = find(document);
	struct json_member *parameters = json_member(call->in, "Parameters");
	enum json_kind kind = json_kind(parameters);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	bool right = true;

	if (kind != JSON_ABSENT && kind != JSON_NULL && kind != JSON_OBJECT)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	if (found == NULL)
		return sandbox_refuse(call->answer, FAULT_DOCUMENT, "Document with name %.*s does not exist.",
		    VIEW_ARG_CUT(document, SHOWN_MAX));
	*purpose = (struct sandbox_purpose){ .session = found->session, .forwards = found->forwards };
	if (kind == JSON_OBJECT && json_parse(&doc, parameters->raw, "Parameters", &err) != SSM_OK)
		right = sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	else if (kind == JSON_OBJECT && !check_names(call, found, parameters->raw))
		right = false;
	else if (purpose->session == AGENT_PORT)
		right = read_ports(call, &doc, found, purpose);
	else if (purpose->session != AGENT_SHELL)
		right = read_command(call, &doc, purpose, command);
	json_clear(&doc);
	ssm_error_clear(&err);
	return right;
}
