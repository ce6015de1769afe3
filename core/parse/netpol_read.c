// Selectors, addresses and ports of network policies.
#include "core/parse/netpol_read.h"

#include "core/base/mem.h"

void netpol_break(struct netpol_reader *r, const char *why)
{
    if (!r->policy->broken)
        r->policy->broken = arena_strdup(r->kube.arena, why);
}

static enum netpol_operator read_operator(struct netpol_reader *r, struct span name)
{
    static const char *const names[] = {"In", "NotIn", "Exists", "DoesNotExist"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i]))
            return (enum netpol_operator)i;
    }
    netpol_break(r, "an operator that does not exist");
    return NETPOL_IN;
}

static struct netpol_requirement read_expression(struct netpol_reader *r, const struct json_value *value)
{
    struct netpol_requirement ret = {
        .key = kube_read_text(&r->kube, value, "key"),
        .operator_ = read_operator(r, json_text(json_get(value, "operator"))),
    };
    ret.values = kube_read_texts(&r->kube, json_get(value, "values"), &ret.n);
    bool takes_values = ret.operator_ == NETPOL_IN || ret.operator_ == NETPOL_NOT_IN;
    if (!ret.key)
        netpol_break(r, "an expression without a key");
    else if (takes_values != (ret.n > 0))
        netpol_break(r, takes_values ? "an expression without values"
                                     : "an expression with values that takes none");
    ret.key = ret.key ? ret.key : "";
    return ret;
}

struct netpol_selector netpol_read_selector(struct netpol_reader *r, const struct json_value *value)
{
    struct netpol_selector ret = {0};
    if (!value || value->kind != JSON_MAP)
        return ret;
    struct kube_labels labels = kube_read_labels(&r->kube, value, "matchLabels");
    const struct json_value *expressions = json_get(value, "matchExpressions");
    size_t n = kube_read_count(expressions);
    struct netpol_requirement *items = arena_alloc(r->kube.arena, (labels.n + n + 1) * sizeof *items);
    for (size_t i = 0; i < labels.n; i++) {
        const char **only = arena_alloc(r->kube.arena, sizeof *only);
        *only = labels.items[i].value;
        items[i] = (struct netpol_requirement){labels.items[i].name, NETPOL_IN, only, 1};
    }
    for (size_t i = 0; i < n; i++)
        items[labels.n + i] = read_expression(r, &expressions->items[i]);
    return (struct netpol_selector){true, items, labels.n + n};
}

// "10.1.0.0" without a length is no CIDR; host bits are allowed.
void netpol_read_block(struct netpol_reader *r, const struct json_value *value, struct ip_prefix *ret)
{
    struct span text = json_text(value);
    if (span_find_char(text, '/') == SIZE_MAX || !ip_parse_prefix(text, ret))
        netpol_break(r, "a block that is no CIDR");
}

struct ip_prefix *netpol_read_blocks(struct netpol_reader *r, const struct json_value *list, size_t *ret_n)
{
    *ret_n = kube_read_count(list);
    struct ip_prefix *blocks = arena_alloc(r->kube.arena, (*ret_n + 1) * sizeof *blocks);
    for (size_t i = 0; i < *ret_n; i++)
        netpol_read_block(r, &list->items[i], &blocks[i]);
    return blocks;
}

const char *netpol_read_protocol(struct netpol_reader *r, const struct json_value *value)
{
    static const char *const names[] = {"TCP", "UDP", "SCTP"};
    struct span text = json_text(value);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(text, names[i]))
            return names[i];
    }
    if (value && value->kind != JSON_NULL)
        netpol_break(r, "a protocol that is none of TCP, UDP and SCTP");
    return "TCP";
}

uint16_t netpol_read_port_number(struct netpol_reader *r, const struct json_value *value)
{
    int64_t number;
    if (value->kind == JSON_NUMBER && json_to_i64(value, &number) && number >= 1 && number <= UINT16_MAX)
        return (uint16_t)number;
    netpol_break(r, "a port that is none");
    return 0;
}

// A port's name has a letter in it (IANA_SVC_NAME): "53" in quotes is neither a name nor a number.
const char *netpol_read_port_name(struct netpol_reader *r, const struct json_value *value)
{
    struct span text = json_text(value);
    bool letter = false;
    for (size_t i = 0; i < text.len; i++)
        letter = letter || (text.at[i] >= 'a' && text.at[i] <= 'z');
    if (!letter)
        netpol_break(r, "a port's name without a letter");
    return arena_span(r->kube.arena, text);
}
