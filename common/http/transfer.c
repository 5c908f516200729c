#include "http/transfer.h"

void
transfer_clear(struct transfer *transfer)
{
	response_clear(&transfer->response);
	*transfer = (struct transfer)TRANSFER_INIT;
}
