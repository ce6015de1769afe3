// Which program listed a ruleset shows in its first lines.
#include "core/parse/rules.h"

#include "core/parse/iptables.h"
#include "core/parse/nft.h"

static struct ruleset *parse_as(struct text text, const char *path, struct error *err)
{
    (void)path;
    return nft_is(text.bytes) ? nft_parse(text, err) : iptables_parse(text, err);
}

// "ip6tables-save.txt": the program that wrote the file.
static enum nf_family family_of_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct span name = span_of(slash ? slash + 1 : path);
    if (span_starts(name, "ip6tables"))
        return NF_FAMILY_IP6;
    return span_starts(name, "iptables") ? NF_FAMILY_IP : NF_FAMILY_UNKNOWN;
}

struct ruleset *rules_parse(struct text text, const char *path, struct error *err)
{
    struct ruleset *rs = parse_as(text, path, err);
    if (!rs)
        return NULL;
    rs->path = arena_strdup(&rs->arena, path);
    for (size_t i = 0; i < rs->n_tables; i++) {
        if (rs->tables[i].family == NF_FAMILY_UNKNOWN)
            rs->tables[i].family = family_of_name(path);
    }
    return rs;
}
