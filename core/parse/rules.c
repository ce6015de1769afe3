// Which program listed a ruleset shows in its first lines.
#include "core/parse/rules.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/iptables.h"
#include "core/parse/iptables_list.h"
#include "core/parse/nft.h"

// A listing does not name its table; its file does: "iptables-nat.txt".
static const char *table_of_name(const char *path)
{
    static const char *const tables[] = {"nat", "mangle", "raw", "security"};
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        if (strstr(slash ? slash : path, tables[i]))
            return tables[i];
    }
    return "filter";
}

// What other calls of the same programs print is refused by its name.
static const char *other_listing(struct span text)
{
    struct span head = span_trim(text);
    if (span_starts(head, "{"))
        return "JSON is not read: `nft list ruleset` without -j is";
    if (span_starts(head, "-P ") || span_starts(head, "-N ") || span_starts(head, "-A "))
        return "iptables -S does not say of which table: the output of iptables-save is read";
    return NULL;
}

static struct ruleset *parse_as(struct text text, const char *path, struct error *err)
{
    if (nft_is(text.bytes))
        return nft_parse(text, err);
    if (iptables_list_is(text.bytes))
        return iptables_list_parse(text, table_of_name(path), err);
    return iptables_parse(text, err);
}

// "ip6tables-save.txt": the program that wrote the file.
static enum nf_family family_of_name(const char *path)
{
    struct span name = span_of(str_base_name(path));
    if (span_starts(name, "ip6tables"))
        return NF_FAMILY_IP6;
    return span_starts(name, "iptables") ? NF_FAMILY_IP : NF_FAMILY_UNKNOWN;
}

struct ruleset *rules_parse(struct text text, const char *path, struct error *err)
{
    const char *other = other_listing(text.bytes);
    if (other) {
        error_set(err, "%s", other);
        return NULL;
    }
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
