// Tables of iptables-nft as nft lists them: a translation of each extension's own (extensions/libxt_*.c,
// *_xlate), which loses things. What stands there is read as what it may have been.
#include "core/base/mem.h"
#include "core/parse/nft_words.h"

static bool is_one_of(struct span word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (span_is(word, words[i]))
            return true;
    }
    return false;
}

// By its name and a base chain's: people write theirs in small letters.
bool nft_is_translated(const struct nft_words *w)
{
    static const char *const names[] = {"raw", "mangle", "nat", "filter", "security"};
    static const char *const chains[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
    struct ruleset *rs = w->build.rs;
    const struct table *table = &rs->tables[w->build.table];
    if ((table->family != NF_FAMILY_IP && table->family != NF_FAMILY_IP6) ||
        !is_one_of(table->name, names, ARRAY_LEN(names)))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(chains); i++) {
        if (ruleset_chain(rs, w->build.table, span_of(chains[i])))
            return true;
    }
    return false;
}

static bool lets_pass(const struct nft_words *w)
{
    const struct rule_item *last = w->build.n ? &w->build.items[w->build.n - 1] : NULL;
    return last && last->kind == ITEM_VERDICT &&
           (last->verdict.kind == VERDICT_ACCEPT || last->verdict.kind == VERDICT_RETURN);
}

// Lost are the `!` of --ports and its ranges, and the `!` of --ctstate with SNAT or DNAT and the states
// beside them. To let pass what was translated is usual (firewalld); to stop it is as usual as the reverse.
static bool is_mistold(const struct nft_words *w, const struct rule_item *item)
{
    if (item->kind != ITEM_MATCH || item->n_selectors == 0)
        return false;
    bool either_port = item->n_selectors == 2 && item->selectors[0].field == FIELD_SPORT &&
                       item->selectors[1].field == FIELD_DPORT;
    return either_port || (item->selectors[0].field == FIELD_CT_STATUS && !lets_pass(w));
}

static bool is_of_connection(const struct rule_item *item)
{
    enum field f = item->n_selectors > 0 ? item->selectors[0].field : FIELD_OPAQUE;
    return item->kind == ITEM_MATCH &&
           (f == FIELD_CT_DIRECTION || (f >= FIELD_CT_PROTO && f <= FIELD_CT_DPORT));
}

// --ctstate and what stands beside it are one match, whose other conditions count as met where there is no
// connection (xt_conntrack.c); and what nft prints of --ctstate may have become a `ct status`.
static void join_conntrack(struct nft_words *w)
{
    bool state = false;
    for (size_t i = 0; i < w->build.n; i++) {
        const struct rule_item *item = &w->build.items[i];
        enum field f =
            item->kind == ITEM_MATCH && item->n_selectors ? item->selectors[0].field : FIELD_OPAQUE;
        state |= f == FIELD_CT_STATE || f == FIELD_CT_STATUS;
    }
    for (size_t i = 0; state && i < w->build.n; i++)
        w->build.items[i].no_ct_matches = is_of_connection(&w->build.items[i]);
}

void nft_distrust(struct nft_words *w)
{
    static const struct selector opaque = {.field = FIELD_OPAQUE};
    join_conntrack(w);
    for (size_t i = 0; i < w->build.n; i++) {
        struct rule_item *item = &w->build.items[i];
        if (!is_mistold(w, item))
            continue;
        item->name = item->n_selectors == 2 ? "ports as nft lists iptables' rules"
                                            : "ct status as nft lists iptables' rules";
        item->selectors = &opaque;
        item->n_selectors = 1;
    }
}
