// Walking a tree of JSON values: every step takes "not there" and passes it on, so that a chain of steps
// needs one check at its end.
#include "core/door/json.h"

// A name that stands twice counts with its last value, as in Go's decoder, so as kubectl and the API see it.
const struct json_member *json_find(const struct json_value *map, const char *name)
{
    if (!map || map->kind != JSON_MAP)
        return NULL;
    size_t len = strlen(name);
    for (size_t i = map->n; i-- > 0;) {
        const struct json_member *m = &map->members[i];
        if (m->name.len == len && memcmp(m->name.at, name, len) == 0)
            return m;
    }
    return NULL;
}

const struct json_value *json_get(const struct json_value *map, const char *name)
{
    const struct json_member *m = json_find(map, name);
    return m ? &m->value : NULL;
}

static const struct json_value *json_get_span(const struct json_value *map, struct span name)
{
    if (!map || map->kind != JSON_MAP)
        return NULL;
    for (size_t i = map->n; i-- > 0;) {
        if (span_eq(map->members[i].name, name))
            return &map->members[i].value;
    }
    return NULL;
}

const struct json_value *json_path(const struct json_value *map, const char *dotted)
{
    struct span rest = span_of(dotted), part;
    while (map && span_cut(&rest, '.', &part))
        map = json_get_span(map, part);
    return map;
}

struct span json_text(const struct json_value *v)
{
    return v && v->kind == JSON_STRING ? v->text : (struct span){0};
}

bool json_is_true(const struct json_value *v)
{
    return v && v->kind == JSON_BOOL && span_is(v->text, "true");
}

bool json_to_i64(const struct json_value *v, int64_t *ret)
{
    return v && (v->kind == JSON_NUMBER || v->kind == JSON_STRING) && span_to_i64(v->text, ret);
}
