/*
 * stream/message: the messages of a data channel, as bytes and as structs.
 *
 * Purpose:   encodes and decodes the binary form: a head of 116 bytes (112 without a payload type), the payload's
 *            length, the payload. Both ends use it: ours, and the sandbox's agent and service.
 * Units:     milliseconds since 1970; numbers are big-endian; an id's two halves stand swapped.
 * Source:    ssm-data-channel(7), with its test vectors.
 * Errors:    a message that is not right is refused with the reason; start_publication and pause_publication are
 *            taken whatever their head says.
 */
#ifndef SSM_STREAM_MESSAGE_H
#define SSM_STREAM_MESSAGE_H

#include <stdint.h>

#include "core/uuid.h"
#include "sign/digest.h"

#define MESSAGE_HEAD 120		/* bytes in front of a payload, as we send them */
#define MESSAGE_MAX (1024 * 1024)	/* of a whole message that is taken */

enum message_type {
	MESSAGE_INPUT,			/* input_stream_data */
	MESSAGE_OUTPUT,			/* output_stream_data */
	MESSAGE_ACKNOWLEDGE,
	MESSAGE_CLOSED,			/* channel_closed */
	MESSAGE_START,			/* start_publication */
	MESSAGE_PAUSE,			/* pause_publication */
	MESSAGE_UNKNOWN,		/* another: to be passed over */
};

enum payload_type {
	PAYLOAD_NONE = 0,
	PAYLOAD_OUTPUT = 1,
	PAYLOAD_ERROR = 2,
	PAYLOAD_SIZE = 3,
	PAYLOAD_PARAMETER = 4,
	PAYLOAD_HANDSHAKE_REQUEST = 5,
	PAYLOAD_HANDSHAKE_RESPONSE = 6,
	PAYLOAD_HANDSHAKE_COMPLETE = 7,
	PAYLOAD_CHALLENGE_REQUEST = 8,
	PAYLOAD_CHALLENGE_RESPONSE = 9,
	PAYLOAD_FLAG = 10,
	PAYLOAD_STDERR = 11,
	PAYLOAD_EXIT_CODE = 12,
};

#define MESSAGE_SYN 1			/* bits of the flags */
#define MESSAGE_FIN 2

struct message {
	enum message_type type;
	uint32_t payload_type;
	int64_t sequence;
	uint64_t flags;
	uint64_t created;
	unsigned char id[UUID_BYTES];	/* in the order of its text */
	struct view payload;
};

/*
 * Appends the message's bytes. The digest is of the payload as it is given. channel_closed has the form that the
 * service gives it: no payload type, a name that NULs fill up.
 */
enum ssm_err message_encode(struct bytes *out, const struct message *message, struct digest *digest,
    struct ssm_error *err);

#define MESSAGE_NO_DIGEST "digest that cannot be computed"

/*
 * The struct borrows the bytes. NULL, or what is wrong: a word or two for a log; MESSAGE_NO_DIGEST when it is this
 * machine's libcrypto.
 */
const char *message_decode(struct message *message, struct view bytes, struct digest *digest);

/* The payload of an acknowledgement of a message. */
void message_write_acknowledgement(struct bytes *out, const struct message *acknowledged);

/* The number that an acknowledgement's payload names, or -1 when it can't be read. */
int64_t message_read_acknowledgement(struct view payload);

/* The same, and the id that it names, as text; empty when it names none. */
int64_t message_read_acknowledged(struct view payload, struct view *id);

/* The JSON of a size: "cols" and "rows". False when it can't be read. */
void message_write_size(struct bytes *out, unsigned columns, unsigned rows);
bool message_read_size(struct view payload, unsigned *columns, unsigned *rows);

#endif
