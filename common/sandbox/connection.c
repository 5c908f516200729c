#include "sandbox/connection.h"

#include <stdlib.h>

#include "core/httpreason.h"
#include "core/uuid.h"
#include "http/date.h"

#define KEEP_MAX 16384

void
sandbox_connection_init(struct sandbox_connection *connection, size_t padding)
{
	*connection = (struct sandbox_connection){ .phase = SANDBOX_READING,
	    .reader = SANDBOX_READER_INIT, .in = BYTES_INIT(SANDBOX_WAITING_MAX),
	    .out = BYTES_INIT(2 * SANDBOX_ANSWER_MAX), .padding = padding };
}

static void
start_output(struct sandbox_connection *connection)
{
	bytes_reset(&connection->out);
	for (size_t i = 0; i < connection->padding; i++)
		bytes_add_char(&connection->out, '\0');
}

static void
add_head(struct bytes *out, const struct sandbox_answer *answer, time_t now)
{
	unsigned char random[UUID_BYTES];
	char id[UUID_LEN + 1], date[HTTPDATE_LEN + 1];

	arc4random_buf(random, sizeof random);
	uuid_format(id, random);
	httpdate_format(date, now);
	bytes_print(out, "HTTP/1.1 %u %s\r\n"
	    "Server: ssm-sandbox\r\n"
	    "Date: %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "x-amzn-RequestId: %s\r\n"
	    "Connection: %s\r\n"
	    "\r\n", answer->status, httpreason((int)answer->status), date, answer->content_type,
	    answer->body.len, id, answer->close ? "close" : "keep-alive");
}

/* The answer as bytes; what decides over its sending is kept. */
static void
write_answer(struct sandbox_connection *connection, const struct sandbox_answer *answer, time_t now,
    bool bodiless)
{
	struct view body = bytes_view(&answer->body);

	if (connection->out.len == 0)
		start_output(connection);
	connection->upgraded = answer->ending == SANDBOX_UPGRADED;
	if (!connection->upgraded)
		add_head(&connection->out, answer, now);
	if (answer->ending == SANDBOX_CUT_SHORT)
		body.len /= 2;
	if (!bodiless)
		bytes_add(&connection->out, body);
	connection->delay_ms = answer->delay_ms;
	connection->send_nothing = answer->ending == SANDBOX_NO_ANSWER;
	connection->last = answer->close || answer->ending != SANDBOX_WHOLE;
	connection->phase = answer->delay_ms > 0 ? SANDBOX_DELAYED : SANDBOX_SENDING;
}

/* A client that asked gets its go-ahead; it goes out before, or with, the answer. */
static void
go_ahead(struct sandbox_connection *connection)
{
	connection->reader.expects_continue = false;
	start_output(connection);
	bytes_add(&connection->out, VIEW("HTTP/1.1 100 Continue\r\n\r\n"));
}

bool
sandbox_connection_feed(struct sandbox_connection *connection, struct view data,
    struct sandbox_service *service, time_t now, struct sandbox_answer *answer, bool *answered)
{
	struct sandbox_reader *reader = &connection->reader;

	*answered = false;
	if (connection->phase == SANDBOX_ENDING)
		return true;
	bytes_add(&connection->in, data);
	if (bytes_failed(&connection->in))
		return false;
	if (connection->phase != SANDBOX_READING)
		return true;
	bytes_drop(&connection->in, sandbox_reader_feed(reader, bytes_view(&connection->in)));
	if (reader->state < SANDBOX_DONE) {
		if (reader->expects_continue)
			go_ahead(connection);
		return true;
	}
	if (reader->state == SANDBOX_BAD)
		sandbox_answer_http(answer, reader->status, reader->why);
	else
		sandbox_service_answer(service, &reader->request, now, answer);
	write_answer(connection, answer, now, reader->state == SANDBOX_DONE &&
	    view_is(reader->request.method, "HEAD"));
	sandbox_reader_reset(reader);
	*answered = true;
	return !bytes_failed(&connection->out);
}

void
sandbox_connection_answer_anew(struct sandbox_connection *connection, const struct sandbox_answer *answer,
    time_t now)
{
	start_output(connection);
	write_answer(connection, answer, now, false);
}

void
sandbox_connection_sent(struct sandbox_connection *connection)
{
	bytes_recycle(&connection->out, KEEP_MAX);
	if (connection->in.len == 0)
		bytes_recycle(&connection->in, KEEP_MAX);
	if (connection->phase == SANDBOX_SENDING)
		connection->phase = connection->last ? SANDBOX_ENDING : SANDBOX_READING;
}

void
sandbox_connection_clear(struct sandbox_connection *connection)
{
	sandbox_reader_clear(&connection->reader);
	bytes_clear(&connection->in);
	bytes_clear(&connection->out);
}
