// The private folder of a test, and the program in it.
#include "tests/kit/room.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tests/kit/scratch.h"

int room_set_up(void **state)
{
    struct room *room = mem_alloc(sizeof *room);
    const char *program = getenv("D5TUI");
    room->dir = scratch_make();
    room->state_env = mem_printf("XDG_STATE_HOME=%s", room->dir);
    room->config_env = mem_printf("XDG_CONFIG_HOME=%s", room->dir);
    room->out = mem_printf("%s/out.yaml", room->dir);
    room->program = realpath(program ? program : "build/d5tui", NULL);
    room->here = realpath(".", NULL);
    *state = room;
    return room->program && room->here ? 0 : -1;
}

int room_tear_down(void **state)
{
    struct room *room = *state;
    scratch_remove(room->dir);
    free(room->dir);
    free(room->state_env);
    free(room->config_env);
    free(room->out);
    free(room->program);
    free(room->here);
    free(room);
    return 0;
}

struct screen *room_start(const struct room *room, int rows, int cols, const char *words)
{
    char *command = mem_printf("cd '%s' && exec '%s' %s", room->dir, room->program, words);
    const char *const env[] = {room->state_env, NULL}, *const argv[] = {"-c", command, NULL};
    struct screen *s = screen_start(
        &(struct screen_config){.rows = rows, .cols = cols, .argv = argv, .env = env, .program = "/bin/sh"});
    free(command);
    return s;
}

bool room_leave(struct screen *s)
{
    screen_keys(s, "q");
    bool well = screen_exit(s) == 0 && screen_is_restored(s);
    screen_free(s);
    return well;
}
