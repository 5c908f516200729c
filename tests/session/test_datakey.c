/* datakey: a data key that nobody can be asked for; the node waits for it, and the channel is told. */
#include "session/datakey.h"

#include <stdlib.h>

#include "../stream/peer.h"
#include "process/loop.h"
#include "tap.h"

#define REQUEST "{\"AgentVersion\":\"3.3.987.0\",\"RequestedClientActions\":[" \
	"{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":\"Standard_Stream\"}}," \
	"{\"ActionType\":\"KMSEncryption\",\"ActionParameters\":{\"KMSKeyId\":\"alias/k\"}}]}"

/* A target that there is no room for fails as memory does that cannot be had: before the service's tools are started. */
static void
check_no_memory(void)
{
	static char target[SESSIONDATAKEY_TEXT_MAX + 2];
	struct sessiondatakey data_key = SESSIONDATAKEY_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct loop loop;
	struct sessionask_how how = { .session_id = "a-session", .loop = &loop };
	struct peer peer;

	memset(target, 'x', sizeof target - 1);
	if (loop_open(&loop) != 0)
		abort();
	peer_open(&peer);
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 0, VIEW(REQUEST));
	ok(peer_event(&peer, CHANNEL_KEY_WANTED), "a key is wanted");
	sessiondatakey_start(&data_key, &how, &peer.event, target);
	sessiondatakey_poll(&data_key, peer.channel);
	is_text(peer_all(&peer), "a0 i0", "the node is told at once that there is none");
	peer_acknowledge(&peer, 0);
	ok(peer_event(&peer, CHANNEL_FAILED), "and so is the session");
	ok(sessiondatakey_take_error(&data_key, &err), "with a reason");
	is_text(err.message, "out of memory", "which is the true one");
	sessiondatakey_poll(&data_key, peer.channel);
	ok(!sessiondatakey_take_error(&data_key, &err), "told once");
	ssm_error_clear(&err);
	sessiondatakey_clear(&data_key);
	peer_close(&peer);
	loop_close(&loop);
}

int
main(void)
{
	check_no_memory();
	return done_testing();
}
