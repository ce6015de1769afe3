// A child for tests of what starts programs: the test program itself, run again in a part of its own. It
// misbehaves on purpose, each part in its way.
#ifndef D5_TESTS_KIT_CHILD_H
#define D5_TESTS_KIT_CHILD_H

#include <stdbool.h>

// To be called first in main: plays the part that argv[1] names ("child:hang") and exits; returns when it
// names none.
void child_play(int argc, char **argv);

// The path of the running program, to start it again. Freed by the caller.
char *child_program(void);

// Waits until a process of any parentage is gone. False after ten seconds.
bool child_is_gone(int pid);

// How many processes of the machine play a part ("child:hang").
unsigned child_count(const char *part);

#endif
