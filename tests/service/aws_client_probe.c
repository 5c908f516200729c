/*
 * aws_client_probe: calls as a provider makes them.
 *
 * usage: aws_client_probe [-X method] [-H name=value] [-b body] [-s service] [-a attempts] [-p pause]
 *	[-t timeout] [-n calls] [-d] [-w] URL
 *	-s signs, with the keys and region of the environment  -d direct  -w tries again what is not 200
 *
 * Prints one line of JSON a call: {"status":..,"retries":..,"used_up":..,"body":..,"type":..}, or
 * {"code":..,"message":..,"exit":N,"retries":..}.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "json/json.h"
#include "json/text.h"
#include "service/aws_client.h"

#define HEADERS 40

struct options {
	struct header_field headers[HEADERS];
	struct aws_client_request request;
	const char *service;
	unsigned calls;
};

static bool
is_not_200(enum retry_mode mode, int status, struct view body)
{
	(void)mode;
	(void)body;
	return status != 200;
}

static unsigned
number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static void
add_header(struct options *options, char *text)
{
	char *equals = strchr(text, '=');
	struct header_field *header = &options->headers[options->request.header_count];

	if (equals == NULL || options->request.header_count == HEADERS)
		return;
	*equals = '\0';
	*header = (struct header_field){ view_of(text), view_of(equals + 1) };
	options->request.header_count++;
}

static bool
read_options(struct options *options, int argc, char **argv)
{
	struct aws_client_request *request = &options->request;
	int opt;

	while ((opt = getopt(argc, argv, "X:H:b:s:a:p:t:n:dw")) != -1)
		switch (opt) {
		case 'X': request->method = optarg; break;
		case 'H': add_header(options, optarg); break;
		case 'b': request->body = view_of(optarg); break;
		case 's': options->service = optarg; break;
		case 'a': request->attempts_max = number(optarg); break;
		case 'p': request->pause = number(optarg); break;
		case 't': request->timeout = number(optarg); break;
		case 'n': options->calls = number(optarg); break;
		case 'd': request->direct = true; break;
		case 'w': request->retryable = is_not_200; break;
		default: return false;
		}
	request->headers = options->headers;
	request->url = view_of(argv[optind]);
	return optind + 1 == argc;
}

static void
print_result(enum ssm_err rc, const struct aws_client_response *response, const struct ssm_error *err)
{
	struct bytes out = BYTES_INIT(JSON_DOCUMENT_MAX);
	struct view type = httphead_find(&response->head, "content-type");

	jsontext_begin(&out);
	if (rc == SSM_OK) {
		jsontext_member_number(&out, "status", response->status);
		jsontext_member(&out, "body", bytes_view(&response->body));
		jsontext_member(&out, "type", type.ptr == NULL ? VIEW("") : type);
	} else {
		jsontext_member(&out, "code", view_of(err->code));
		jsontext_member(&out, "message", view_of(err->message));
		jsontext_member_number(&out, "exit", ssm_exit_code(rc));
	}
	jsontext_member_number(&out, "retries", response->retries);
	jsontext_member_bool(&out, "used_up", response->used_up);
	jsontext_end(&out);
	bytes_add_char(&out, '\n');
	fwrite(out.ptr, 1, out.len, stdout);
	bytes_clear(&out);
}

static enum ssm_err
call(struct options *options, struct aws_client *client, struct ssm_error *err)
{
	struct aws_client_response response = AWS_CLIENT_RESPONSE_INIT;
	struct credentials who = CREDENTIALS_INIT;
	enum ssm_err rc = SSM_OK;

	bytes_set(&who.access_key_id, view_of(getenv("AWS_ACCESS_KEY_ID")));
	bytes_set(&who.secret_access_key, view_of(getenv("AWS_SECRET_ACCESS_KEY")));
	bytes_set(&who.session_token, view_of(getenv("AWS_SESSION_TOKEN")));
	if (options->service != NULL)
		options->request.who = &who;
	options->request.service = view_of(options->service);
	options->request.region = view_of(getenv("AWS_REGION"));
	for (unsigned i = 0; i < options->calls; i++) {
		rc = aws_client_call(client, &options->request, &response, err);
		print_result(rc, &response, err);
	}
	aws_client_response_clear(&response);
	credentials_clear(&who);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options options = { .request = { .method = "POST" }, .calls = 1 };
	struct ssm_error err = SSM_ERROR_INIT;
	struct settings *settings = NULL;
	struct aws_client *client = NULL;
	enum ssm_err rc;

	if (!read_options(&options, argc, argv))
		return 252;
	signal(SIGPIPE, SIG_IGN);
	if ((rc = settings_open(&settings, VIEW_NONE, &err)) == SSM_OK &&
	    (rc = aws_client_open(&client, settings, &err)) == SSM_OK)
		rc = call(&options, client, &err);
	ssm_error_clear(&err);
	aws_client_close(client);
	settings_close(settings);
	return ssm_exit_code(rc);
}
