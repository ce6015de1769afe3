// A procedure (SOP) as data: what `sop show` prints (contract, section 7) and what a run walks through.
// Made by parse/procedure.h from Markdown; nothing here knows a file format.
#ifndef D5_MODEL_SOP_H
#define D5_MODEL_SOP_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/str.h"

enum sop_level { SOP_LEVEL_NONE, SOP_LEVEL_FIRST, SOP_LEVEL_MUST, SOP_LEVEL_SHOULD, SOP_LEVEL_MAY };
enum sop_gate { SOP_GATE_NONE, SOP_GATE_FIRST, SOP_GATE_PREREQUISITE, SOP_GATE_ONLY };

struct sop_arg {
    const char *name;
    const char *value; // NULL where only the name is given
};

struct sop_call { // one tool call
    const char *tool;
    const struct sop_arg *args;
    size_t n_args;
    uint32_t line;
};

struct sop_item {
    const char *id; // "T.M2.3"
    enum sop_level level;
    enum sop_gate gate;
    const char *group; // sub-heading, or NULL
    const char *head;  // what qualifies its level's head: "(if IPVS mode detected)", or NULL
    const char *text;  // the item's words, from the source lines, Markdown kept
    uint32_t line;
    const struct sop_call *calls;
    size_t n_calls;
    const struct sop_item *nested;
    size_t n_nested;
};

struct sop_phase {
    const char *name; // "Triage"
    const struct sop_item *items;
    size_t n_items;
};

struct sop_rating {           // a safety rating
    const char *text, *color; // the whole sentence; "GREEN", "YELLOW", "RED", "YELLOW/RED", or NULL
    uint32_t line;
};
struct sop_issue { // a common issue
    const char *symptoms, *diagnosis, *resolution;
    uint32_t line;
};

struct sop {
    struct arena arena; // owns everything below
    const char *path;   // where it was read
    const char *id, *title, *description, *severity, *status, *owner, *objective, *context;
    const char *const *triggers;
    const uint32_t *trigger_lines; // beside triggers
    size_t n_triggers;
    const struct sop_phase *phases;
    size_t n_phases;
    const char *const *escalation;
    const uint32_t *escalation_lines; // beside escalation
    size_t n_escalation;
    const struct sop_rating *ratings;
    size_t n_ratings;
    const struct sop_issue *issues;
    size_t n_issues;
    const struct sop_call *examples;
    size_t n_examples;
    const char *output; // the output format's YAML, verbatim
    uint32_t output_line;
};

// The id in front of a title's dash ("D5 — DNS Failures from Pods": "D5"), or an empty span.
struct span sop_title_id(struct span title);

const char *sop_level_name(enum sop_level level); // "MUST"; NULL for none
bool sop_level_parse(struct span name, enum sop_level *ret);
const char *sop_gate_name(enum sop_gate gate); // "PREREQUISITE"; NULL for none

// The value of a call's argument, or NULL.
const char *sop_call_arg(const struct sop_call *call, const char *name);

// A few words for a list: what the item itself says before its first colon, else the clause that tells what
// it is for. Without Markdown's marks.
void sop_item_title(const struct sop_item *item, struct str *ret);

void sop_free(struct sop *sop); // takes NULL

#endif
