// The intake form: one line editor a field, errors beside the field that is wrong, completion of paths.
// Pasting an error text into any empty form fills in the symptom and the name that fails.
#include "tui/view_intake.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/view_commands.h"
#include "tui/view_ui.h"

static const struct {
    const char *label, *help;
} fields[FIELD_COUNT] = {
    [FIELD_FROM] = {"Evidence", "empty: the cluster itself; else a folder, a bundle, a capture, a log"},
    [FIELD_SYMPTOM] = {"Symptom", "the error as reported; paste it"},
    [FIELD_QUERY] = {"Name that fails", "the host name that does not resolve"},
    [FIELD_NAMESPACE] = {"Namespace", "of the pod that complains"},
    [FIELD_POD] = {"Pod", "that complains"},
    [FIELD_NODE] = {"Node", "that the pod runs on"},
    [FIELD_INSTANCE] = {"Instance", "i-0123456789abcdef0, if known"},
    [FIELD_CONTEXT] = {"Context", "of kubeconfig, if it matters"},
    [FIELD_SINCE] = {"Since", "07:04, -30m or 2026-11-23T07:04:00Z (UTC)"},
    [FIELD_UNTIL] = {"Until", "the same; empty: until now"},
};

static void set_field(struct intake *intake, enum intake_field field, const char *text)
{
    prompt_open(&intake->fields[field], "", text);
}

static void set_time(struct intake *intake, enum intake_field field, usec_t t)
{
    char text[32] = "";
    if (t != TIME_UNKNOWN)
        clock_format(t, text);
    set_field(intake, field, text);
}

void intake_init(struct intake *intake, const struct target *target)
{
    static const struct target empty = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    const struct target *t = target ? target : &empty;
    *intake = (struct intake){.at = FIELD_SYMPTOM}; // what a person comes with
    set_field(intake, FIELD_FROM, NULL);
    set_field(intake, FIELD_SYMPTOM, t->symptom);
    set_field(intake, FIELD_QUERY, t->query);
    set_field(intake, FIELD_NAMESPACE, t->namespace_);
    set_field(intake, FIELD_POD, t->pod);
    set_field(intake, FIELD_NODE, t->node);
    set_field(intake, FIELD_INSTANCE, t->instance);
    set_field(intake, FIELD_CONTEXT, t->context);
    set_time(intake, FIELD_SINCE, t->window.from);
    set_time(intake, FIELD_UNTIL, t->window.to);
}

void intake_done(struct intake *intake)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        prompt_done(&intake->fields[i]);
    str_done(&intake->hint);
    arena_done(&intake->arena);
    free(intake->cut_off);
    free(intake->cut_off_words);
}

// ---- checking

// What Kubernetes and DNS allow, loosely: a name that breaks these rules exists nowhere.
static bool check_name(struct span name, struct error *err)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!intake_is_name_char(name.at[i]))
            return error_set(err, "a name has letters, digits, '-', '.' and '_' only");
    }
    return name.len <= 253 || error_set(err, "a name is at most 253 characters long");
}

static bool check_instance(struct span id, struct error *err)
{
    bool ok = span_starts(id, "i-") && id.len >= 10 && id.len <= 19;
    for (size_t i = 2; ok && i < id.len; i++)
        ok = (id.at[i] >= '0' && id.at[i] <= '9') || (id.at[i] >= 'a' && id.at[i] <= 'f');
    return id.len == 0 || ok || error_set(err, "an instance is i- and 8 to 17 hex digits");
}

static bool check_time(struct span text, usec_t *ret, struct error *err)
{
    *ret = TIME_UNKNOWN;
    return text.len == 0 || clock_parse_human(text, clock_now(), ret) ||
           error_set(err, "not a time: write 07:04, -30m or 2026-11-23T07:04:00Z");
}

static bool check_path(const char *path, struct error *err)
{
    struct stat st;
    return !*path || stat(path, &st) == 0 || error_set(err, "there is no such file or folder");
}

static const char *taken(struct intake *intake, enum intake_field field)
{
    struct span text = span_trim(str_span(&intake->fields[field].text));
    return text.len ? arena_span(&intake->arena, text) : NULL;
}

static bool check_field(struct intake *intake, enum intake_field field, const char *text)
{
    struct error *err = &intake->errors[field];
    struct span span = span_of(text ? text : "");
    err->text[0] = '\0';
    switch (field) {
    case FIELD_FROM:
        return check_path(span.at, err);
    case FIELD_INSTANCE:
        return check_instance(span, err);
    case FIELD_SINCE:
        return check_time(span, &intake->target.window.from, err);
    case FIELD_UNTIL:
        return check_time(span, &intake->target.window.to, err);
    case FIELD_SYMPTOM:
    case FIELD_CONTEXT:
        return true;
    default:
        return check_name(span, err);
    }
}

bool intake_check(struct intake *intake)
{
    const char *text[FIELD_COUNT];
    bool ok = true;
    arena_done(&intake->arena);
    for (int i = FIELD_COUNT - 1; i >= 0; i--) {
        text[i] = taken(intake, (enum intake_field)i);
        if (!check_field(intake, (enum intake_field)i, text[i])) {
            intake->at = (enum intake_field)i;
            ok = false;
        }
    }
    struct window w = intake->target.window;
    if (ok && w.from != TIME_UNKNOWN && w.to != TIME_UNKNOWN && w.to < w.from) {
        intake->at = FIELD_UNTIL;
        ok = error_set(&intake->errors[FIELD_UNTIL], "that is before Since");
    }
    intake->from[0] = text[FIELD_FROM];
    intake->target = (struct target){.context = text[FIELD_CONTEXT],
                                     .namespace_ = text[FIELD_NAMESPACE],
                                     .pod = text[FIELD_POD],
                                     .node = text[FIELD_NODE],
                                     .instance = text[FIELD_INSTANCE],
                                     .query = text[FIELD_QUERY],
                                     .symptom = text[FIELD_SYMPTOM],
                                     .window = w};
    return ok;
}

void view_intake_paste(struct ui *ui, struct span text)
{
    struct intake *intake = &ui->intake;
    struct str flat = {0};
    for (struct span rest = text, line; rest.len > 0 && span_cut_line(&rest, &line);) {
        str_add_span(&flat, line);
        str_add_char(&flat, ' ');
    }
    intake->left = false;
    intake->typed = true;
    if (span_contains(span_trim(text), " ") && access(str_text(&flat), F_OK) != 0)
        intake->at = FIELD_SYMPTOM; // words, and no path: what somebody was told
    prompt_paste(&intake->fields[intake->at], str_span(&flat));
    bool known = intake->fields[FIELD_QUERY].text.len > 0;
    if (intake->at == FIELD_SYMPTOM)
        intake_take(intake, str_span(&flat));
    if (!known && intake->fields[FIELD_QUERY].text.len > 0)
        ui_say(ui, ROLE_OK, "The name that fails was found in it: %s",
               str_text(&intake->fields[FIELD_QUERY].text));
    view_proposal_look(ui);
    str_done(&flat);
}

// ---- completion

void intake_take_candidate(struct completion *c, struct span name)
{
    if (c->n++ == 0)
        str_add_span(&c->common, name);
    size_t same = 0;
    while (same < c->common.len && same < name.len && c->common.at[same] == name.at[same])
        same++;
    str_cut(&c->common, same);
    if (c->n <= 12)
        str_printf(&c->names, "%s" SPAN_FMT, c->n > 1 ? "  " : "", SPAN_ARG(name));
}

// Names in the folder of what was typed that go on from there.
static void complete_path(struct intake *intake)
{
    struct prompt *field = &intake->fields[FIELD_FROM];
    struct span typed = str_span(&field->text);
    size_t slash = typed.len;
    while (slash > 0 && typed.at[slash - 1] != '/')
        slash--;
    struct span start = span_from(typed, slash);
    char *folder = slash ? mem_strndup(typed.at, slash) : mem_strdup("./");
    struct completion c = {0};
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        struct span name = span_of(entry->d_name);
        bool hidden = name.at[0] == '.' && start.len == 0;
        if (!hidden && name.len >= start.len && memcmp(name.at, start.at ? start.at : "", start.len) == 0)
            intake_take_candidate(&c, name);
    }
    if (dir)
        closedir(dir);
    str_clear(&intake->hint);
    if (c.n == 0)
        str_add(&intake->hint, dir ? "nothing there begins so" : "there is no such folder");
    if (c.n > 0) {
        struct str whole = {0};
        struct stat st;
        str_add_span(&whole, span_first(typed, slash));
        str_add_span(&whole, str_span(&c.common));
        if (c.n == 1 && stat(str_text(&whole), &st) == 0 && S_ISDIR(st.st_mode))
            str_add_char(&whole, '/');
        prompt_set(field, str_span(&whole));
        str_done(&whole);
    }
    if (c.n > 1)
        str_add_span(&intake->hint, str_span(&c.names));
    str_done(&c.common);
    str_done(&c.names);
    free(folder);
}

// ---- keys

void view_intake_begin(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    if (!intake_check(&ui->intake)) {
        ui_say(ui, ROLE_ERROR, "%s: %s", fields[ui->intake.at].label, ui->intake.errors[ui->intake.at].text);
        return;
    }
    struct session_config config = ui->config->session;
    config.from = ui->intake.from;
    config.n_from = ui->intake.from[0] ? 1 : 0; // none: it is read live
    config.target = &ui->intake.target;
    if (ui_begin_case(ui, &config, &err))
        ui->intake.typed = false;
    else
        ui_say(ui, ROLE_ERROR, "%s", err.text);
}

static void move(struct intake *intake, int by)
{
    intake->at = (enum intake_field)(((int)intake->at + FIELD_COUNT + by) % FIELD_COUNT);
    str_clear(&intake->hint);
}

void view_intake_next(void *ui)
{
    move(&((struct ui *)ui)->intake, 1);
}

void view_intake_previous(void *ui)
{
    move(&((struct ui *)ui)->intake, -1);
}

void view_intake_complete(void *context)
{
    struct ui *ui = context;
    struct intake *intake = &ui->intake;
    if (intake->at == FIELD_FROM && intake->fields[FIELD_FROM].text.len > 0)
        complete_path(intake);
    else if (intake->fields[intake->at].text.len > 0 && view_complete_can(ui))
        view_complete(ui);
    else
        move(intake, 1);
}

void view_intake_list(void *ui)
{
    if (view_complete_can(ui))
        view_complete(ui);
    else
        ui_say(ui, ROLE_MUTED, "The cluster lists contexts, namespaces and pods");
}

void view_intake_command(void *ui)
{
    ((struct ui *)ui)->intake.left = true;
}

void view_intake_type(void *ui)
{
    ((struct ui *)ui)->intake.left = false;
}

void view_intake_leave(void *context)
{
    struct ui *ui = context;
    if (ui->intake.typed)
        view_moving_ask_leave(ui, "No case was begun with what you typed. Leave? (y/n) ");
    else
        ui->leaving = true;
}

void view_intake_key(struct ui *ui, struct key key)
{
    struct intake *intake = &ui->intake;
    if (prompt_key(&intake->fields[intake->at], key) == PROMPT_CHANGED) {
        intake->typed = true;
        intake->errors[intake->at].text[0] = '\0';
        str_clear(&intake->hint);
        view_proposal_look(ui);
    }
}

static void draw_field(struct ui *ui, struct rect row, enum intake_field field)
{
    struct intake *intake = &ui->intake;
    bool current = intake->at == field;
    enum { LABEL = 18 };
    struct pen pen = pen_at(&ui->canvas, row, 0, 1);
    if (current)
        pen_glyph(&pen, ROLE_FOCUS, GLYPH_POINT);
    pen_move(&pen, 3);
    pen_text(&pen, current ? ROLE_FOCUS : ROLE_HEADING, fields[field].label);
    struct rect value = {row.row, row.col + LABEL + 2, 1, row.cols - LABEL - 3};
    int cursor_row = ui->canvas.cursor_row, cursor_col = ui->canvas.cursor_col;
    prompt_draw(&intake->fields[field], &ui->canvas, value);
    if (!current)
        canvas_cursor(&ui->canvas, cursor_row, cursor_col);
    else if (intake->left)
        canvas_cursor(&ui->canvas, row.row, row.col + 1);
    if (intake->fields[field].text.len == 0) {
        struct pen help = pen_at(&ui->canvas, value, 0, current ? 1 : 0);
        pen_text(&help, ROLE_MUTED, fields[field].help);
    }
}

static int draw_below(struct ui *ui, struct rect area, int row, enum intake_field field)
{
    struct intake *intake = &ui->intake;
    bool hint = field == intake->at && intake->hint.len > 0;
    const char *error = intake->errors[field].text;
    if (!*error && !hint)
        return row;
    struct pen pen = pen_at(&ui->canvas, area, row, 20);
    if (*error) {
        pen_glyph(&pen, ROLE_FINDING, GLYPH_FINDING);
        pen_printf(&pen, ROLE_FINDING, " %s", error);
    } else {
        pen_span(&pen, ROLE_ACCENT, str_span(&intake->hint));
    }
    return row + 1;
}

static int draw_cut_off(struct ui *ui, struct rect area, int row)
{
    if (!ui->intake.cut_off)
        return row;
    struct pen pen = pen_at(&ui->canvas, area, row, 3);
    pen_text(&pen, ROLE_KEY, "Ctrl-O");
    pen_printf(&pen, ROLE_WARN, " goes on: %s", ui->intake.cut_off_words);
    return row + (area.rows >= 20 ? 2 : 1);
}

static void draw_proposal(struct ui *ui, struct rect area)
{
    struct prose p = {0};
    view_proposal_tell(ui, &p);
    prose_draw(&p, &ui->canvas, (struct rect){area.row, area.col + 3, area.rows, area.cols - 4}, 0);
    prose_done(&p);
}

void view_intake_draw(struct ui *ui, struct rect area)
{
    bool roomy = area.rows >= 18;
    int row = roomy ? 1 : 0;
    struct pen pen = pen_at(&ui->canvas, area, row, 3);
    pen_text(&pen, ROLE_TEXT, "What hurts? Paste the error, name the pod or the evidence, and press Enter.");
    row += roomy ? 2 : 1;
    row = draw_cut_off(ui, area, row);
    for (int field = 0; field < FIELD_COUNT; field++) {
        draw_field(ui, rect_rows(area, row, 1), (enum intake_field)field);
        row = draw_below(ui, area, row + 1, (enum intake_field)field);
    }
    draw_proposal(ui, rect_rows(area, row + 1, area.rows - row - 1));
}
