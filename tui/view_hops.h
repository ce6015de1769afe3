// The hops of one query's way, and the state of each.
#ifndef D5_TUI_VIEW_HOPS_H
#define D5_TUI_VIEW_HOPS_H

#include "core/session.h"
#include "tui/glyph.h"
#include "tui/role.h"

enum hop_id {
    HOP_POD,
    HOP_RESOLV_CONF,
    HOP_RULES,
    HOP_PROXY,
    HOP_COREDNS,
    HOP_COREFILE,
    HOP_UPSTREAM,
    HOP_COUNT
};

struct hop_state {
    enum glyph glyph;
    enum role role;
    const char *word;          // clear, broken, normal, unknown
    const struct claim *claim; // what it rests on, the deciding line first; or NULL
};

struct hop_state hop_state(const struct analysis *analysis, enum hop_id id);
const char *hop_name(enum hop_id id);

#endif
