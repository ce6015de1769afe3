// The intake: what is being looked at, field by field, before there is a case.
#ifndef D5_TUI_VIEW_INTAKE_H
#define D5_TUI_VIEW_INTAKE_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/model/target.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/list.h"
#include "tui/prompt.h"

struct ui;

enum intake_field {
    FIELD_FROM,
    FIELD_SYMPTOM,
    FIELD_QUERY,
    FIELD_NAMESPACE,
    FIELD_POD,
    FIELD_NODE,
    FIELD_INSTANCE,
    FIELD_CONTEXT,
    FIELD_SINCE,
    FIELD_UNTIL,
    FIELD_COUNT
};

struct intake { // zero-initialized is an empty form
    struct prompt fields[FIELD_COUNT];
    struct error errors[FIELD_COUNT]; // text[0]: the field is wrong, and why
    enum intake_field at;
    bool left;          // the field was: letters are commands until it is typed in again
    bool typed;         // a person typed, and no case was begun with it
    struct str hint;    // what completion found
    struct arena arena; // of the target below
    struct target target;
    const char *from[1];
    char *cut_off, *cut_off_words; // the latest case that was cut off, and a sentence on it; or NULL
};

struct completion {
    struct str common; // what all candidates begin with
    struct str names;
    size_t n;
};
void intake_take_candidate(struct completion *c, struct span name);

void intake_init(struct intake *intake, const struct target *target); // filled in; NULL: empty
void intake_done(struct intake *intake);

// Checks all fields and fills `target` and `from`. False: errors are set, and the first wrong field is
// current.
bool intake_check(struct intake *intake);

// The host name in a pasted error ("lookup orders.shop.svc.cluster.local: no such host"), appended. False:
// none.
bool intake_find_name(struct span text, struct str *ret);

// Whether such a byte may stand in a name of Kubernetes' or of DNS'.
bool intake_is_name_char(char c);

// Fills in what a pasted text names (the failing name, pod, namespace, node, time), where fields are empty.
void intake_take(struct intake *intake, struct span text);

// What its commands run, and what its fields are typed with. Each takes the ui.
void view_intake_begin(void *ui);
void view_intake_next(void *ui);
void view_intake_previous(void *ui);
void view_intake_complete(void *ui); // a path, or a name of the cluster; else the next field
void view_intake_list(void *ui);     // all names of the cluster that begin so, also where nothing was typed
void view_intake_command(void *ui);  // letters are commands
void view_intake_type(void *ui);     // letters go into the field
void view_intake_leave(void *ui);
void view_intake_key(struct ui *ui, struct key key);
void view_intake_paste(struct ui *ui, struct span text);
void view_cutoff_look(struct ui *ui); // view_cutoff.c: finds it, on a worker
void view_cutoff_open(void *ui);      // goes on with it
void view_intake_draw(struct ui *ui, struct rect area);

#endif
