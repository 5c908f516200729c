/*
 * stream/smux: frames of smux version 1, which port sessions carry: many connections over the bytes of one session.
 *
 * Purpose:   writes the header of a frame, and takes a run of bytes apart, wherever it was cut: frames, and what a frame
 *            carries piece by piece, not copied.
 * Source:    ssm-data-channel(7), PORTS: version, command, length and stream id, little-endian, then the data.
 * Units:     lengths in bytes.
 * Errors:    another version, a command that there is not, or data on a command that has none: SMUX_BROKEN, for good.
 */
#ifndef SSM_STREAM_SMUX_H
#define SSM_STREAM_SMUX_H

#include <stdint.h>

#include "core/bytes.h"

#define SMUX_HEADER_LEN 8
#define SMUX_DATA_MAX 32768		/* of a frame that is sent; 65535 may come */

enum smux_command {
	SMUX_SYN,			/* opens a stream */
	SMUX_FIN,			/* ends it, both ways */
	SMUX_PSH,			/* has data for it */
	SMUX_NOP,			/* says that somebody is there */
};

void smux_header(unsigned char out[SMUX_HEADER_LEN], enum smux_command command, size_t length, uint32_t stream);

/* Appends a header. */
void smux_add_header(struct bytes *out, enum smux_command command, size_t length, uint32_t stream);

struct smux_reader {
	unsigned char header[SMUX_HEADER_LEN];
	size_t have;			/* of it */
	uint32_t stream;		/* of the frame that is being read */
	size_t left;			/* of its data */
	bool broken;
};

#define SMUX_READER_INIT { .broken = false }

enum smux_piece {
	SMUX_MORE,			/* everything is taken */
	SMUX_FRAME,			/* a header: command, stream, and the length of the data that follows */
	SMUX_DATA,			/* data of `stream`; what is not taken is shown again */
	SMUX_BROKEN,
};

struct smux_event {
	enum smux_command command;	/* of FRAME */
	uint32_t stream;
	size_t length;			/* of FRAME */
	struct view data;		/* of DATA: at most what is left of the frame */
};

/*
 * The next piece of *bytes. A frame's header is taken; its data is shown, and the caller says with smux_took() how much
 * of it he has taken: the rest is shown again with the next bytes.
 */
enum smux_piece smux_read(struct smux_reader *reader, struct view *bytes, struct smux_event *event);
void smux_took(struct smux_reader *reader, struct view *bytes, size_t count);

#endif
