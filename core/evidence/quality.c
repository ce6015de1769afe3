// How far a file may be trusted before anybody parses it: it is empty, holds nothing but an error message, or
// breaks off before the end that its format always has. Only what the format itself promises is checked here;
// parsers find the rest. Of a log or a capture what stands there was seen, so those break off to "partial",
// all else to "unknown".
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/archive.h"
#include "core/evidence/inside.h"

enum { QUALITY_HEAD = 4096, QUALITY_TAIL = 1024, QUALITY_QUOTE = 160 };

static bool has_any(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strstr(text, *words))
            return true;
    }
    return false;
}

bool quality_is_log(const char *path)
{
    static const char *const folders[] = {"captures/", "/var_log/", "cluster/logs/", NULL};
    static const char *const names[] = {".log",    "dmesg",    "messages",          "syslog", ".pcap",
                                        "journal", "-log.txt", "filter-log-events", "cron",   NULL};
    return has_any(path, folders) || has_any(str_base_name(path), names);
}

static enum quality_kind quality_kind(const char *path)
{
    static const char *const reaching[] = {"dig", "ping", "curl", "nslookup", "getent", NULL};
    if (has_any(str_base_name(path), reaching))
        return QUALITY_REACH;
    return quality_is_log(path) ? QUALITY_LOG : QUALITY_ANSWER;
}

static void quality_set(struct evidence_file *f, enum evidence_state state, const char *why)
{
    f->state = state;
    f->why = why;
}

static void quality_set_broken_off(struct evidence_file *f, const char *why)
{
    quality_set(f, quality_is_log(f->path) ? EVIDENCE_PARTIAL : EVIDENCE_UNKNOWN, why);
}

// ------------------------------------------------------------------ ends

// A table, a chain, a rule with or without counters, COMMIT: what iptables-save writes, or the beginning of
// it.
static bool is_save_line(struct span line)
{
    if (line.len == 0)
        return false;
    switch (line.at[0]) {
    case '-':
        return line.len == 1 || line.at[1] == 'A';
    case '[':
        return line.len == 1 || (line.at[1] >= '0' && line.at[1] <= '9');
    default:
        return strchr("*:C", line.at[0]) != NULL;
    }
}

// iptables-save(8): each table's rules end in COMMIT. What else follows it (a shell's prompt) breaks nothing
// off.
static bool end_of_save(struct span tail)
{
    struct span line;
    bool whole = false;
    while (span_cut_line(&tail, &line)) {
        if (is_save_line(line))
            whole = span_is(span_trim(line), "COMMIT");
    }
    return whole;
}

static bool end_of_json(struct span tail)
{
    tail = span_trim(tail);
    return tail.len && (tail.at[tail.len - 1] == '}' || tail.at[tail.len - 1] == ']');
}

// The line of a table's head, or the beginning of it, or what stands indented inside.
static bool is_nft_line(struct span line)
{
    static const char head[] = "table ";
    size_t n = line.len < strlen(head) ? line.len : strlen(head);
    return line.at[0] == '\t' || line.at[0] == ' ' || memcmp(line.at, head, n) == 0;
}

// nft(8): each table is a block in braces. What else follows the last one breaks nothing off.
static bool end_of_nft(struct span tail)
{
    struct span line;
    bool whole = false;
    while (span_cut_line(&tail, &line)) {
        if (span_is(line, "}"))
            whole = true;
        else if (span_trim(line).len && is_nft_line(line))
            whole = false;
    }
    return whole;
}

struct ending {
    const char *part; // how the file's name ends
    bool (*is_there)(struct span tail);
    const char *why;
};

static const struct ending endings[] = {
    {"tables-save.txt", end_of_save, "it breaks off before COMMIT"},
    {"tables-legacy-save.txt", end_of_save, "it breaks off before COMMIT"},
    {"tables-nft-save.txt", end_of_save, "it breaks off before COMMIT"},
    {"nftables.txt", end_of_nft, "it breaks off before the last closing brace"},
    {".json", end_of_json, "the JSON breaks off"},
};

static const struct ending *ending_of(const char *path)
{
    struct span name = span_of(str_base_name(path));
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (span_ends(name, endings[i].part))
            return &endings[i];
    }
    return NULL;
}

static void quality_check_end(struct evidence_file *f)
{
    const struct ending *ending = f->compressed ? NULL : ending_of(f->path);
    if (!ending)
        return;
    char tail[QUALITY_TAIL];
    size_t n = content_tail(f->real, f->size, tail, sizeof tail);
    if (!ending->is_there(span_make(tail, n)))
        quality_set_broken_off(f, ending->why);
}

// ------------------------------------------------------------------ whole contents

static bool is_empty_list(struct span text)
{
    size_t at = span_find(text, "\"items\"");
    if (at == SIZE_MAX)
        return false;
    struct span rest = span_trim(span_from(text, at + strlen("\"items\"")));
    if (!span_skip(&rest, ":"))
        return false;
    rest = span_trim(rest);
    return span_skip(&rest, "[") && span_starts(span_trim(rest), "]");
}

void quality_doubt_empty_lists(struct evidence *ev)
{
    static const char *const always[] = {"cluster/pods.json",           "cluster/nodes.json",
                                         "cluster/services.json",       "cluster/namespaces.json",
                                         "cluster/endpointslices.json", "cluster/configmaps.json"};
    char head[QUALITY_HEAD];
    for (size_t i = 0; i < ARRAY_LEN(always); i++) {
        struct evidence_file *f = map_get(&ev->by_path, span_of(always[i]));
        if (!f || f->probe || f->size >= sizeof head || f->state != EVIDENCE_KNOWN)
            continue;
        if (is_empty_list(span_make(head, content_head(f->real, head, sizeof head))))
            quality_set(f, EVIDENCE_UNKNOWN,
                        "it lists nothing, as kubectl does when it fails; no cluster is without any");
    }
}

// A text that was read whole.
static void quality_check_text(struct evidence *ev, struct evidence_file *f, struct span text)
{
    struct span first;
    if (span_trim(text).len == 0) {
        quality_set(f, EVIDENCE_UNKNOWN, text.len ? "the file is blank" : "the file is empty");
    } else if (quality_is_only_error(text, quality_kind(f->path), &first)) {
        struct str why = {0};
        str_add(&why, "it holds only an error message: ");
        utf8_make_safe(utf8_first(first, QUALITY_QUOTE), &why);
        quality_set(f, EVIDENCE_UNKNOWN, arena_span(&ev->arena, str_span(&why)));
        str_done(&why);
    }
}

void quality_judge(struct evidence *ev, struct evidence_file *f)
{
    char head[QUALITY_HEAD];
    if (access(f->real, R_OK) < 0) {
        quality_set(f, EVIDENCE_UNKNOWN, "it cannot be read");
        return;
    }
    size_t n = content_head(f->real, head, sizeof head);
    f->compressed = archive_is_compressed(span_make(head, n));
    if (f->compressed) {
        n = archive_head(f->real, head, sizeof head);
        if (n == 0)
            quality_set(f, EVIDENCE_UNKNOWN, "it cannot be unpacked, or holds nothing");
    }
    if (n < sizeof head && f->state == EVIDENCE_KNOWN)
        quality_check_text(ev, f, span_make(head, n));
    if (f->state == EVIDENCE_KNOWN)
        quality_check_end(f);
}
