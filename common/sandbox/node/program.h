/*
 * sandbox/node/program: what runs on the sandbox's node: a shell or a command on a terminal, a command on pipes.
 *
 * Purpose:   starts it in a session of its own, with TERM=xterm-256color, reads it when asked to, tells its end once
 *            all it said is read. What it leaves behind in its session is killed with it.
 * Ownership: a program stays where it is from program_start() to program_stop(); the owner's calls get views
 *            that live as long as the call, and must not stop the program.
 * Errors:    that it does not start: the program and the reason.
 * Does not:  wait, but in program_stop() for the moment that killing takes.
 */
#ifndef SSM_SANDBOX_NODE_PROGRAM_H
#define SSM_SANDBOX_NODE_PROGRAM_H

#include "core/err.h"
#include "process/loop.h"
#include "process/process.h"
#include "sandbox/node/plan.h"

#define PROGRAM_INPUT_MAX (4 * 1024 * 1024)

struct program_stream {
	struct program *program;
	struct loop_watch watch;
	bool dry;			/* nothing was left in it when it was read last */
	bool abandoned;			/* it is not read any more, though it is open */
};

struct program {
	struct loop *loop;
	struct back_calls calls;
	struct process process;
	pid_t leader;			/* of its session; 0: never started */
	struct program_stream streams[2];	/* the terminal or standard output; standard error */
	struct loop_watch end;
	struct loop_timer again;
	struct bytes input;		/* that the terminal has not taken */
	enum agent_session session;
	bool started, exited, over;
	bool killed;			/* with all of its session */
};

/* Before anything else; program_stop() is then right at any time. */
void program_init(struct program *program, struct loop *loop, const struct back_calls *calls);

/* When it cannot be it has ended without a call. */
enum ssm_err program_start(struct program *program, const struct program_plan *plan, struct ssm_error *err);

/* calls.wanted may say another thing now. */
void program_look(struct program *program);

/* One of its streams will not be read any more: it may wait for ever once that is full. */
void program_abandon(struct program *program, bool error_output);

/* Bytes typed. A command without a terminal sees ^C and ^\ of them, as signals. */
void program_input(struct program *program, struct view bytes);

void program_resize(struct program *program, unsigned columns, unsigned rows);

/* Kills what still runs of all of them, in one look at the processes there are. program_stop() is then quick. */
void program_kill_all(struct program **programs, size_t count);

/* Kills what still runs, lets go of everything. */
void program_stop(struct program *program);

#endif
