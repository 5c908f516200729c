#include "ports/carrier.h"

#define ONLY 1				/* the number of the only one */

enum ssm_err
portscarrier_open(struct portscarrier *carrier, bool basic, bool keepalive, uint64_t now, struct ssm_error *err)
{
	*carrier = (struct portscarrier){ .out = BYTES_INIT(2 * PORTSCARRIER_WAITING_MAX) };
	return basic ? SSM_OK : mux_open(&carrier->mux, keepalive, now, err);
}

void
portscarrier_close(struct portscarrier *carrier)
{
	mux_free(carrier->mux);
	bytes_clear(&carrier->out);
}

bool
portscarrier_has_place(const struct portscarrier *carrier)
{
	return carrier->mux != NULL ? mux_count(carrier->mux) < MUX_STREAMS_MAX : carrier->state == PORTSCARRIER_FREE;
}

uint32_t
portscarrier_start(struct portscarrier *carrier, void *owner)
{
	uint32_t stream;

	if (carrier->mux == NULL) {
		carrier->state = PORTSCARRIER_TAKEN;
		return ONLY;
	}
	if ((stream = mux_start(carrier->mux)) != 0)
		mux_set_owner(carrier->mux, stream, owner);
	return stream;
}

static size_t
waiting(const struct portscarrier *carrier)
{
	return carrier->out.len - carrier->gone;
}

size_t
portscarrier_room(const struct portscarrier *carrier)
{
	return carrier->mux != NULL ? mux_room(carrier->mux) : PORTSCARRIER_WAITING_MAX - waiting(carrier);
}

void
portscarrier_send(struct portscarrier *carrier, uint32_t stream, struct view bytes)
{
	if (carrier->mux == NULL)
		bytes_add(&carrier->out, bytes);
	else if (mux_send(carrier->mux, stream, bytes) != bytes.len)
		carrier->out.failed = true;
}

void
portscarrier_finish(struct portscarrier *carrier, uint32_t stream)
{
	if (carrier->mux == NULL)
		carrier->state = PORTSCARRIER_OVER;
	else
		mux_finish(carrier->mux, stream);
}

struct view
portscarrier_waiting(const struct portscarrier *carrier)
{
	if (carrier->mux != NULL)
		return mux_waiting(carrier->mux);
	return view_slice(bytes_view(&carrier->out), carrier->gone, carrier->out.len);
}

void
portscarrier_took(struct portscarrier *carrier, size_t len)
{
	if (carrier->mux != NULL) {
		mux_took(carrier->mux, len);
		return;
	}
	carrier->gone += len;
	if (carrier->gone < PORTSCARRIER_WAITING_MAX && waiting(carrier) > 0)
		return;
	bytes_drop(&carrier->out, carrier->gone);
	carrier->gone = 0;
}

void
portscarrier_arrived(struct portscarrier *carrier)
{
	if (carrier->state == PORTSCARRIER_TOLD)
		carrier->state = PORTSCARRIER_FREE;
}

const char *
portscarrier_failure(const struct portscarrier *carrier)
{
	if (carrier->mux != NULL && mux_is_broken(carrier->mux))
		return "what the node sends for local connections cannot be read";
	return bytes_failed(&carrier->out) ? "out of memory" : NULL;
}
