#include "core/report/fill_in.h"

#include <ctype.h>

#include "core/base/mem.h"
#include "core/base/shell.h"
#include "core/parse/corefile.h"

// ---------------------------------------------------------------- what the words stand for

static const char *text_of(struct arena *arena, struct ip ip)
{
    char text[IP_TEXT];
    return ip.family ? arena_strdup(arena, ip_format(ip, text)) : NULL;
}

static const char *kube_dns(struct arena *arena, const struct facts *facts)
{
    return facts->dns.n_addresses ? text_of(arena, facts->dns.addresses[0]) : NULL;
}

static const char *coredns_pod(struct arena *arena, const struct facts *facts)
{
    for (size_t i = 0; i < facts->dns.n_endpoints; i++) {
        if (facts->dns.endpoints[i].ready == TRI_YES)
            return text_of(arena, facts->dns.endpoints[i].ip);
    }
    return NULL;
}

static const char *failing_name(struct arena *arena, const struct facts *facts)
{
    (void)arena;
    return facts->target.query;
}

static const char *complaining_pod(struct arena *arena, const struct facts *facts)
{
    const struct target *t = &facts->target;
    return t->namespace_ && t->pod ? arena_printf(arena, "%s/%s", t->namespace_, t->pod) : NULL;
}

// Where CoreDNS sends the failing name; the server of a file, or of several, is nobody's in particular.
static const char *upstream(struct arena *arena, const struct facts *facts)
{
    const char *query = facts->target.query;
    struct core_forward forward;
    bool found = query && corefile_forward_for(arena, facts->dns.corefile, span_of(query), &forward);
    return found && forward.n_targets == 1 ? text_of(arena, forward.targets[0].ip) : NULL;
}

static const struct stand_in {
    const char *word;
    const char *(*find)(struct arena *arena, const struct facts *facts); // NULL: not known
} stand_ins[] = {
    {"COREDNS-POD", coredns_pod}, {"KUBE-DNS", kube_dns}, {"NS/POD", complaining_pod},
    {"UPSTREAM", upstream},       {"NAME", failing_name},
};

// ---------------------------------------------------------------- filling in

static bool is_inside_word(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '/';
}

// The stand-in that is a whole word at text[at], or NULL.
static const struct stand_in *stand_in_at(const char *text, size_t at)
{
    if (at > 0 && is_inside_word(text[at - 1]))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++) {
        size_t len = strlen(stand_ins[i].word);
        if (strncmp(text + at, stand_ins[i].word, len) == 0 && !is_inside_word(text[at + len]))
            return &stand_ins[i];
    }
    return NULL;
}

const char *fill_in(struct arena *arena, const struct facts *facts, const char *text)
{
    struct str filled = {0};
    for (size_t at = 0; text && text[at];) {
        const struct stand_in *s = stand_in_at(text, at);
        const char *value = s ? s->find(arena, facts) : NULL;
        if (value && shell_is_name(span_of(value))) {
            str_add(&filled, value);
            at += strlen(s->word);
        } else {
            str_add_char(&filled, text[at++]);
        }
    }
    const char *ret = text ? arena_strdup(arena, str_text(&filled)) : NULL;
    str_done(&filled);
    return ret;
}
