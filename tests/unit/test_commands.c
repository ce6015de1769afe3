// Every command of the table: reached by each of its keys where they hold, and by its name in the palette.
// What they run is replaced by what tells whether it was run, so that the table alone is tried.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

static const char *const from[] = {"tests/cases/demo/tree"};
static const struct session_config standard = {.from = from, .n_from = 1, .policy = "/nonexistent"};

static struct {
    size_t right, wrong;
} ran;

static void run_right(void *context)
{
    (void)context;
    ran.right++;
}

static void run_wrong(void *context)
{
    (void)context;
    ran.wrong++;
}

// ---- where keys hold

static void fill_one(struct ui *ui, struct view *view)
{
    (void)ui;
    view_add(view, ROLE_TEXT, "an entry", NULL);
}

// A view that has the scope and nothing else.
static const struct view_ops views[] = {
    {.title = "any", .fill = fill_one},
    {.title = "findings", .fill = fill_one, .scope = SCOPE_FINDINGS},
    {.title = "timeline", .fill = fill_one, .scope = SCOPE_TIMELINE},
    {.title = "cases", .fill = fill_one, .scope = SCOPE_CASES},
    {.title = "capture", .fill = fill_one, .scope = SCOPE_CAPTURE},
    {.title = "plan", .fill = fill_one, .scope = SCOPE_PLAN},
};

struct stage { // in a stage all bits of its scope hold
    const char *name;
    unsigned scope; // the bit that it is there for
    enum pane focus;
    const struct view_ops *view; // or NULL
    bool guided, intake, left;
};

static const struct stage stages[] = {
    {.name = "checklist", .scope = SCOPE_CHECKLIST, .focus = PANE_CHECKLIST},
    {.name = "evidence", .scope = SCOPE_EVIDENCE, .focus = PANE_EVIDENCE},
    {.name = "report", .scope = SCOPE_REPORT, .focus = PANE_REPORT},
    {.name = "a view", .scope = SCOPE_VIEWS, .view = &views[0]},
    {.name = "findings", .scope = SCOPE_FINDINGS, .view = &views[1]},
    {.name = "timeline", .scope = SCOPE_TIMELINE, .view = &views[2]},
    {.name = "cases", .scope = SCOPE_CASES, .view = &views[3]},
    {.name = "capture", .scope = SCOPE_CAPTURE, .view = &views[4]},
    {.name = "plan", .scope = SCOPE_PLAN, .view = &views[5]},
    {.name = "card", .scope = SCOPE_CARD, .guided = true},
    {.name = "field", .scope = SCOPE_FIELD, .intake = true},
    {.name = "form", .scope = SCOPE_FORM, .intake = true, .left = true},
};

struct play {
    struct ui_config config;
    struct ui *ui;
};

// Those of the narrow, the middle and the wide layout, and one that has room for a pane alone.
static const struct size {
    int rows, cols;
} sizes[] = {{24, 80}, {30, 100}, {43, 132}, {50, 200}, {15, 59}};

static void open_stage(struct play *p, const struct stage *stage)
{
    struct error err = {0};
    p->config = (struct ui_config){.intake = stage->intake};
    if (!stage->intake)
        p->config.session = standard;
    p->config.session.guided = stage->guided;
    p->ui = ui_new(&p->config, NULL, &err);
    assert_non_null(p->ui);
    ui_resize(p->ui, sizes[0].rows, sizes[0].cols);
    ui_start(p->ui);
    ui_draw(p->ui);
}

// As it was when the stage was opened, whatever ran.
static void set_stage(struct ui *ui, const struct stage *stage)
{
    view_close_all(ui);
    prompt_close(&ui->prompt);
    ui->focus = stage->focus;
    ui->intake.left = stage->left;
    if (stage->view)
        view_open(ui, stage->view);
    ui_draw(ui);
    assert_true(ui_scope(ui) & stage->scope);
}

// What each command runs: this one's is right, but the palette's own must open it.
static void replace(struct ui *ui, size_t index, bool keep_palette)
{
    const struct command *palette = keymap_named(&ui_keymap, span_of("palette"));
    for (size_t i = 0; i < ui_keymap.n; i++) {
        bool is_palette = &ui_keymap.commands[i] == palette;
        ui->commands[i].run = i == index ? run_right : is_palette && keep_palette ? palette->run : run_wrong;
    }
    ran.right = ran.wrong = 0;
}

static void must_have_run(const struct stage *stage, const struct command *command, struct span by)
{
    if (ran.right != 1 || ran.wrong != 0)
        fail_msg("%s by " SPAN_FMT " in %s: ran %zu times, others %zu times", command->name, SPAN_ARG(by),
                 stage->name, ran.right, ran.wrong);
}

// What is done on a live case only is asked of one; nothing of it is looked at.
static void pretend_live(struct ui *ui, const struct command *command)
{
    ui->live.live = command->needs & NEED_LIVE ? (struct live *)ui : NULL;
}

static size_t index_of(const char *command)
{
    return (size_t)(keymap_named(&ui_keymap, span_of(command)) - ui_keymap.commands);
}

// ---- by key

// Another command that has the key there and stands first.
static bool is_shadowed(struct ui *ui, const struct command *command, struct key key)
{
    return keymap_find(&ui->keymap, key, ui_scope(ui)) != command;
}

// How many of its keys hold there.
static size_t try_keys(struct ui *ui, const struct stage *stage, size_t index)
{
    const struct command *command = &ui->commands[index];
    struct span rest = span_of(command->keys), name;
    size_t n = 0;
    while (span_cut_word(&rest, &name)) {
        struct key key;
        assert_true(key_parse(name, &key));
        set_stage(ui, stage);
        if (is_shadowed(ui, command, key) || (stage->scope == SCOPE_FIELD && key_is_text(key)))
            continue;
        replace(ui, index, false);
        pretend_live(ui, command);
        ui_key(ui, key);
        ui->live.live = NULL;
        must_have_run(stage, command, name);
        n++;
    }
    return n;
}

typedef size_t try_fn(struct ui *ui, const struct stage *stage, size_t index);

// Each command of the stage at each size. Adds up how often it was reached.
static void try_all(const struct stage *stage, try_fn *try, size_t *reached)
{
    struct play play;
    open_stage(&play, stage);
    for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
        ui_resize(play.ui, sizes[k].rows, sizes[k].cols);
        for (size_t i = 0; i < ui_keymap.n; i++) {
            if (ui_keymap.commands[i].scope & stage->scope)
                reached[i] += try(play.ui, stage, i);
        }
    }
    ui_free(play.ui);
}

static void none_was_missed(const size_t *reached, const char *by)
{
    for (size_t i = 0; i < ui_keymap.n; i++) {
        if (reached[i] < ARRAY_LEN(sizes))
            fail_msg("%s leads to %s at %zu sizes", by, ui_keymap.commands[i].name, reached[i]);
    }
}

static void test_by_key(void **state)
{
    size_t *reached = mem_calloc(ui_keymap.n, sizeof *reached);
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(stages); s++)
        try_all(&stages[s], try_keys, reached);
    none_was_missed(reached, "a key");
    free(reached);
}

static bool has_a_key(const struct keymap *map, const struct command *command, unsigned scope)
{
    struct span rest = span_of(command->keys), name;
    struct key key;
    while (span_cut_word(&rest, &name)) {
        if (key_parse(name, &key) && keymap_find(map, key, scope) == command)
            return true;
    }
    return false;
}

// Wherever a command holds one of its keys does; but where the plan is shown, Enter begins it.
static void test_a_key_wherever_it_holds(void **state)
{
    struct keymap map = ui_keymap;
    (void)state;
    keymap_read_keys(&map);
    for (size_t s = 0; s < ARRAY_LEN(stages); s++) {
        unsigned scope = stages[s].view ? SCOPE_VIEWS | stages[s].scope : stages[s].scope;
        for (size_t i = 0; i < ui_keymap.n; i++) {
            const struct command *command = &ui_keymap.commands[i];
            bool meant = stages[s].scope == SCOPE_PLAN && strcmp(command->name, "open-entry") == 0;
            bool narrower =
                stages[s].view && strcmp(command->name, "export") == 0; // of a list of cases: packs
            if (command->scope & scope && !meant && !narrower && !has_a_key(&map, command, scope))
                fail_msg("%s has no key in %s", command->name, stages[s].name);
        }
    }
    keymap_done(&map);
}

// ---- by name

static void type(struct ui *ui, const char *text)
{
    for (; *text; text++)
        ui_key(ui, (struct key){(unsigned char)*text, 0});
}

static size_t try_name(struct ui *ui, const struct stage *stage, size_t index)
{
    const struct command *command = &ui->commands[index];
    set_stage(ui, stage);
    replace(ui, index, true);
    view_palette_open(ui);
    type(ui, command->name);
    ui_draw(ui);
    pretend_live(ui, command);
    ui_key(ui, (struct key){K_ENTER, 0});
    ui->live.live = NULL;
    must_have_run(stage, command, span_of("its name"));
    return 1;
}

// In a field of the form ':' is typed; Esc leaves it.
static void test_by_name(void **state)
{
    size_t *reached = mem_calloc(ui_keymap.n, sizeof *reached);
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(stages); s++) {
        if (stages[s].scope != SCOPE_FIELD)
            try_all(&stages[s], try_name, reached);
    }
    reached[index_of("leave-field")] = ARRAY_LEN(sizes); // what leads there by name has left it
    none_was_missed(reached, "the palette");
    free(reached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_key),
        cmocka_unit_test(test_a_key_wherever_it_holds),
        cmocka_unit_test(test_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
