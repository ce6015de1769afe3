// The guard of a child: shared by process.c, which forks it, and process_guard.c, which is all that it does.
// Nobody else includes this.
#ifndef D5_DOOR_PROCESS_GUARD_H
#define D5_DOOR_PROCESS_GUARD_H

#include <sys/types.h>

struct guard_task {
    const char *program;
    const char *const *argv, *const *env;
    int output, errors, report; // the ends of pipes that are written to
    pid_t parent;               // who forked the guard
};

// What the guard says through `report`, once; nothing when the program was still there at the end.
struct guard_report {
    int error;  // errno of what kept the program from starting, or 0
    int status; // as waitpid(2) gives it
};

enum { GUARD_KILL_MS = 2000 }; // how long it goes on killing what does not die

// In the forked child, with all signals blocked. Runs the program and ends it, with all that it started, on
// SIGTERM, which also comes when the parent dies.
_Noreturn void guard_run(const struct guard_task *task);

#endif
