// The guard of a child: shared by process.c, which starts it, and process_guard.c, which is all that it does.
// Nobody else includes this.
//
// It is this program itself, started anew under a name of its own: argv is guard_name, the parent's pid, the
// path of the program to run, and that one's argv. Its environment is the program's.
#ifndef D5_DOOR_PROCESS_GUARD_H
#define D5_DOOR_PROCESS_GUARD_H

extern const char guard_name[];

enum {
    GUARD_REPORT_FD = 3,  // a pipe, beside the program's 0, 1 and 2
    GUARD_KILL_MS = 2000, // how long it goes on killing what does not die
};

// What the guard says there, once; nothing when the program was still there at the end.
struct guard_report {
    int error;  // errno of what kept the program from starting, or 0
    int status; // as waitpid(2) gives it
};

#endif
