// target.yaml's text (contract, section 1): how events carry what is being looked at.
#include "core/door/yaml.h"
#include "core/session/inside.h"

static const char *copy_scalar(struct arena *arena, const struct yaml_node *root, const char *key)
{
    const char *text = yaml_text(yaml_get(root, key));
    return text ? arena_strdup(arena, text) : NULL;
}

static usec_t read_time(const struct yaml_node *window, const char *key)
{
    usec_t t;
    const char *text = yaml_text(yaml_get(window, key));
    return text && clock_parse_rfc3339(span_of(text), &t) ? t : TIME_UNKNOWN;
}

void session_read_target(struct arena *arena, const char *text, struct target *ret)
{
    struct arena tree = {0};
    const struct yaml_node *root = text ? yaml_parse(&tree, span_of(text), NULL) : NULL;
    const struct yaml_node *window = yaml_get(root, "window");
    *ret = (struct target){
        .context = copy_scalar(arena, root, "context"),
        .namespace_ = copy_scalar(arena, root, "namespace"),
        .pod = copy_scalar(arena, root, "pod"),
        .node = copy_scalar(arena, root, "node"),
        .instance = copy_scalar(arena, root, "instance"),
        .query = copy_scalar(arena, root, "query"),
        .symptom = copy_scalar(arena, root, "symptom"),
        .window = {read_time(window, "from"), read_time(window, "to")},
    };
    arena_done(&tree);
}

static void add_line(struct str *out, const char *key, const char *value)
{
    str_printf(out, "%s: ", key);
    if (value)
        yaml_add_scalar(out, span_of(value), true);
    else
        str_add(out, "null");
    str_add_char(out, '\n');
}

char *session_target_text(const struct target *t)
{
    struct str out = {0};
    char from[32] = "null", to[32] = "null";
    if (t->window.from != TIME_UNKNOWN)
        clock_format(t->window.from, from);
    if (t->window.to != TIME_UNKNOWN)
        clock_format(t->window.to, to);
    add_line(&out, "context", t->context);
    add_line(&out, "namespace", t->namespace_);
    add_line(&out, "pod", t->pod);
    add_line(&out, "node", t->node);
    add_line(&out, "instance", t->instance);
    add_line(&out, "query", t->query);
    add_line(&out, "symptom", t->symptom);
    str_printf(&out, "window: {from: %s, to: %s}\n", from, to);
    return str_take(&out);
}
