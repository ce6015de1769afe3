// Settings are read once, at the start; a file that is not there is no error.
#include "tui/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/yaml.h"

enum { MOST_BYTES = 1 << 16, MOST_FOLDERS_UP = 4 };

static char *config_path(const char *below)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && config[0] == '/')
        return mem_printf("%s/d5tui/%s", config, below);
    return home && home[0] == '/' ? mem_printf("%s/.config/d5tui/%s", home, below) : NULL;
}

static bool take_command(struct settings *ret, const char *name, const struct yaml_node *words,
                         struct error *err)
{
    const char *program = words->kind == YAML_LIST && words->n > 0 ? yaml_text(words->items[0]) : NULL;
    if (!name || !program || program[0] != '/')
        return error_set(err, "line %u: a command is NAME: [/absolute/path, WORD, …]", words->line);
    struct settings_command *c = ARENA_PUSH(&ret->arena, ret->commands, ret->n_commands, ret->cap_commands);
    *c = (struct settings_command){.name = arena_strdup(&ret->arena, name), .n_argv = words->n};
    c->argv = arena_alloc(&ret->arena, (words->n + 1) * sizeof *c->argv);
    for (size_t i = 0; i < words->n; i++) {
        const char *word = yaml_text(words->items[i]);
        c->argv[i] = arena_strdup(&ret->arena, word ? word : "");
    }
    return true;
}

static bool take_flag(bool *ret, const char *text)
{
    *ret = text && strcmp(text, "true") == 0;
    return text && (*ret || strcmp(text, "false") == 0);
}

static bool take_keys(struct settings *ret, const struct yaml_node *map, struct error *err)
{
    if (map->kind != YAML_MAP)
        return error_set(err, "line %u: keys is a map: a command's name and its keys a line", map->line);
    for (size_t i = 0; i < map->n; i++) {
        const char *name = yaml_text(map->keys[i]), *keys = yaml_text(map->items[i]);
        *ARENA_PUSH(&ret->arena, ret->keys, ret->n_keys, ret->cap_keys) =
            (struct keymap_change){arena_strdup(&ret->arena, name ? name : ""),
                                   arena_strdup(&ret->arena, keys ? keys : ""), map->keys[i]->line};
    }
    return true;
}

static bool take_commands(struct settings *ret, const struct yaml_node *map, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < map->n; i++)
        ok = take_command(ret, map->keys[i]->text, map->items[i], err) && ok;
    return ok;
}

static bool take_setting(struct settings *ret, const struct yaml_node *key, const struct yaml_node *value,
                         struct error *err)
{
    const char *name = key->text ? key->text : "", *text = yaml_text(value);
    char **word = strcmp(name, "theme") == 0           ? &ret->theme
                  : strcmp(name, "bundle_bucket") == 0 ? &ret->bucket
                                                       : NULL;
    if (word && text) {
        free(*word);
        *word = mem_strdup(text);
        return true;
    }
    if (strcmp(name, "keys") == 0)
        return take_keys(ret, value, err);
    bool *flag = strcmp(name, "ascii") == 0 ? &ret->ascii : strcmp(name, "mouse") == 0 ? &ret->mouse : NULL;
    if (flag && take_flag(flag, text))
        return true;
    if (strcmp(name, "commands") == 0 && value->kind == YAML_MAP)
        return take_commands(ret, value, err);
    return error_set(
        err,
        "line %u: not a setting: \"%s\" (theme: NAME, ascii: true, mouse: true, bundle_bucket: NAME, "
        "commands, keys)",
        key->line, name);
}

static bool parse(struct settings *ret, struct span text, struct error *err)
{
    struct arena arena = {0};
    struct error why = {{0}};
    bool ok = true;
    const struct yaml_node *root = yaml_parse(&arena, text, &why);
    if (!root && why.text[0])
        ok = error_set(err, "%s", why.text);
    for (size_t i = 0; root && root->kind == YAML_MAP && i < root->n; i++)
        ok = take_setting(ret, root->keys[i], root->items[i], err) && ok;
    arena_done(&arena);
    return ok;
}

bool settings_load(struct settings *ret, struct error *err)
{
    *ret = (struct settings){0};
    char *path = config_path("config.yaml");
    FILE *f = path ? fopen(path, "re") : NULL;
    bool ok = f || !path || errno == ENOENT || errno == ENOTDIR || error_set_errno(err, errno, "%s", path);
    if (f) {
        char *text = mem_alloc(MOST_BYTES);
        size_t n = fread(text, 1, MOST_BYTES, f);
        ok = parse(ret, span_make(text, n), err) || error_prefix(err, "%s", path);
        fclose(f);
        free(text);
    }
    free(path);
    return ok;
}

void settings_done(struct settings *settings)
{
    free(settings->theme);
    free(settings->bucket);
    arena_done(&settings->arena);
    *settings = (struct settings){0};
}

// The path where it can be read; else it is freed.
static char *if_there(char *path)
{
    if (path && access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

// build/d5tui lies in a checkout, bin/d5tui beside share/.
char *settings_find_shipped(const char *beside, const char *shared)
{
    char *program = realpath("/proc/self/exe", NULL), *found = NULL;
    for (int up = 0; program && !found && up < MOST_FOLDERS_UP; up++) {
        char *slash = strrchr(program, '/');
        if (!slash)
            break;
        *slash = '\0';
        char *makefile = if_there(mem_printf("%s/Makefile", program));
        if (makefile)
            found = if_there(mem_printf("%s/%s", program, beside));
        else if (up == 1)
            found = if_there(mem_printf("%s/share/d5tui/%s", program, shared));
        free(makefile);
    }
    free(program);
    return found ? found : if_there(mem_printf(D5_PREFIX "/share/d5tui/%s", shared));
}

char *settings_find_theme(const char *name)
{
    if (strchr(name, '/'))
        return if_there(mem_strdup(name));
    char *file = mem_printf("themes/%s.yaml", name);
    char *found = if_there(config_path(file));
    if (!found)
        found = settings_find_shipped(file, file);
    free(file);
    return found;
}

// rxvt, Konsole and others say "foreground;background" in numbers of the sixteen.
static bool is_light_terminal(void)
{
    const char *said = getenv("COLORFGBG"), *last = said ? strrchr(said, ';') : NULL;
    return last && (strcmp(last, ";7") == 0 || strcmp(last, ";15") == 0);
}

const char *settings_theme(const struct settings *settings)
{
    if (settings->theme)
        return settings->theme;
    return is_light_terminal() ? "light" : NULL;
}
