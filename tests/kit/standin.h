// A live cluster that programs stand in for (standin.py): they print what was recorded of the shipped
// incident, and the workbench runs them as it would run kubectl, ssh and dig.
#ifndef D5_TESTS_KIT_STANDIN_H
#define D5_TESTS_KIT_STANDIN_H

#include "tests/kit/screen.h"

struct place {
    char room[64];
    char *path, *home, *state;
};

int standin_set_up(void **state); // a struct place
int standin_tear_down(void **state);
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, standin_set_up, standin_tear_down)

void standin_shell(const char *command); // must exit 0

// `config`: what standin.json says beside the tree.
void standin_make(struct place *p, const char *config);

extern const char *const standin_target[], *const standin_by_ssh[]; // flags of the incident; with --via ssh

struct screen *standin_start(const struct place *p, const char *const *argv);
struct screen *standin_begin(const struct place *p, const char *const *argv); // up to the plan, and with it

// Waits until a call does not end; one that only waits goes on then.
void standin_hangs(const struct place *p);

#endif
