// What the procedure itself searches for: one key goes from hit to hit of the current step's queries, through
// all files that its searches read.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

static const char *query_of(const struct sop_call *call)
{
    return strcmp(call->tool, "search") == 0 ? sop_call_arg(call, "query") : NULL;
}

static size_t count_queries(const struct sop_item *item)
{
    size_t n = 0;
    for (size_t i = 0; item && i < item->n_calls; i++)
        n += query_of(&item->calls[i]) != NULL;
    return n;
}

// Queries are taken as the procedure writes them, whose capitals count: all of them, or (from 1 on) one.
static void add_queries(const struct sop_item *item, size_t which, struct str *ret)
{
    for (size_t i = 0, at = 0; item && i < item->n_calls; i++) {
        const char *query = query_of(&item->calls[i]);
        if (query && (++at == which || which == 0))
            str_printf(ret, "%s(?-i:%s)", ret->len > 0 ? "|" : "", query);
    }
}

// Marks the files that the step's searches read.
static void mark_files(const struct evidence *ev, const struct sop_item *item, bool *marks)
{
    struct catalogue_files at = {0};
    for (char *pattern; (pattern = catalogue_next_files(item, &at)); free(pattern)) {
        uint32_t cursor = 0;
        for (const struct evidence_file *file; (file = evidence_next(ev, pattern, &cursor));)
            marks[file->id] = true;
    }
}

// The next file of those, from one on in a direction; the file itself counts where `here`. False: none.
static bool next_file(struct ui *ui, const struct sop_item *item, int direction, bool here, uint32_t *ret)
{
    const struct evidence *ev = session_analysis(ui->session)->evidence;
    size_t n = evidence_count(ev);
    bool *marks = mem_calloc(n, sizeof *marks), found = false;
    mark_files(ev, item, marks);
    int64_t at = ui->evidence.evidence ? (int64_t)ui->evidence.file : 0;
    for (at += here ? 0 : direction; at >= 0 && at < (int64_t)n && !found; at += direction) {
        found = marks[at];
        *ret = (uint32_t)at;
    }
    free(marks);
    return found;
}

static const struct sop_item *current_item(const struct ui *ui)
{
    const struct check_row *row = checklist_current(&ui->checklist);
    return row ? row->item : NULL;
}

static void search_on(struct ui *ui, uint32_t from, int direction)
{
    ui->evidence.search.across = true;
    ui->evidence.search.from = from;
    ui->evidence.search.direction = direction;
    search_resolve(ui);
}

void view_evidence_next_file(struct ui *ui, int direction)
{
    const struct sop_item *item = current_item(ui);
    uint32_t file = 0;
    if (!item || !next_file(ui, item, direction, false, &file)) {
        ui->evidence.search.across = false;
        ui_say(ui, ROLE_WARN, "No %s hit in the files that this step's searches read",
               direction > 0 ? "further" : "earlier");
        return;
    }
    view_evidence_show_place(ui, place_at(file, 1));
    search_on(ui, direction > 0 ? 1 : UINT32_MAX, direction);
}

static void seek_queries(struct ui *ui, size_t which, int direction)
{
    struct evidence_view *view = &ui->evidence;
    const struct sop_item *item = current_item(ui);
    struct str pattern = {0};
    view_evidence_reveal(ui);
    uint32_t file = 0, line = pager_line(&view->pager);
    add_queries(item, which, &pattern);
    bool asked = view->search.seeker && span_eq(str_span(&pattern), str_span(&view->search.pattern));
    if (!next_file(ui, item, direction, true, &file) && !next_file(ui, item, -direction, true, &file)) {
        ui_say(ui, ROLE_MUTED, "No file that this step's searches read is there");
    } else {
        bool here = view->evidence && view->file == file;
        if (!here)
            view_evidence_show_place(ui, place_at(file, 1));
        search_set(ui, str_span(&pattern), 1);
        if (here && asked)
            line += (uint32_t)direction;
        search_on(ui, here ? line : direction > 0 ? 1 : UINT32_MAX, direction);
    }
    str_done(&pattern);
}

void view_evidence_query(struct ui *ui, int direction)
{
    if (count_queries(current_item(ui)) == 0)
        ui_say(ui, ROLE_MUTED, "This step searches for nothing: / asks for a pattern");
    else
        seek_queries(ui, 0, direction);
}

void view_evidence_query_of_key(void *context)
{
    struct ui *ui = context;
    size_t n = count_queries(current_item(ui));
    size_t which = ui->pressed.code > '1' && ui->pressed.code <= '9' ? ui->pressed.code - '0' : 1;
    if (which > n)
        ui_say(ui, ROLE_MUTED, "This step has %zu search%s of its own; } takes all of them together", n,
               n == 1 ? "" : "es");
    else
        seek_queries(ui, which, 1);
}
