// A room of its own for a test of the screen: a private folder for cases and settings, in which the program
// can also be started; gone afterwards.
#ifndef D5_TESTS_KIT_ROOM_H
#define D5_TESTS_KIT_ROOM_H

#include "tests/kit/screen.h"

struct room {
    char *dir;
    char *state_env, *config_env; // "XDG_STATE_HOME=…", "XDG_CONFIG_HOME=…": both are the folder
    char *out;                    // a file in it that nobody wrote yet
    char *program, *here;         // the program, and where the tests run, as absolute paths
};

int room_set_up(void **state); // for cmocka: *state is a struct room
int room_tear_down(void **state);

// The program with these words of a shell, in the folder.
struct screen *room_start(const struct room *room, int rows, int cols, const char *words);

// Whether q leaves it well: exit status 0, the terminal as it was. Frees the screen.
bool room_leave(struct screen *s);

#endif
