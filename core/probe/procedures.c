// Finds procedures. Every folder is listed in full and each file's head is read, so that an id is what its
// title says, whatever the file is called.
#include "core/probe/procedures.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/near.h"
#include "core/base/str.h"
#include "core/door/match.h"
#include "core/parse/procedure.h"

enum { MAX_FILE = 1 << 20, MAX_FOLDERS = 6 };

// ------------------------------------------------------------------ one file

static bool read_all(int fd, struct str *ret)
{
    char bytes[65536];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        str_add_span(ret, span_make(bytes, (size_t)n));
        if (ret->len > MAX_FILE) {
            errno = EFBIG;
            return false;
        }
    }
    return true;
}

// Regular files only, and never one that blocks (a pipe put there).
static bool read_file(const char *path, struct str *ret, struct error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", path);
    bool ok = fstat(fd, &st) == 0;
    if (ok && !S_ISREG(st.st_mode)) {
        close(fd);
        return error_set(err, "%s: not a file", path);
    }
    ok = ok && read_all(fd, ret);
    int code = errno;
    close(fd);
    return ok || error_set_errno(err, code, "%s", path);
}

struct sop *procedures_read(const char *path, struct problems *ret, struct error *err)
{
    struct str text = {0};
    struct sop *sop = NULL;
    if (read_file(path, &text, err))
        sop = procedure_parse(str_span(&text), path, ret);
    str_done(&text);
    return sop;
}

// The same, refused when anything is wrong with it.
static struct sop *read_sound(const char *path, struct error *err)
{
    struct problems problems = {0};
    struct sop *sop = procedures_read(path, &problems, err);
    const struct problem *first = problems_first_error(&problems);
    if (sop && first) {
        error_set(err, "%s:%u: %s", path, (unsigned)first->line, first->text);
        sop_free(sop);
        sop = NULL;
    }
    problems_done(&problems);
    return sop;
}

// ------------------------------------------------------------------ folders

struct folders {
    char *paths[MAX_FOLDERS];
    size_t n;
};

static void add_folder(struct folders *folders, char *path)
{
    char *real = realpath(path, NULL);
    bool known = !real || folders->n == MAX_FOLDERS;
    for (size_t i = 0; !known && i < folders->n; i++)
        known = strcmp(folders->paths[i], real) == 0;
    if (known)
        free(real);
    else
        folders->paths[folders->n++] = real;
    free(path);
}

static void add_settings_folder(struct folders *folders)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && config[0] == '/')
        add_folder(folders, mem_printf("%s/d5tui/sops", config));
    else if (home && home[0] == '/')
        add_folder(folders, mem_printf("%s/.config/d5tui/sops", home));
}

// build/d5tui and build/san/tests/test_x lie in a checkout where a Makefile stands beside sops/.
static void add_program_folders(struct folders *folders)
{
    char *program = realpath("/proc/self/exe", NULL);
    for (int up = 0; program && up < 4; up++) {
        char *slash = strrchr(program, '/');
        if (!slash)
            break;
        *slash = '\0';
        char *makefile = mem_printf("%s/Makefile", program);
        if (access(makefile, F_OK) == 0)
            add_folder(folders, mem_printf("%s/sops", program));
        else if (up == 1)
            add_folder(folders, mem_printf("%s/share/d5tui/sops", program));
        free(makefile);
    }
    free(program);
}

static void find_folders(struct folders *ret)
{
    *ret = (struct folders){0};
    add_settings_folder(ret);
    add_program_folders(ret);
    add_folder(ret, mem_strdup(D5_PREFIX "/share/d5tui/sops"));
}

static void free_folders(struct folders *folders)
{
    for (size_t i = 0; i < folders->n; i++)
        free(folders->paths[i]);
}

// ------------------------------------------------------------------ the list

static char *copy_or_null(const char *s)
{
    return s ? mem_strdup(s) : NULL;
}

static void free_file(struct procedure_file *file)
{
    free(file->path);
    free(file->id);
    free(file->title);
    free(file->severity);
    free(file->why);
}

static bool is_listed(const struct procedures *list, const struct procedure_file *file)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct procedure_file *other = &list->items[i];
        if (file->id && other->id && strcmp(file->id, other->id) == 0 &&
            strcmp(file->title, other->title) == 0)
            return true;
    }
    return false;
}

static void add_file(struct procedures *list, char *path)
{
    struct error err = {{0}};
    struct sop *sop = read_sound(path, &err);
    struct procedure_file file = {.path = path};
    if (sop) {
        file.id = copy_or_null(sop->id);
        file.title = copy_or_null(sop->title);
        file.severity = copy_or_null(sop->severity);
        sop_free(sop);
    } else {
        file.why = mem_strdup(err.text);
    }
    if (is_listed(list, &file))
        free_file(&file);
    else
        *MEM_PUSH(list->items, list->n, list->cap) = file;
}

// README.md says how to write one, and is none.
static bool is_procedure_name(const char *name)
{
    return name[0] != '.' && span_ends(span_of(name), ".md") && strcmp(name, "README.md") != 0;
}

static void add_files_of(struct procedures *list, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (is_procedure_name(entry->d_name))
            add_file(list, mem_printf("%s/%s", folder, entry->d_name));
    }
    if (dir)
        closedir(dir);
}

static int compare_texts(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a == NULL) - (b == NULL);
}

static int compare_files(const void *a, const void *b)
{
    const struct procedure_file *x = a, *y = b;
    int order = compare_texts(x->id, y->id);
    order = order ? order : compare_texts(x->title, y->title);
    return order ? order : strcmp(x->path, y->path);
}

void procedures_list(struct procedures *ret)
{
    struct folders folders;
    *ret = (struct procedures){0};
    find_folders(&folders);
    for (size_t i = 0; i < folders.n; i++)
        add_files_of(ret, folders.paths[i]);
    free_folders(&folders);
    if (ret->n)
        qsort(ret->items, ret->n, sizeof *ret->items, compare_files);
}

void procedures_done(struct procedures *list)
{
    for (size_t i = 0; i < list->n; i++)
        free_file(&list->items[i]);
    free(list->items);
    *list = (struct procedures){0};
}

// ------------------------------------------------------------------ finding one

static bool is_asked_for(const struct procedure_file *file, struct span what)
{
    return file->id && (span_is_caseless(what, file->id) || span_is_caseless(what, file->title));
}

static struct sop *refuse_two(const struct procedures *list, const char *what, struct error *err)
{
    struct str names = {0};
    for (size_t i = 0; i < list->n; i++) {
        if (is_asked_for(&list->items[i], span_of(what)))
            str_printf(&names, "%s \"%s\" (%s)", names.len ? "," : "", list->items[i].title,
                       list->items[i].path);
    }
    error_set(err, "\"%s\" is the id of several procedures; give the title or the file:%s", what,
              str_text(&names));
    str_done(&names);
    return NULL;
}

static struct sop *refuse_none(const struct procedures *list, const char *what, struct error *err)
{
    const char **ids = mem_calloc(list->n + 1, sizeof *ids);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].id)
            ids[n++] = list->items[i].id;
    }
    const char *near = near_word(span_of(what), ids);
    error_set(err, "no procedure \"%s\"%s%s%s; d5tui sop list shows what there is", what,
              near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
    free(ids);
    return NULL;
}

static struct sop *load_by_id(const char *what, struct error *err)
{
    struct procedures list;
    const struct procedure_file *found = NULL;
    size_t n = 0;
    procedures_list(&list);
    for (size_t i = 0; i < list.n; i++) {
        if (!is_asked_for(&list.items[i], span_of(what)))
            continue;
        found = &list.items[i];
        n++;
    }
    struct sop *sop = n == 1 ? read_sound(found->path, err)
                      : n    ? refuse_two(&list, what, err)
                             : refuse_none(&list, what, err);
    procedures_done(&list);
    return sop;
}

struct sop *procedures_load(const char *id_or_file, struct error *err)
{
    bool file = strchr(id_or_file, '/') || span_ends(span_of(id_or_file), ".md");
    return file ? read_sound(id_or_file, err) : load_by_id(id_or_file, err);
}

// ------------------------------------------------------------------ triggers

// A symptom may be pasted, and have several lines.
static bool matches_a_line(const struct match *match, struct match_room *room, struct span symptom)
{
    struct span line;
    while (span_cut_line(&symptom, &line)) {
        match_subject(room, line);
        if (match_find(match, room, 0, NULL) == MATCH_YES)
            return true;
    }
    return false;
}

const char *procedures_trigger(const struct sop *sop, struct span symptom)
{
    struct match_room *room = match_room_new();
    const char *found = NULL;
    for (size_t i = 0; i < sop->n_triggers && !found; i++) {
        struct match *match = match_new(span_of(sop->triggers[i]), MATCH_CASELESS, NULL);
        if (match && !match_may_be_empty(match) && matches_a_line(match, room, symptom))
            found = sop->triggers[i];
        match_free(match);
    }
    match_room_free(room);
    return found;
}
