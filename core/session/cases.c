// Folders of cases. Everything here is small and synchronous: it runs at start, at `cases`, and when a case
// is made.
#include "core/session/cases.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

// ------------------------------------------------------------------ where

static const char *env(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

char *cases_folder(const char *state_dir)
{
    const char *state = state_dir ? state_dir : env("D5TUI_STATE"), *xdg = env("XDG_STATE_HOME"),
               *home = env("HOME");
    if (state)
        return mem_printf("%s/cases", state);
    if (xdg && xdg[0] == '/') // a relative one is to be ignored (XDG Base Directory Specification)
        return mem_printf("%s/d5tui/cases", xdg);
    return mem_printf("%s/.local/state/d5tui/cases", home ? home : "/var/tmp");
}

void case_path_done(struct case_path *path)
{
    free(path->id);
    free(path->dir);
    *path = (struct case_path){0};
}

char *case_file(const struct case_path *path, const char *name)
{
    return mem_printf("%s/%s", path->dir, name);
}

// ------------------------------------------------------------------ making one

static bool make_folder(const char *path, struct error *err)
{
    if (mkdir(path, 0700) == 0)
        return true;
    struct stat st;
    if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return true;
    return error_set_errno(err, errno == EEXIST ? ENOTDIR : errno, "%s", path);
}

static bool make_folders(const char *path, struct error *err)
{
    char *copy = mem_strdup(path);
    bool ok = true;
    for (char *at = copy + 1; ok && (at = strchr(at, '/')); at++) {
        *at = '\0';
        ok = make_folder(copy, err);
        *at = '/';
    }
    ok = ok && make_folder(copy, err);
    free(copy);
    return ok;
}

// An entry of a folder is durable when the folder is.
static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

// The id of the n-th case of one minute: "", "a" … "z", "za" … "zz", "zza" …
static char *id_of(usec_t now, unsigned n)
{
    int p[6];
    struct str id = {0};
    clock_to_parts(now, p);
    str_printf(&id, "%04d%02d%02d-%02d%02d", p[0], p[1], p[2], p[3], p[4]);
    for (; n > 26; n -= 26)
        str_add_char(&id, 'z');
    if (n > 0)
        str_add_char(&id, (char)('a' + n - 1));
    return str_take(&id);
}

static bool make_case_folder(const char *folder, usec_t now, struct case_path *ret, struct error *err)
{
    enum { MOST = 1000 };
    for (unsigned n = 0; n < MOST; n++) {
        ret->id = id_of(now, n);
        ret->dir = mem_printf("%s/%s", folder, ret->id);
        if (mkdir(ret->dir, 0700) == 0)
            return true;
        if (errno != EEXIST) {
            error_set_errno(err, errno, "%s", ret->dir);
            case_path_done(ret);
            return false;
        }
        case_path_done(ret);
    }
    return error_set(err, "%s: more than %d cases in one minute", folder, MOST);
}

bool case_create(const char *state_dir, usec_t now, struct case_path *ret, struct error *err)
{
    char *folder = cases_folder(state_dir);
    *ret = (struct case_path){0};
    bool ok = make_folders(folder, err) && make_case_folder(folder, now, ret, err);
    if (ok) {
        char *evidence = case_file(ret, "evidence");
        ok = make_folder(evidence, err);
        free(evidence);
        sync_folder(ret->dir);
        sync_folder(folder);
    }
    free(folder);
    return ok;
}

// ------------------------------------------------------------------ listing and finding

static bool is_case_id(const char *name)
{
    static const char shape[] = "dddddddd-dddd";
    size_t i = 0;
    for (; shape[i]; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';
        if (shape[i] == 'd' ? !digit : name[i] != '-')
            return false;
    }
    while (name[i] >= 'a' && name[i] <= 'z')
        i++;
    return name[i] == '\0';
}

static int compare_ids(const void *a, const void *b)
{
    const struct case_path *x = a, *y = b;
    return strcmp(x->id, y->id);
}

bool cases_list(const char *state_dir, struct case_list *ret, struct error *err)
{
    char *folder = cases_folder(state_dir);
    *ret = (struct case_list){0};
    DIR *dir = opendir(folder);
    bool ok = dir || errno == ENOENT || error_set_errno(err, errno, "%s", folder);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (!is_case_id(entry->d_name))
            continue;
        struct case_path *path = MEM_PUSH(ret->items, ret->n, ret->cap);
        path->id = mem_strdup(entry->d_name);
        path->dir = mem_printf("%s/%s", folder, entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (ret->n > 1)
        qsort(ret->items, ret->n, sizeof *ret->items, compare_ids);
    free(folder);
    return ok;
}

void case_list_done(struct case_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        case_path_done(&list->items[i]);
    free(list->items);
    *list = (struct case_list){0};
}

static bool say_ambiguous(const struct case_list *list, const char *name, struct error *err)
{
    enum { NAMED = 5 };
    struct str names = {0};
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (span_starts(span_of(list->items[i].id), name) && n++ < NAMED)
            str_printf(&names, "%s%s", names.len ? ", " : "", list->items[i].id);
    }
    error_set(err, "\"%s\" may be any of %zu cases: %s%s", name, n, str_text(&names), n > NAMED ? ", …" : "");
    str_done(&names);
    return false;
}

// The case that `name` means, or NULL.
static struct case_path *pick(const struct case_list *list, const char *name, struct error *err)
{
    struct case_path *found = NULL;
    size_t n = 0;
    bool last = strcmp(name, "last") == 0;
    for (size_t i = 0; i < list->n; i++) {
        struct case_path *path = &list->items[i];
        if (!last && !span_starts(span_of(path->id), name))
            continue;
        found = path;
        n++;
        if (strcmp(path->id, name) == 0)
            return path;
    }
    if (list->n == 0)
        error_set(err, "there are no cases yet; d5tui run --keep makes one");
    else if (!found)
        error_set(err, "no case \"%s\"; d5tui cases lists them", name);
    return last || n == 1 || (n > 1 && say_ambiguous(list, name, err)) ? found : NULL;
}

bool case_find(const char *state_dir, const char *name, struct case_path *ret, struct error *err)
{
    struct case_list list;
    *ret = (struct case_path){0};
    struct case_path *found = cases_list(state_dir, &list, err) ? pick(&list, name, err) : NULL;
    if (found) {
        *ret = *found;
        *found = (struct case_path){0};
    }
    case_list_done(&list);
    return found;
}
