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

static const char hidden_type[] = "fib saddr type as nft lists iptables' rules";

// --save-mark and --restore-mark with a mask leave the other bits alone, which nft does not say. A value that
// is shifted stands in parentheses, and what it is put together with is not all there.
void nft_mend_mark(struct nft_words *w, struct rule_item *assign)
{
    struct expr *e = &assign->assign.expr;
    const struct selector *from = e->kind == EXPR_FIELD ? e->selectors : NULL;
    if (nft_is_word(w, "<<") || nft_is_word(w, ">>") || (from && (from->shift_left || from->shift_right)))
        e->kind = EXPR_UNKNOWN;
    else if (from && from->masked && from->field != assign->assign.field)
        assign->assign.keep = num_not(from->and_);
}

static bool is_source_type(const struct rule_item *item)
{
    return item->kind == ITEM_MATCH && item->n_selectors > 0 &&
           (item->selectors[0].field == FIELD_SADDR_TYPE || item->selectors[0].field == FIELD_SADDR_TYPE6);
}

// Lost are the `!` of --ports and its ranges, and the `!` of --ctstate with SNAT or DNAT and the states
// beside them. To let pass what was translated is usual (firewalld); to stop it is as usual as the reverse.
static bool is_mistold(const struct nft_words *w, const struct rule_item *item)
{
    if (item->kind != ITEM_MATCH || item->n_selectors == 0)
        return false;
    bool either_port = item->n_selectors == 2 && item->selectors[0].field == FIELD_SPORT &&
                       item->selectors[1].field == FIELD_DPORT;
    return either_port || (item->selectors[0].field == FIELD_CT_STATUS && !lets_pass(w)) ||
           (is_source_type(item) && item->invert);
}

static const char *words_of(const struct rule_item *item)
{
    if (item->n_selectors == 2)
        return "ports as nft lists iptables' rules";
    return item->selectors[0].field == FIELD_CT_STATUS ? "ct status as nft lists iptables' rules"
                                                       : hidden_type;
}

// A --dst-type beside a --src-type is not listed, and its `!` stands before that. Without one, packets from
// elsewhere do not match; of the others it cannot be told.
static void doubt_source_types(struct nft_words *w)
{
    for (size_t i = w->build.n; i-- > 0;) {
        if (!is_source_type(&w->build.items[i]) || w->build.items[i].invert)
            continue;
        build_opaque(&w->build, span_of(hidden_type));
        struct rule_item *items = w->build.items, doubt = items[w->build.n - 1];
        memmove(&items[i + 2], &items[i + 1], (w->build.n - i - 2) * sizeof *items);
        items[i + 1] = doubt;
    }
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
        item->name = words_of(item);
        item->selectors = &opaque;
        item->n_selectors = 1;
    }
    doubt_source_types(w);
}
