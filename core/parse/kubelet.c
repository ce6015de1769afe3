// The kubelet's DNS settings from its configuration file (JSON on EKS, YAML elsewhere: one small adapter
// reads both) and from command lines. Files are given in the order in which the kubelet reads them; a flag
// stays.
#include "core/parse/kubelet.h"

#include <string.h>

#include "core/base/str.h"
#include "core/door/json.h"
#include "core/door/yaml.h"

// ------------------------------------------------------------------ one view of JSON and YAML
struct document {
    const struct json_value *json;
    const struct yaml_node *yaml;
    uint32_t file;
};

struct scalar {
    const char *text;
    struct place place;
};

static struct scalar json_scalar(struct arena *arena, uint32_t file, const struct json_value *value)
{
    struct span text = json_text(value);
    if (!text.at)
        return (struct scalar){0};
    struct place place = place_at(file, value->line);
    place.column = value->column;
    return (struct scalar){arena_span(arena, text), place};
}

static struct scalar yaml_scalar(struct arena *arena, uint32_t file, const struct yaml_node *node)
{
    const char *text = yaml_text(node);
    if (!text)
        return (struct scalar){0};
    struct place place = place_at(file, node->line);
    place.column = node->column ? node->column - 1 : 0;
    return (struct scalar){arena_strdup(arena, text), place};
}

static struct scalar document_scalar(struct arena *arena, const struct document *doc, const char *name)
{
    return doc->json ? json_scalar(arena, doc->file, json_get(doc->json, name))
                     : yaml_scalar(arena, doc->file, yaml_get(doc->yaml, name));
}

// The i-th text of a list; its text is NULL at the end.
static struct scalar document_item(struct arena *arena, const struct document *doc, const char *name,
                                   size_t i)
{
    const struct json_value *list = json_get(doc->json, name);
    if (list)
        return list->kind == JSON_LIST && i < list->n ? json_scalar(arena, doc->file, &list->items[i])
                                                      : (struct scalar){0};
    const struct yaml_node *items = doc->yaml ? yaml_get(doc->yaml, name) : NULL;
    return items && items->kind == YAML_LIST && i < items->n ? yaml_scalar(arena, doc->file, items->items[i])
                                                             : (struct scalar){0};
}

static bool document_read(struct arena *arena, struct text text, struct document *ret, struct error *err)
{
    *ret = (struct document){.file = text.file};
    struct span body = span_trim(text.bytes);
    if (!body.len)
        return error_set(err, "line 1: the file is empty");
    if (body.at[0] == '{') {
        ret->json = json_parse(arena, text.bytes, err);
        const struct json_value *inner =
            json_get(ret->json, "kubeletconfig"); // as the configz endpoint wraps it
        ret->json = inner ? inner : ret->json;
        return ret->json != NULL;
    }
    ret->yaml = yaml_parse(arena, text.bytes, err);
    return ret->yaml && ret->yaml->kind == YAML_MAP;
}

static bool is_kubelet_document(struct arena *arena, const struct document *doc)
{
    struct scalar kind = document_scalar(arena, doc, "kind");
    return kind.text ? strcmp(kind.text, "KubeletConfiguration") == 0
                     : document_scalar(arena, doc, "clusterDomain").text ||
                           document_item(arena, doc, "clusterDNS", 0).text;
}

// ------------------------------------------------------------------ the settings
static void note_place(struct kubelet_config *config, struct place place)
{
    if (!place_is_set(config->place))
        config->place = place;
}

static void add_dns(struct arena *arena, struct kubelet_config *config, struct scalar value, size_t *cap)
{
    struct kubelet_dns *dns = ARENA_PUSH(arena, config->cluster_dns, config->n_cluster_dns, *cap);
    *dns = (struct kubelet_dns){.text = value.text, .place = value.place};
    ip_parse(span_of(value.text), &dns->ip);
    config->dns_known = true;
}

static void clear_dns(struct kubelet_config *config)
{
    config->cluster_dns = NULL;
    config->n_cluster_dns = 0;
}

static void mark_last(struct text text, struct kubelet_config *config)
{
    for (size_t i = 0; i < config->n_cluster_dns; i++) {
        struct kubelet_dns *dns = &config->cluster_dns[i];
        dns->last |= dns->place.file == text.file && span_ends(text.bytes, dns->text);
    }
}

static void take_dns_list(struct arena *arena, const struct document *doc, struct kubelet_config *config)
{
    size_t cap = 0;
    struct scalar item = document_item(arena, doc, "clusterDNS", 0);
    if (!item.text || config->dns_by_flag)
        return;
    clear_dns(config);
    for (size_t i = 0; item.text; item = document_item(arena, doc, "clusterDNS", ++i))
        add_dns(arena, config, item, &cap);
}

bool kubelet_parse_config(struct arena *arena, struct text text, struct kubelet_config *config,
                          struct error *err)
{
    struct document doc;
    if (!document_read(arena, text, &doc, err))
        return false;
    if (!is_kubelet_document(arena, &doc))
        return error_set(err, "line 1: this is no KubeletConfiguration");
    note_place(config, place_at(text.file, 1));
    take_dns_list(arena, &doc, config);
    mark_last(text, config);
    config->dns_known = true;
    struct scalar domain = document_scalar(arena, &doc, "clusterDomain");
    if (domain.text && !config->domain_by_flag) {
        config->cluster_domain = domain.text;
        config->domain_place = domain.place;
    }
    struct scalar path = document_scalar(arena, &doc, "resolvConf");
    if (path.text && !config->resolv_by_flag) {
        config->resolv_conf = path.text;
        config->resolv_place = path.place;
    }
    return true;
}

// ------------------------------------------------------------------ flags
struct flag_reader {
    struct arena *arena;
    struct kubelet_config *config;
    struct span line;
    struct place place;
    bool found;
};

// A word of a command line without quotes around it, or around a whole assignment.
static struct span unquoted(struct span word)
{
    while (word.len && strchr("'\"", word.at[0]))
        word = span_from(word, 1);
    while (word.len && strchr("'\"\\", word.at[word.len - 1]))
        word = span_first(word, word.len - 1);
    return word;
}

static void take_dns_flag(struct flag_reader *r, struct span value)
{
    size_t cap = 0;
    struct span part;
    clear_dns(r->config);
    r->config->dns_by_flag = true;
    while (span_cut(&value, ',', &part)) {
        if (part.len)
            add_dns(r->arena, r->config, (struct scalar){arena_span(r->arena, part), r->place}, &cap);
    }
}

static void take_flag(struct flag_reader *r, const char *name, struct span value)
{
    struct kubelet_config *config = r->config;
    const char *text = arena_span(r->arena, value);
    if (strcmp(name, "--cluster-dns") == 0) {
        take_dns_flag(r, value);
    } else if (strcmp(name, "--cluster-domain") == 0) {
        config->cluster_domain = text;
        config->domain_place = r->place;
        config->domain_by_flag = true;
    } else if (strcmp(name, "--resolv-conf") == 0) {
        config->resolv_conf = text;
        config->resolv_place = r->place;
        config->resolv_by_flag = true;
    } else {
        config->config_path = text;
    }
    note_place(config, r->place);
    r->found = true;
}

// "--name=value" or "--name value"; `rest` is what stands behind the word.
static void read_word(struct flag_reader *r, struct span word, struct span rest)
{
    static const char *const names[] = {"--cluster-dns", "--cluster-domain", "--resolv-conf", "--config"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct span value = word;
        if (!span_skip(&value, names[i]))
            continue;
        r->place.column = (uint32_t)(word.at - r->line.at);
        struct span next;
        if (span_skip(&value, "=") && value.len)
            take_flag(r, names[i], unquoted(value));
        else if (span_is(word, names[i]) && span_cut_word(&rest, &next) && !span_starts(next, "-"))
            take_flag(r, names[i], unquoted(next));
    }
}

static void read_command(struct flag_reader *r)
{
    struct span rest = r->line;
    struct span word;
    while (span_cut_word(&rest, &word)) {
        size_t dashes = span_find(word, "--"); // behind KUBELET_ARGS=' or a quote
        read_word(r, unquoted(span_from(word, dashes == SIZE_MAX ? word.len : dashes)), rest);
    }
}

bool kubelet_parse_flags(struct arena *arena, struct text text, struct kubelet_config *config)
{
    struct flag_reader r = {.arena = arena, .config = config};
    struct span rest = text.bytes;
    bool continued = false;
    for (uint32_t line = 1; span_cut_line(&rest, &r.line); line++) {
        r.place = place_at(text.file, line);
        bool comment = span_starts(span_trim(r.line), "#");
        bool ours = !comment && (continued || span_contains_caseless(r.line, "kubelet"));
        if (ours)
            read_command(&r);
        continued = ours && span_ends(span_trim(r.line), "\\");
    }
    mark_last(text, config);
    return r.found;
}

bool kubelet_hands_out(const struct kubelet_config *config, struct ip ip)
{
    for (size_t i = 0; i < config->n_cluster_dns; i++) {
        if (ip_eq(config->cluster_dns[i].ip, ip))
            return true;
    }
    return false;
}
