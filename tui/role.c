// The names of the roles, as themes write them.
#include "tui/role.h"

#include <assert.h>

static const char *const names[ROLE_COUNT] = {
    [ROLE_TEXT] = "text",     [ROLE_MUTED] = "muted",
    [ROLE_TITLE] = "title",   [ROLE_BADGE] = "badge",
    [ROLE_GUIDED] = "guided", [ROLE_HEADING] = "heading",
    [ROLE_BORDER] = "border", [ROLE_FOCUS] = "focus",
    [ROLE_OK] = "ok",         [ROLE_FINDING] = "finding",
    [ROLE_WARN] = "warn",     [ROLE_UNKNOWN] = "unknown",
    [ROLE_HELD] = "held",     [ROLE_RUNNING] = "running",
    [ROLE_ACCENT] = "accent", [ROLE_CITED] = "cited",
    [ROLE_MATCH] = "match",   [ROLE_CHANGED] = "changed",
    [ROLE_KEY] = "key",       [ROLE_PROMPT] = "prompt",
    [ROLE_ERROR] = "error",   [ROLE_SELECTION] = "selection",
};

const char *role_name(enum role role)
{
    assert(role < ROLE_COUNT);
    return names[role];
}
