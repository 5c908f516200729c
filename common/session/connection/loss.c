#include "session/connection/loss.h"

#include <string.h>

#include "core/httpreason.h"
#include "core/printable.h"
#include "service/answerfault.h"
#include "service/faultclass.h"
#include "service/redact.h"

#define HOST_SHOWN 255
#define SAID_SHOWN 300
#define SAID_MAX ((size_t)16 * 1024)

#define HOST_ARG(plan) VIEW_ARG_CUT((plan)->host, HOST_SHOWN)

static bool
is_secret(struct view name)
{
	return view_equal_nocase(name, VIEW("authorization")) || view_equal_nocase(name, VIEW("x-amz-security-token"));
}

/* Room first: the views must not move. */
void
loss_note(struct loss_secrets *secrets, const struct header_field *fields, size_t count)
{
	size_t total = 0;

	loss_forget(secrets);
	for (size_t i = 0; i < count; i++)
		total += fields[i].name.len + fields[i].value.len;
	if (total == 0 || bytes_room(&secrets->values, total) == NULL)
		return;
	for (size_t i = 0; i < count && secrets->count < LOSS_SECRETS_MAX; i++) {
		struct header_field *field = &secrets->fields[secrets->count];
		size_t at = secrets->values.len;

		if (!is_secret(fields[i].name))
			continue;
		bytes_add_lower(&secrets->values, fields[i].name);
		bytes_add(&secrets->values, fields[i].value);
		field->name = view_slice(bytes_view(&secrets->values), at, at + fields[i].name.len);
		field->value = view_slice(bytes_view(&secrets->values), at + fields[i].name.len, secrets->values.len);
		secrets->count++;
	}
}

void
loss_forget(struct loss_secrets *secrets)
{
	bytes_clear(&secrets->values);
	secrets->count = 0;
}

/* More is said behind it on the same line. */
static void
drop_full_stop(struct ssm_error *err)
{
	size_t len = strlen(err->message);

	if (len > 1 && err->message[len - 1] == '.' && err->message[len - 2] != '.')
		err->message[len - 1] = '\0';
}

/* The address as a StreamUrl has it, which is dialled as http or https, without its query. */
static void
add_shown(struct bytes *out, const struct url *address)
{
	const char *behind = address->scheme.ptr + address->scheme.len;
	const char *end = address->query.ptr != NULL ? address->query.ptr - 1 : address->text.ptr + address->text.len;

	bytes_add(out, view_is(address->scheme, "https") ? VIEW("wss") : VIEW("ws"));
	bytes_add(out, (struct view){ behind, (size_t)(end - behind) });
}

void
loss_dial(struct ssm_error *err, const struct connection_plan *plan, const struct response *why)
{
	struct bytes shown = BYTES_INIT(2 * URL_LEN_MAX);
	struct request request = { .url = *plan->address };
	const struct expectation expected = { .request = &request, .parameters = JSON_DOC_INIT,
	    .proxy = plan->proxy, .ca_bundle = plan->ca_bundle };
	enum retry_class unused;

	add_shown(&shown, plan->address);
	if (url_parse(&request.url, bytes_view(&shown), "the address", err) == SSM_OK) {
		answerfault_transport(why, &expected, &unused, err);
		drop_full_stop(err);
	}
	bytes_clear(&shown);
}

/* The signature and the token, and the cell's number, which only the StreamUrl's owner should know. */
static void
collect(struct redact *redact, struct request *request, const struct connection_plan *plan,
    struct loss_secrets *secrets)
{
	struct view name, value, target = plan->target, query;

	request->headers = secrets->fields;
	request->header_count = secrets->count;
	redact_request(redact, request);
	query = target;
	view_take(&query, '?');
	while (redact->count < REDACT_MAX && url_next_pair(&query, &name, &value))
		if (view_is(name, "cell-number"))
			redact_note(redact, value);
}

static void
add_body(struct bytes *out, struct view body, const struct redact *redact)
{
	struct bytes clean = BYTES_INIT(SAID_MAX);

	body = view_trim(body);
	if (body.len > 0) {
		printable_line(&clean, body);
		bytes_add(out, VIEW(": "));
		redact_add(out, bytes_view(&clean), redact, SAID_SHOWN);
	}
	bytes_clear(&clean);
}

static void
add_status(struct bytes *out, int status)
{
	const char *phrase = httpreason(status);

	bytes_print(out, " refuses the connection with status %d", status);
	if (*phrase != '\0')
		bytes_print(out, " (%s)", phrase);
}

void
loss_refused(struct ssm_error *err, const struct connection_plan *plan, const struct response *answer,
    struct loss_secrets *secrets)
{
	struct bytes text = BYTES_INIT(SAID_MAX);
	struct redact redact = REDACT_INIT;
	struct request request = { .headers = NULL };
	char code[ANSWERFAULT_CODE_MAX];

	collect(&redact, &request, plan, secrets);
	answerfault_code(code, &answer->head, bytes_view(&answer->body));
	add_status(&text, answer->head.status);
	add_body(&text, bytes_view(&answer->body), &redact);
	ssm_fail(err, faultclass_of(answer->head.status, view_of(code)), *code != '\0' &&
	    !redact_finds(&redact, view_of(code)) ? code : "UpgradeRefused", "%.*s%.*s", HOST_ARG(plan),
	    VIEW_ARG(bytes_view(&text)));
	drop_full_stop(err);
	bytes_clear(&text);
}

void
loss_closed(struct ssm_error *err, const struct connection_plan *plan, const struct frame *frame)
{
	struct bytes reason = BYTES_INIT(SAID_MAX);

	if (frame->code != 0)
		bytes_print(&reason, " with code %u", frame->code);
	if (frame->payload.len > 0) {
		bytes_add(&reason, VIEW(": "));
		printable_line(&reason, frame->payload);
	}
	ssm_fail(err, SSM_E_AGAIN, "ConnectionClosedError", "%.*s has closed the connection%.*s", HOST_ARG(plan),
	    VIEW_ARG(bytes_view(&reason)));
	drop_full_stop(err);
	bytes_clear(&reason);
}

void
loss_cut(struct ssm_error *err, const struct connection_plan *plan, const char *what)
{
	ssm_fail(err, SSM_E_AGAIN, "ConnectionClosedError", "the connection to %.*s was cut%s%s", HOST_ARG(plan),
	    what == NULL ? "" : ": ", what == NULL ? "" : what);
}

void
loss_wrong(struct ssm_error *err, const struct connection_plan *plan, enum ssm_err rc, const char *what,
    const char *why)
{
	ssm_fail(err, rc, "WebSocketError", "%.*s %s: %s", HOST_ARG(plan), what, why);
}
