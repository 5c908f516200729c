#include "http/response.h"

bool
response_add(struct response *response, struct view raw)
{
	bool good = true;

	if (raw.len > RESPONSE_WIRE_MAX - response->wire)
		return false;
	response->wire += raw.len;
	if (response->head.chunked)
		good = chunks_take(&response->chunks, &raw, &response->body);
	else
		bytes_add(&response->body, raw);
	response->excess = response->excess || (response->head.chunked && raw.len > 0);
	return good && !bytes_failed(&response->body);
}

bool
response_is_whole(const struct response *response)
{
	const struct httphead *head = &response->head;

	if (!httphead_is_framed(head))
		return false;
	if (head->chunked)
		return chunks_done(&response->chunks);
	return !head->has_length || head->length == response->body.len || head->status == 304;
}

bool
response_ends_with_connection(const struct response *response)
{
	const struct httphead *head = &response->head;

	return head->complete && head->why == NULL && !httphead_is_framed(head);
}

void
response_reset(struct response *response)
{
	response->failure = RESPONSE_CAME;
	response->reason[0] = '\0';
	response->malformed_reason = NULL;
	httphead_reset(&response->head);
	response->chunks = (struct chunks)CHUNKS_INIT;
	response->wire = 0;
	response->excess = false;
	bytes_reset(&response->body);
}

void
response_clear(struct response *response)
{
	response_reset(response);
	httphead_clear(&response->head);
	bytes_clear(&response->body);
}
