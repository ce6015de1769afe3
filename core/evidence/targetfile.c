// target.yaml: what is being looked at. Several sources may bring one each; the first that names a thing
// counts.
#include "core/door/yaml.h"
#include "core/evidence/inside.h"

struct target_key {
    const char *name;
    size_t offset; // of a const char * in struct target
};

static const struct target_key target_keys[] = {
    {"context", offsetof(struct target, context)},   {"namespace", offsetof(struct target, namespace_)},
    {"pod", offsetof(struct target, pod)},           {"node", offsetof(struct target, node)},
    {"instance", offsetof(struct target, instance)}, {"query", offsetof(struct target, query)},
    {"symptom", offsetof(struct target, symptom)},
};

static bool target_take_time(const struct yaml_node *window, const char *key, usec_t *ret, struct error *err)
{
    const struct yaml_node *node = yaml_get(window, key);
    const char *text = yaml_text(node);
    usec_t t;
    if (!text) {
        return !node || node->kind == YAML_SCALAR ||
               error_set(err, "line %u: window.%s is not a time", node->line, key);
    }
    if (!clock_parse_rfc3339(span_of(text), &t))
        return error_set(err, "line %u: window.%s is \"%s\", which is not a time like 2026-11-23T07:00:00Z",
                         node->line, key, text);
    if (*ret == TIME_UNKNOWN)
        *ret = t;
    return true;
}

static bool target_take_window(struct target *target, const struct yaml_node *window, struct error *err)
{
    if (!window || (window->kind == YAML_SCALAR && !yaml_text(window)))
        return true;
    if (window->kind != YAML_MAP)
        return error_set(err, "line %u: window is not {from: TIME, to: TIME}", window->line);
    struct window *w = &target->window;
    if (!target_take_time(window, "from", &w->from, err) || !target_take_time(window, "to", &w->to, err))
        return false;
    if (w->from != TIME_UNKNOWN && w->to != TIME_UNKNOWN && w->from > w->to)
        return error_set(err, "line %u: the window ends before it begins", window->line);
    return true;
}

static bool target_take(struct evidence *ev, const struct yaml_node *map, struct error *err)
{
    for (size_t i = 0; i < sizeof target_keys / sizeof *target_keys; i++) {
        const struct yaml_node *node = yaml_get(map, target_keys[i].name);
        const char **field = (const char **)((char *)&ev->target + target_keys[i].offset);
        if (node && node->kind != YAML_SCALAR)
            return error_set(err, "line %u: %s is not a plain text", node->line, target_keys[i].name);
        if (!*field && yaml_text(node))
            *field = arena_strdup(&ev->arena, yaml_text(node));
    }
    return target_take_window(&ev->target, yaml_get(map, "window"), err);
}

bool targetfile_read(struct evidence *ev, uint32_t file, struct error *err)
{
    struct text text;
    if (!evidence_text(ev, file, &text, err))
        return false;
    struct arena arena = {0};
    struct error why = {0};
    const struct yaml_node *root = yaml_parse(&arena, text.bytes, &why);
    bool good = root || !*why.text; // an empty document names nothing
    if (root && root->kind == YAML_MAP)
        good = target_take(ev, root, &why);
    else if (root && (root->kind != YAML_SCALAR || yaml_text(root)))
        good = error_set(&why, "line %u: is not a map of keys and values", root->line);
    arena_done(&arena);
    return good || error_set(err, "%s: %s; mend it, or remove it and name the target with -n, -p, --node",
                             ev->files[file].real, why.text);
}
