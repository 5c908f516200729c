#include "plugin/texts.h"

void
plugintexts_installed(struct bytes *out)
{
	bytes_add(out, VIEW("\nThe Session Manager plugin was installed successfully. "
	    "Use the AWS CLI to start a session.\n\n"));
}

void
plugintexts_unknown(struct bytes *out, struct view argument)
{
	bytes_add(out, VIEW("\nUnknown operation "));
	bytes_add(out, argument);
	bytes_add(out, VIEW(". \nUse session-manager-plugin --version to check the version.\n\n"));
}

void
plugintexts_invalid(struct bytes *out)
{
	bytes_add(out, VIEW("Invalid Operation"));
}

static void
add_line(struct bytes *out, const char *before, struct view text, const char *behind)
{
	bytes_add_text(out, before);
	bytes_add(out, text);
	bytes_add_text(out, behind);
}

static void
add_end(struct bytes *out, struct view session_id, struct view why)
{
	if (why.len == 0) {
		add_line(out, "\n\nExiting session with sessionId: ", session_id, ".\n\n");
		return;
	}
	add_line(out, "\n\nSessionId: ", session_id, " : ");
	add_line(out, "", why, "\n\n");
}

static void
add_listening(struct bytes *out, enum sessionvoice_event event, struct view session_id, struct view place)
{
	add_line(out, place.len > 0 && place.ptr[0] == '/' ? "Unix socket " : "Port ", place, " opened for sessionId ");
	add_line(out, "", session_id, event == SESSIONVOICE_LISTENS ? ".\nWaiting for connections...\n" : ".\n");
}

void
plugintexts_of_session(struct bytes *out, enum sessionvoice_event event, struct view session_id, struct view detail)
{
	switch (event) {
	case SESSIONVOICE_STARTS: add_line(out, "\nStarting session with SessionId: ", session_id, "\n"); break;
	case SESSIONVOICE_TEXT: add_line(out, "", detail, "\n"); break;
	case SESSIONVOICE_LISTENS:
	case SESSIONVOICE_LISTENS_BASIC: add_listening(out, event, session_id, detail); break;
	case SESSIONVOICE_ACCEPTED: add_line(out, "\nConnection accepted for session [", session_id, "]\n"); break;
	case SESSIONVOICE_ACCEPTED_BASIC: add_line(out, "Connection accepted for session ", session_id, ".\n"); break;
	case SESSIONVOICE_PORT_FAILED:
		bytes_add(out, VIEW("\nConnection to destination port failed, check SSM Agent logs.\n"));
		break;
	case SESSIONVOICE_INTERRUPTED: bytes_add(out, VIEW("Terminate signal received, exiting.\n")); break;
	case SESSIONVOICE_ENDED: add_end(out, session_id, detail); break;
	case SESSIONVOICE_TIMED_OUT: add_line(out, "Session: ", session_id, " timed out.\n"); break;
	case SESSIONVOICE_FAILED: add_line(out, "Cannot perform start session: ", detail, "\n"); break;
	}
}
