// Fields of Kubernetes objects: every function takes what may not be there and gives the absent value for it.
#include "core/parse/kuberead.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

size_t kube_read_count(const struct json_value *list)
{
    return list && list->kind == JSON_LIST ? list->n : 0;
}

const char *kube_read_text(const struct kube_reader *r, const struct json_value *map, const char *path)
{
    struct span text = json_text(json_path(map, path));
    return text.at ? intern_text(r->intern, text) : NULL;
}

usec_t kube_read_time(const struct json_value *map, const char *path)
{
    usec_t time;
    return clock_parse_rfc3339(json_text(json_path(map, path)), &time) ? time : TIME_UNKNOWN;
}

struct ip kube_read_ip(const struct json_value *map, const char *path)
{
    struct ip ip = {0};
    ip_parse(json_text(json_path(map, path)), &ip);
    return ip;
}

enum tri kube_read_tri(const struct json_value *map, const char *path, enum tri absent)
{
    const struct json_value *value = json_path(map, path);
    return value && value->kind == JSON_BOOL ? tri_of(json_is_true(value)) : absent;
}

int64_t kube_read_number(const struct json_value *map, const char *path, int64_t absent)
{
    int64_t value = absent;
    json_to_i64(json_path(map, path), &value);
    return value;
}

struct place kube_read_place(const struct kube_reader *r, const struct json_value *value)
{
    struct place place = {.file = FILE_NONE};
    if (value) {
        place = place_at(r->file, value->line);
        place.column = value->column;
    }
    return place;
}

struct place kube_read_member_place(const struct kube_reader *r, const struct json_value *map,
                                    const char *path)
{
    const char *dot = strrchr(path, '.');
    const struct json_value *parent = map;
    if (dot) {
        struct str head = {0};
        str_add_span(&head, span_make(path, (size_t)(dot - path)));
        parent = json_path(map, str_text(&head));
        str_done(&head);
    }
    const struct json_member *member = json_find(parent, dot ? dot + 1 : path);
    if (!member)
        return (struct place){.file = FILE_NONE};
    struct place place = place_at(r->file, member->line);
    place.column = member->column;
    return place;
}

const void *kube_take_array(const struct kube_reader *r, void *items, size_t bytes)
{
    const void *ret = intern_array(r->intern, items, bytes);
    free(items);
    return ret;
}

struct kube_labels kube_read_labels(const struct kube_reader *r, const struct json_value *map,
                                    const char *path)
{
    const struct json_value *labels = json_path(map, path);
    struct kube_labels ret = {0};
    if (!labels || labels->kind != JSON_MAP)
        return ret;
    struct kube_label *items = mem_calloc(labels->n, sizeof *items);
    for (size_t i = 0; i < labels->n; i++) {
        items[i].name = intern_text(r->intern, labels->members[i].name);
        items[i].value = intern_text(r->intern, json_text(&labels->members[i].value));
    }
    ret.n = labels->n;
    ret.items = kube_take_array(r, items, labels->n * sizeof *items);
    return ret;
}

const char *const *kube_read_texts(const struct kube_reader *r, const struct json_value *list, size_t *ret_n)
{
    size_t n = kube_read_count(list);
    const char **texts = mem_calloc(n, sizeof *texts);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct span text = json_text(&list->items[i]);
        if (text.at)
            texts[(*ret_n)++] = intern_text(r->intern, text);
    }
    return kube_take_array(r, texts, *ret_n * sizeof *texts);
}

static void read_owner(const struct kube_reader *r, const struct json_value *owners, struct kube_meta *ret)
{
    for (size_t i = 0; i < kube_read_count(owners); i++) {
        const struct json_value *owner = &owners->items[i];
        if (ret->owner_name && !json_is_true(json_get(owner, "controller")))
            continue;
        ret->owner_kind = kube_read_text(r, owner, "kind");
        ret->owner_name = kube_read_text(r, owner, "name");
    }
}

// The one text of an object that no other shares.
static const char *read_own_name(const struct kube_reader *r, struct span name)
{
    return name.at ? arena_span(r->arena, name) : NULL;
}

void kube_read_meta(const struct kube_reader *r, const struct json_value *object, struct kube_meta *ret)
{
    const struct json_value *meta = json_get(object, "metadata");
    const struct json_value *name = json_get(meta, "name");
    *ret = (struct kube_meta){
        .namespace_ = kube_read_text(r, meta, "namespace"),
        .name = read_own_name(r, json_text(name)),
        .labels = kube_read_labels(r, meta, "labels"),
        .created = kube_read_time(meta, "creationTimestamp"),
        .deleted = kube_read_time(meta, "deletionTimestamp"),
        .place = name ? kube_read_member_place(r, meta, "name") : kube_read_place(r, object),
    };
    read_owner(r, json_get(meta, "ownerReferences"), ret);
}

// A condition's own words, which kubectl prints in a row: from its message to its type. Where other fields
// stand between them, its type alone.
struct place kube_read_condition_place(const struct kube_reader *r, const struct json_value *item)
{
    static const char *const words[] = {"message", "reason", "status"};
    struct place place = kube_read_member_place(r, item, "type");
    for (size_t i = 0; i < ARRAY_LEN(words) && place_is_set(place); i++) {
        struct place word = kube_read_member_place(r, item, words[i]);
        if (!place_is_set(word) || word.line > place.line || place.line - word.line > ARRAY_LEN(words))
            continue;
        place.line = word.line;
        place.column = word.column;
        break;
    }
    return place;
}

struct kube_condition kube_read_condition(const struct kube_reader *r, const struct json_value *item)
{
    return (struct kube_condition){
        .type = kube_read_text(r, item, "type"),
        .status = kube_read_text(r, item, "status"),
        .reason = kube_read_text(r, item, "reason"),
        .message = kube_read_text(r, item, "message"),
        .since = kube_read_time(item, "lastTransitionTime"),
        .place = kube_read_condition_place(r, item),
    };
}

struct kube_condition *kube_read_conditions(const struct kube_reader *r, const struct json_value *list,
                                            size_t *ret_n)
{
    *ret_n = kube_read_count(list);
    struct kube_condition *conditions = arena_alloc(r->arena, *ret_n * sizeof *conditions);
    for (size_t i = 0; i < *ret_n; i++)
        conditions[i] = kube_read_condition(r, &list->items[i]);
    return conditions;
}

const struct kube_port *kube_read_ports(const struct kube_reader *r, const struct json_value *list,
                                        const char *number, size_t *ret_n)
{
    *ret_n = kube_read_count(list);
    struct kube_port *ports = mem_calloc(*ret_n, sizeof *ports);
    for (size_t i = 0; i < *ret_n; i++) {
        const struct json_value *item = &list->items[i];
        const char *protocol = kube_read_text(r, item, "protocol");
        ports[i].name = kube_read_text(r, item, "name");
        ports[i].port = (uint16_t)kube_read_number(item, number, 0);
        ports[i].protocol = protocol ? protocol : "TCP";
    }
    return kube_take_array(r, ports, *ret_n * sizeof *ports);
}

// ------------------------------------------------------------------ quantities
static double suffix_factor(struct span suffix)
{
    static const struct {
        const char *suffix;
        double factor;
    } table[] = {
        {"", 1},        {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},    {"k", 1e3},     {"M", 1e6},
        {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},    {"Ki", 1024.0}, {"Mi", 1048576.0},
        {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (span_is(suffix, table[i].suffix))
            return table[i].factor;
    }
    return -1;
}

static double take_digits(struct span *s, double value, double *scale)
{
    while (s->len && s->at[0] >= '0' && s->at[0] <= '9') {
        value = value * 10 + (s->at[0] - '0');
        *scale *= 10;
        *s = span_from(*s, 1);
    }
    return value;
}

// "12e3" has a decimal exponent where "12E" is exa.
static double take_exponent(struct span *s)
{
    int64_t exponent;
    if (s->len < 2 || (s->at[0] != 'e' && s->at[0] != 'E') || !span_to_i64(span_from(*s, 1), &exponent) ||
        exponent < -30 || exponent > 30)
        return 1;
    *s = span_from(*s, s->len);
    double factor = 1;
    for (; exponent > 0; exponent--)
        factor *= 10;
    for (; exponent < 0; exponent++)
        factor /= 10;
    return factor;
}

static double parse_quantity(struct span s)
{
    double scale = 1;
    double value = take_digits(&s, 0, &scale);
    scale = 1;
    if (s.len && s.at[0] == '.') {
        s = span_from(s, 1);
        value = take_digits(&s, value, &scale);
    }
    double exponent = take_exponent(&s);
    double factor = suffix_factor(s);
    return factor < 0 ? 0 : value / scale * exponent * factor;
}

int64_t kube_read_quantity(const struct json_value *value)
{
    if (!value || (value->kind != JSON_STRING && value->kind != JSON_NUMBER))
        return 0;
    double milli = parse_quantity(value->text) * 1000;
    return milli >= (double)INT64_MAX ? INT64_MAX : (int64_t)(milli + 0.5);
}
