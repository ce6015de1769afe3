// The hops of one query's way from the pod to the last resolver, and the strip that shows them in one row. A
// hop is broken when a diagnosis that holds sits there, clear when its subject was looked at and is clear,
// and unknown otherwise: not having looked is never clear.
#include "tui/view_hops.h"

#include "core/base/mem.h"
#include "tui/view_ui.h"

enum { HOP_SUBJECTS = 3, HOP_DIAGNOSES = 8 };

static const struct hop {
    const char *name, *brief;
    enum subject subjects[HOP_SUBJECTS]; // a clear claim on the first clears the hop, unless one is unclear
    enum diagnosis diagnoses[HOP_DIAGNOSES];
} hops[HOP_COUNT] = {
    [HOP_POD] = {"pod",
                 "pod",
                 {SUBJECT_POD_STATE},
                 {DIAGNOSIS_POD_NOT_RUNNING, DIAGNOSIS_APP_OOM, DIAGNOSIS_SEARCH_EXPANSION}},
    [HOP_RESOLV_CONF] = {"resolv.conf",
                         "resolv",
                         {SUBJECT_DNS_CONFIG},
                         {DIAGNOSIS_WRONG_NAMESERVER, DIAGNOSIS_DNS_POLICY}},
    [HOP_RULES] = {"node rules",
                   "rules",
                   {SUBJECT_FIREWALL, SUBJECT_NETWORK_POLICY},
                   {DIAGNOSIS_HOST_FIREWALL, DIAGNOSIS_NETWORK_POLICY_DENY, DIAGNOSIS_SECURITY_GROUP_BLOCK,
                    DIAGNOSIS_CONNTRACK_FULL, DIAGNOSIS_CONNTRACK_RACE, DIAGNOSIS_MTU, DIAGNOSIS_NODE_OOM}},
    [HOP_PROXY] = {"kube-proxy",
                   "proxy",
                   {SUBJECT_PROXY_MODE},
                   {DIAGNOSIS_SERVICE_PATH, DIAGNOSIS_NODELOCALDNS_BIND, DIAGNOSIS_NODELOCALDNS_IPVS}},
    [HOP_COREDNS] = {"CoreDNS",
                     "CoreDNS",
                     {SUBJECT_COREDNS, SUBJECT_COREDNS_PODS},
                     {DIAGNOSIS_COREDNS_DOWN, DIAGNOSIS_COREDNS_OOM, DIAGNOSIS_COREDNS_OVERLOAD,
                      DIAGNOSIS_TRANSIENT_SERVFAIL}},
    [HOP_COREFILE] = {"Corefile", "conf", {SUBJECT_COREDNS}, {DIAGNOSIS_COREFILE_ERROR}},
    [HOP_UPSTREAM] = {"upstream",
                      "up",
                      {SUBJECT_LINKLOCAL},
                      {DIAGNOSIS_UPSTREAM_UNREACHABLE, DIAGNOSIS_IPV6_UPSTREAM, DIAGNOSIS_LINKLOCAL_THROTTLE,
                       DIAGNOSIS_NAME_DOES_NOT_EXIST}},
};

static bool sits_at(const struct hop *hop, enum diagnosis d)
{
    for (size_t i = 0; i < HOP_DIAGNOSES && hop->diagnoses[i] != DIAGNOSIS_NONE; i++) {
        if (hop->diagnoses[i] == d)
            return true;
    }
    return false;
}

// A normal behaviour that explains the complaint is no break in the way.
static struct hop_state broken(const struct candidate *c)
{
    bool normal = diagnosis_is_normal(c->diagnosis);
    return (struct hop_state){.glyph = normal ? GLYPH_INNOCENT : GLYPH_FINDING,
                              .role = normal ? ROLE_OK : ROLE_FINDING,
                              .word = normal ? "normal" : "broken",
                              .claim = c->cause};
}

static bool is_about(const struct hop *hop, enum subject subject)
{
    for (size_t i = 0; i < HOP_SUBJECTS && hop->subjects[i] != SUBJECT_NONE; i++) {
        if (hop->subjects[i] == subject)
            return true;
    }
    return false;
}

struct hop_state hop_state(const struct analysis *analysis, enum hop_id id)
{
    const struct cause *cause = analysis->cause;
    const struct hop *hop = &hops[id];
    for (size_t i = 0; i < cause->n_candidates && i <= cause->n_also; i++) {
        if (cause->verdict != VERDICT_INCONCLUSIVE && sits_at(hop, cause->candidates[i].diagnosis))
            return broken(&cause->candidates[i]);
    }
    const struct claim *clear = NULL, *gap = NULL;
    for (size_t i = 0; i < analysis->claims->n; i++) {
        const struct claim *claim = &analysis->claims->items[i];
        if (!clear && claim->kind == CLAIM_CLEAR && is_about(hop, claim->subject))
            clear = claim;
        if (!gap && claim->kind == CLAIM_GAP && sits_at(hop, claim->diagnosis))
            gap = claim;
    }
    if (clear && !gap)
        return (struct hop_state){GLYPH_DONE, ROLE_OK, "clear", clear};
    return (struct hop_state){GLYPH_UNKNOWN, ROLE_UNKNOWN, "unknown", gap};
}

const char *hop_name(enum hop_id id)
{
    return hops[id].name;
}

static void draw_hop(struct pen *pen, const char *name, struct hop_state state)
{
    bool is_broken = state.glyph == GLYPH_FINDING;
    pen_text(pen, is_broken ? ROLE_FINDING : ROLE_TEXT, name);
    pen_text(pen, ROLE_TEXT, " ");
    pen_glyph(pen, state.role, state.glyph);
    if (is_broken && state.claim && state.claim->n_places > 0)
        pen_printf(pen, state.role, "%u", state.claim->places[0].line);
}

void view_strip_draw(struct ui *ui, struct rect area)
{
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    bool brief = area.cols < 110, seen = true;
    struct pen pen = pen_at(&ui->canvas, area, 0, 1);
    pen_text(&pen, ROLE_MUTED, brief ? "path  " : "query path  ");
    for (enum hop_id i = 0; i < HOP_COUNT; i++) {
        struct hop_state state =
            analysis ? hop_state(analysis, i) : (struct hop_state){GLYPH_TODO, ROLE_MUTED, "to do", NULL};
        if (i > 0) {
            pen_text(&pen, ROLE_TEXT, " ");
            pen_glyph(&pen, ROLE_MUTED, seen ? GLYPH_ARROW : GLYPH_DASHES);
            pen_glyph(&pen, ROLE_MUTED, GLYPH_HEAD);
            pen_text(&pen, ROLE_TEXT, " ");
        }
        draw_hop(&pen, brief ? hops[i].brief : hops[i].name, state);
        seen = seen && state.glyph == GLYPH_DONE; // behind a break the way was not walked
    }
}
