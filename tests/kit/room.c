// The private folder of a test, and the program in it.
#include "tests/kit/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"

int room_set_up(void **state)
{
    struct room *room = mem_alloc(sizeof *room);
    const char *program = getenv("D5TUI");
    snprintf(room->dir, sizeof room->dir, "/tmp/d5tui-room-XXXXXX");
    if (!mkdtemp(room->dir))
        return -1;
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
    char *command = mem_printf("rm -rf '%s'", room->dir);
    int status = system(command);
    free(command);
    free(room->state_env);
    free(room->config_env);
    free(room->out);
    free(room->program);
    free(room->here);
    free(room);
    return status;
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
