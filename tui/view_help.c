// Help and the palette, both from the table of commands: all keys under chapters, and all names by what was
// typed of them.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { IN_A_VIEW = 8 };

static const struct chapter {
    const char *title;
    unsigned scope;
} chapters[] = {
    {"Everywhere", SCOPE_ALL},        {"Moving", SCOPE_MOVING},     {"The case", SCOPE_CASE},
    {"Steps", SCOPE_CHECKLIST},       {"Evidence", SCOPE_EVIDENCE}, {"Report", SCOPE_REPORT},
    {"The workbench", SCOPE_PANES},   {"Views", SCOPE_WAYS},        [IN_A_VIEW] = {"In a view", SCOPE_VIEWS},
    {"A new incident", SCOPE_INTAKE}, {"Guided mode", SCOPE_CARD},
};

// The form has a chapter of its own, and of other commands' scopes it is only an addition.
static unsigned main_scope(unsigned scope)
{
    if (scope & SCOPE_INTAKE && !(scope & ~(unsigned)SCOPE_INTAKE))
        return SCOPE_INTAKE;
    return scope & SCOPE_FIELD ? scope : scope & ~(unsigned)SCOPE_FORM;
}

// The chapter of exactly that scope, else the first that lies in it.
static size_t chapter_of(const struct command *command)
{
    unsigned scope = main_scope(command->scope);
    for (size_t c = 0; c < ARRAY_LEN(chapters); c++) {
        if (chapters[c].scope == scope)
            return c;
    }
    size_t c = 0;
    while (c < ARRAY_LEN(chapters) && (chapters[c].scope & scope) != chapters[c].scope)
        c++;
    return c < ARRAY_LEN(chapters) ? c : IN_A_VIEW; // of some views alone
}

static void fill_help(struct ui *ui, struct view *view)
{
    view->note = "all keys and commands; Enter runs one";
    for (size_t c = 0; c < ARRAY_LEN(chapters); c++) {
        view_add_heading(view, ROLE_TEXT, chapters[c].title);
        for (size_t i = 0; i < ui->keymap.n; i++) {
            const struct command *command = &ui->keymap.commands[i];
            if (chapter_of(command) != c)
                continue;
            view_add(view, ROLE_KEY, command->keys, command->help)->run = command;
            view_cell(view, 2, ROLE_MUTED, "%s", command->name);
        }
    }
}

// What it does, in full, and why it cannot be done now.
static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct command *command = view_current(ui, view)->run;
    const char *lack = ui_lacks_below(ui, command);
    prose_add(p, ROLE_TEXT, "%s", command->help);
    if (lack)
        prose_add(p, ROLE_UNKNOWN, "%s", lack);
}

static const struct column columns[] = {
    {.most = 25},
    {.least = 20},
    {.most = 25, .rank = 1},
};

static const struct view_ops help = {.title = "Help",
                                     .columns = columns,
                                     .detail_rows = 2,
                                     .n_columns = ARRAY_LEN(columns),
                                     .fill = fill_help,
                                     .enter_label = "run",
                                     .detail = detail};

void view_help_open(void *ui)
{
    view_open(ui, &help);
}

// ---- the palette

struct scored {
    const struct command *command;
    int score;
};

static int compare_scores(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return y->score - x->score;
    size_t a_len = strlen(x->command->name), b_len = strlen(y->command->name); // what is nearest to all of it
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return x->command < y->command ? -1 : x->command > y->command;
}

static int score_of(struct span typed, const struct command *command)
{
    int score = 2 * fuzzy_score(typed, span_of(command->name));
    return score ? score : fuzzy_score(typed, span_of(command->help));
}

// As long as nothing is typed: first what the keys would do, then what can be done by name.
static int rank_of(const struct ui *ui, const struct command *command)
{
    return ui_lacks_below(ui, command) ? 2 : !(command->scope & ui_scope_below(ui));
}

static void rank(const struct ui *ui, struct scored *found, size_t n)
{
    struct scored *all = mem_dup(found, n * sizeof *found);
    size_t at = 0;
    for (int turn = 0; turn <= 2; turn++) {
        for (size_t i = 0; i < n; i++) {
            if (rank_of(ui, all[i].command) == turn)
                found[at++] = all[i];
        }
    }
    free(all);
}

static void fill_palette(struct ui *ui, struct view *view)
{
    struct scored *found = mem_calloc(ui->keymap.n, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < ui->keymap.n; i++) {
        int score = score_of(str_span(&ui->prompt.text), &ui->keymap.commands[i]);
        if (score > 0)
            found[n++] = (struct scored){&ui->keymap.commands[i], score};
    }
    if (ui->prompt.text.len > 0)
        qsort(found, n, sizeof *found, compare_scores);
    else
        rank(ui, found, n);
    view->note = "type a part of a name; Enter runs";
    for (size_t i = 0; i < n; i++) {
        const struct command *command = found[i].command;
        enum role role = ui_lacks_below(ui, command) ? ROLE_MUTED : ROLE_TEXT;
        view_add(view, role == ROLE_MUTED ? role : ROLE_ACCENT, command->name, NULL)->run = command;
        view_cell(view, 1, role, "%s", command->help);
        view_cell(view, 2, ROLE_MUTED, "%s", found[i].command->keys);
    }
    free(found);
}

static const struct view_ops palette = {.title = "Commands",
                                        .columns = columns,
                                        .detail_rows = 2,
                                        .n_columns = ARRAY_LEN(columns),
                                        .fill = fill_palette,
                                        .detail = detail};

static void on_typing(struct ui *ui, struct span text, bool cancelled)
{
    (void)text;
    ui->view->fresh = false;
    ui->view->list.at = 0;
    if (cancelled)
        view_back(ui);
}

static void on_command(struct ui *ui, struct span text)
{
    const struct view_row *row = view_current(ui, ui->view);
    const struct command *named = keymap_named(&ui->keymap, text);
    if (!named && row)
        named = row->run;
    view_back(ui);
    if (named)
        ui_run(ui, named);
    else
        ui_say(ui, ROLE_ERROR, "no such command: " SPAN_FMT, SPAN_ARG(text));
}

void view_palette_open(void *context)
{
    struct ui *ui = context;
    ui_ask(ui, ":", NULL, on_command);
    ui->on_typing = on_typing;
    view_push(ui, &palette);
}
