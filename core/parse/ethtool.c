// Reads `ethtool -S`. Where several interfaces are in one file a header line parts them: the log collector
// writes "Interface eth0", people write the command itself.
#include "core/parse/ethtool.h"

static bool is_name(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] <= ' ' || s.at[i] == ':' || s.at[i] == '/')
            return false;
    }
    return s.len > 0 && s.len < 64;
}

// The interface that a header line names: "Interface eth0", "$ ethtool -S eth0", "==> eth0 <==", "eth0:".
static bool read_header(struct span line, struct span *ret_name)
{
    struct span rest = span_trim(line);
    size_t call = span_find(rest, "ethtool -S ");
    *ret_name = span_first(rest, rest.len ? rest.len - 1 : 0);
    if (rest.at == line.at && span_ends(rest, ":") && is_name(*ret_name))
        return true;
    if (call != SIZE_MAX)
        rest = span_from(rest, call + strlen("ethtool -S "));
    else if (!span_skip(&rest, "Interface") && !span_skip(&rest, "==>"))
        return false;
    span_skip(&rest, ":");
    struct span name;
    if (!span_cut_word(&rest, &name))
        return false;
    if (span_ends(name, ":"))
        name.len--;
    *ret_name = name;
    return is_name(name);
}

static bool read_counter(struct span line, struct span *ret_name, uint64_t *ret_value)
{
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == ':')
            colon = i;
    }
    if (colon == SIZE_MAX)
        return false;
    *ret_name = span_trim(span_first(line, colon));
    return ret_name->len > 0 && span_to_u64(span_trim(span_from(line, colon + 1)), ret_value);
}

static struct ethtool_nic *add_nic(struct arena *arena, struct ethtool *e, struct span name,
                                   struct place place)
{
    struct ethtool_nic *nic = ARENA_PUSH(arena, e->nics, e->n, e->cap);
    *nic = (struct ethtool_nic){.name = arena_span(arena, name), .place = place};
    return nic;
}

static void add_counter(struct arena *arena, struct ethtool_nic *nic, struct ethtool_counter counter)
{
    *ARENA_PUSH(arena, nic->counters, nic->n, nic->cap) = counter;
}

const struct ethtool *ethtool_parse(struct arena *arena, struct text text)
{
    struct ethtool *e = arena_alloc(arena, sizeof *e);
    struct ethtool_nic *nic = NULL;
    struct span rest = text.bytes, line, name;
    for (uint32_t number = 1; span_cut_line(&rest, &line); number++) {
        struct place place = place_at(text.file, number);
        uint64_t value;
        if (read_header(line, &name)) {
            nic = add_nic(arena, e, name, place);
            continue;
        }
        if (!read_counter(line, &name, &value) || span_starts(name, "queue_"))
            continue;
        if (!nic)
            nic = add_nic(arena, e, span_of(""), place);
        add_counter(arena, nic, (struct ethtool_counter){arena_span(arena, name), value, place});
    }
    return e;
}

const struct ethtool_nic *ethtool_nic(const struct ethtool *e, const char *name)
{
    for (size_t i = 0; e && i < e->n; i++) {
        if (strcmp(e->nics[i].name, name) == 0)
            return &e->nics[i];
    }
    return NULL;
}

const struct ethtool_counter *ethtool_counter(const struct ethtool_nic *nic, const char *name)
{
    for (size_t i = 0; nic && i < nic->n; i++) {
        if (strcmp(nic->counters[i].name, name) == 0)
            return &nic->counters[i];
    }
    return NULL;
}
