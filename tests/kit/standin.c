// The folder of the stand-ins: links of the programs' names to standin.py, what it is to say, and a home.
#include "tests/kit/standin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"

void standin_shell(const char *command)
{
    assert_int_equal(system(command), 0);
}

// `config`: what standin.json says beside the tree.
void standin_make(struct place *p, const char *config)
{
    char *command =
        mem_printf("mkdir -p '%s/bin' && cp tests/kit/standin.py '%s/bin' && cd '%s/bin' && mkfifo hangs && "
                   "for n in kubectl ssh dig aws; do ln -s standin.py $n; done && "
                   "echo '{\"tree\": \"'$OLDPWD'/tests/cases/demo/tree\"%s}' > standin.json",
                   p->room, p->room, p->room, config);
    standin_shell(command);
    free(command);
}

int standin_set_up(void **state)
{
    struct place *p = mem_alloc(sizeof *p);
    snprintf(p->room, sizeof p->room, "/tmp/d5tui-live-XXXXXX");
    if (!mkdtemp(p->room))
        return -1;
    p->path = mem_printf("PATH=%s/bin:/usr/bin:/bin", p->room);
    p->home = mem_printf("HOME=%s", p->room);
    p->state = mem_printf("XDG_STATE_HOME=%s/state", p->room);
    *state = p;
    return 0;
}

int standin_tear_down(void **state)
{
    struct place *p = *state;
    char *command = mem_printf("rm -rf '%s'", p->room);
    int status = system(command);
    free(command);
    free(p->path);
    free(p->home);
    free(p->state);
    free(p);
    return status;
}

struct screen *standin_start(const struct place *p, const char *const *argv)
{
    const char *const env[] = {p->path, p->home, p->state, NULL};
    return screen_start(&(struct screen_config){.rows = 40, .cols = 132, .argv = argv, .env = env});
}

const char *const standin_target[] = {"-n",        "shop",
                                      "-p",        "checkout-7d9c5b6f4-x2x9p",
                                      "--symptom", "java.net.UnknownHostException: orders",
                                      "--since",   "2026-11-23T07:00:00Z",
                                      "--until",   "2026-11-23T07:30:00Z",
                                      NULL};
const char *const standin_by_ssh[] = {"-n",      "shop",
                                      "-p",      "checkout-7d9c5b6f4-x2x9p",
                                      "--since", "2026-11-23T07:00:00Z",
                                      "--until", "2026-11-23T07:30:00Z",
                                      "--via",   "ssh",
                                      NULL};
// Up to the plan, and with it.
struct screen *standin_begin(const struct place *p, const char *const *argv)
{
    struct screen *s = standin_start(p, argv);
    assert_true(screen_shows(s, "What hurts?"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "What will run"));
    assert_true(screen_shows(s, "get pods -A -o json"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Checklist"));
    return s;
}

void standin_hangs(const struct place *p)
{
    char *fifo = mem_printf("%s/bin/hangs", p->room), line[256] = "";
    FILE *f = fopen(fifo, "r"); // opens when a call does not end
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    free(fifo);
}
