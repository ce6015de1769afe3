// The log collector's folder (awslabs/amazon-eks-ami, eks-log-collector.sh): known by the names of its
// folders, and its node by what the kubelet and system/ say. A bundle holds no file that simply names the
// node, so the kubelet's own words come first, then the host's name in front of its journal lines, then the
// instance's id.
#include <dirent.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/evidence/inside.h"

enum { BUNDLE_READ = 256 << 10, BUNDLE_NAME_MAX = 253 };

// ------------------------------------------------------------------ is it one

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(name, *names) == 0)
            return true;
    }
    return false;
}

static const char *const tree_names[] = {"target.yaml", "probes.jsonl", "cluster", "nodes", "pods",
                                         "bastion",     "captures",     "aws",     NULL};
static const char *const bundle_names[] = {"networking", "kubelet", "system",     "var_log",       "kernel",
                                           "sysctls",    "cni",     "containerd", "sandbox-image", "ipamd",
                                           "storage",    "nodeadm", "docker",     "modinfo",       "gpu",
                                           "samples",    NULL};

struct names_in { // how many entries of a folder have a known name
    size_t of_bundle, of_tree, other_folders;
};

static struct names_in count_names(const char *dir)
{
    struct names_in ret = {0};
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        bool of_bundle = is_among(e->d_name, bundle_names);
        ret.of_bundle += of_bundle;
        ret.of_tree += is_among(e->d_name, tree_names);
        ret.other_folders += !of_bundle && e->d_type == DT_DIR && e->d_name[0] != '.';
    }
    if (d)
        closedir(d);
    return ret;
}

bool bundle_is_one(const char *dir)
{
    struct names_in n = count_names(dir);
    return n.of_tree == 0 && (n.of_bundle >= 2 || (n.of_bundle == 1 && n.other_folders == 0));
}

bool bundle_is_tree(const char *dir)
{
    return count_names(dir).of_tree > 0;
}

// ------------------------------------------------------------------ whose is it

// A name that may stand in a path: a host's (RFC 1123), in lower case as Kubernetes has it.
static const char *bundle_name(struct evidence *ev, struct span s)
{
    if (s.len == 0 || s.len > BUNDLE_NAME_MAX || s.at[0] == '.' || s.at[0] == '-')
        return NULL;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
            return NULL;
    }
    return arena_span(&ev->arena, s);
}

static struct span until(struct span s, const char *stops)
{
    for (size_t i = 0; i < s.len; i++) {
        if (strchr(stops, s.at[i]))
            return span_first(s, i);
    }
    return s;
}

// What follows `before` in the text, in quotes or not.
static const char *bundle_after(struct evidence *ev, struct span text, const char *before)
{
    for (size_t at; (at = span_find(text, before)) != SIZE_MAX;) {
        text = span_from(text, at + strlen(before));
        struct span rest = text;
        span_skip(&rest, "\"");
        const char *name = bundle_name(ev, until(rest, "\" \t\r\n',\\"));
        if (name)
            return name;
    }
    return NULL;
}

// The kubelet's flag, and what it says when it registers its node (kubelet_node_status.go).
static const char *name_from_kubelet(struct evidence *ev, struct span text)
{
    static const char *const before[] = {"--hostname-override=",
                                         "--hostname-override ",
                                         "\"Attempting to register node\" node=",
                                         "\"Successfully registered node\" node=",
                                         "\"Node was previously registered\" node=",
                                         "Attempting to register node ",
                                         "Successfully registered node "};
    for (size_t i = 0; i < ARRAY_LEN(before); i++) {
        const char *name = bundle_after(ev, text, before[i]);
        if (name)
            return name;
    }
    return NULL;
}

// "Nov 23 07:00:01 HOST kubelet[3127]: …": the word before the program's.
static const char *name_from_journal(struct evidence *ev, struct span text)
{
    struct span line;
    while (span_cut_line(&text, &line)) {
        struct span word, before = {0};
        while (span_cut_word(&line, &word)) {
            if (span_starts(word, "kubelet["))
                return before.at ? bundle_name(ev, before) : NULL;
            before = word;
        }
    }
    return NULL;
}

// "providerID": "aws:///eu-west-1a/i-0abc…"
static const char *name_from_config(struct evidence *ev, struct span text)
{
    size_t at = span_find(text, "aws:///");
    if (at == SIZE_MAX)
        return NULL;
    struct span rest = span_from(text, at + strlen("aws:///")), part;
    return span_cut(&rest, '/', &part) ? bundle_name(ev, until(rest, "\" \r\n")) : NULL;
}

static const char *name_from_word(struct evidence *ev, struct span text)
{
    struct span word;
    return span_cut_word(&text, &word) ? bundle_name(ev, word) : NULL;
}

struct witness { // a file that may name the node, the surest first
    const char *file;
    const char *(*read)(struct evidence *ev, struct span text);
};

static const struct witness witnesses[] = {
    {"system/hostname.txt", name_from_word},
    {"system/hostname", name_from_word},
    {"kubelet/kubelet_service.txt", name_from_kubelet},
    {"kubelet/kubelet.log", name_from_kubelet},
    {"kubelet/kubelet.log", name_from_journal},
    {"kubelet/kubelet_service.txt", name_from_journal},
    {"system/instance-id.txt", name_from_word},
    {"kubelet/config.json", name_from_config},
    {"kubelet/kubelet-config.json", name_from_config},
};

static const char *bundle_ask(struct evidence *ev, const struct witness *w, const char *dir, char *buffer)
{
    char *file = mem_printf("%s/%s", dir, w->file);
    size_t n = content_head(file, buffer, BUNDLE_READ);
    free(file);
    return n ? w->read(ev, span_make(buffer, n)) : NULL;
}

const char *bundle_node(struct evidence *ev, const char *dir)
{
    char *buffer = mem_alloc(BUNDLE_READ);
    const char *name = NULL;
    for (size_t i = 0; !name && i < ARRAY_LEN(witnesses); i++)
        name = bundle_ask(ev, &witnesses[i], dir, buffer);
    free(buffer);
    return name ? name : arena_printf(&ev->arena, "node-%u", ++ev->n_unnamed);
}
