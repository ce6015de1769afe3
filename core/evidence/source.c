// Finds out what a source is by looking, not by its name: a folder of the log collector, an evidence tree, an
// archive of either, a capture, a compressed or plain file.
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/evidence/inside.h"

enum { SOURCE_HEAD = 4096, SOURCE_NESTED_MAX = 4 };

// ------------------------------------------------------------------ folders

// The only thing in a folder, where that is a folder itself (an archive's top folder); the caller frees it.
static char *only_folder_in(const char *dir)
{
    DIR *d = opendir(dir);
    char *ret = NULL;
    size_t n = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (n++ == 0 && e->d_type == DT_DIR)
            ret = mem_printf("%s/%s", dir, e->d_name);
    }
    if (d)
        closedir(d);
    if (n != 1) {
        free(ret);
        return NULL;
    }
    return ret;
}

char *evidence_find_bundle(const char *dir)
{
    char *at = mem_strdup(dir);
    for (unsigned depth = 0; at && depth < SOURCE_NESTED_MAX; depth++) {
        if (bundle_is_one(at))
            return at;
        char *below = only_folder_in(at);
        free(at);
        at = below;
    }
    free(at);
    return NULL;
}

static bool is_there(const char *dir, const char *name)
{
    char *path = mem_printf("%s/%s", dir, name);
    struct stat st;
    bool there = stat(path, &st) == 0;
    free(path);
    return there;
}

char *source_find_tree(const char *dir)
{
    char *at = mem_strdup(dir);
    for (unsigned depth = 0; at && depth < SOURCE_NESTED_MAX && !bundle_is_tree(at); depth++) {
        bool is_case = is_there(at, "evidence") && (is_there(at, "case.db") || is_there(at, "events.jsonl"));
        char *below = is_case ? mem_printf("%s/evidence", at) : only_folder_in(at);
        free(at);
        at = below;
    }
    if (at && bundle_is_tree(at))
        return at;
    free(at);
    return mem_strdup(dir);
}

static bool source_add_folder(struct evidence *ev, const char *source, const char *dir, struct error *err)
{
    char *bundle = evidence_find_bundle(dir);
    char *tree = bundle ? NULL : source_find_tree(dir);
    const char *prefix = bundle ? arena_printf(&ev->arena, "nodes/%s/", bundle_node(ev, bundle)) : "";
    bool good = walk_folder(ev, source, bundle ? bundle : tree, prefix, err);
    free(bundle);
    free(tree);
    return good;
}

// ------------------------------------------------------------------ single files

// pcap: tcpdump's magic in both orders, with micro- and nanoseconds; pcapng: a section header block
// (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
static bool is_packet_file(struct span head)
{
    static const char magics[][5] = {"\xA1\xB2\xC3\xD4", "\xD4\xC3\xB2\xA1", "\xA1\xB2\x3C\x4D",
                                     "\x4D\x3C\xB2\xA1", "\x0A\x0D\x0D\x0A"};
    for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
        if (head.len >= 4 && memcmp(head.at, magics[i], 4) == 0)
            return true;
    }
    return false;
}

// "07:04:10.123456", as tcpdump writes the time with or without a date.
static bool is_packet_time(struct span word)
{
    static const char form[] = "00:00:00.000000";
    if (word.len < strlen(form))
        return false;
    for (size_t i = 0; i < strlen(form); i++) {
        bool digit = word.at[i] >= '0' && word.at[i] <= '9';
        if (form[i] == '0' ? !digit : word.at[i] != form[i])
            return false;
    }
    return true;
}

// A line of `tcpdump -nn -tttt`: a time, perhaps an interface and a direction (-i any), then the protocol.
static bool is_packet_line(struct span line)
{
    bool timed = false;
    struct span word;
    for (unsigned i = 0; i < 6 && span_cut_word(&line, &word); i++) {
        if (timed && (span_is(word, "IP") || span_is(word, "IP6") || span_is(word, "ARP,")))
            return true;
        timed = timed || (i < 2 && is_packet_time(word));
    }
    return false;
}

static bool is_packet_text(struct span head)
{
    struct span line;
    for (unsigned i = 0; i < 10 && span_cut_line(&head, &line); i++) {
        if (is_packet_line(line))
            return true;
    }
    return false;
}

static bool source_add_file(struct evidence *ev, const char *source, const struct stat *st, struct error *err)
{
    char buffer[SOURCE_HEAD];
    struct span head = span_make(buffer, content_head(source, buffer, sizeof buffer));
    if (archive_is_compressed(head))
        head.len = archive_head(source, buffer, sizeof buffer);
    if (archive_is_tar(head))
        return packed_add(ev, source, err);
    bool is_capture = is_packet_file(head) || is_packet_text(head);
    const char *path = arena_printf(&ev->arena, "%s%s", is_capture ? "captures/" : "", str_base_name(source));
    walk_add_file(ev, source, source, path, st);
    return true;
}

bool source_add(struct evidence *ev, const char *path, struct error *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return error_set_errno(err, errno, "%s", path);
    char *source = arena_strdup(&ev->arena, path);
    for (size_t n = strlen(source); n > 1 && source[n - 1] == '/'; n--)
        source[n - 1] = '\0';
    if (S_ISDIR(st.st_mode))
        return source_add_folder(ev, source, path, err);
    if (S_ISREG(st.st_mode))
        return source_add_file(ev, source, &st, err);
    return error_set(err, "%s: is neither a file nor a folder", path);
}
