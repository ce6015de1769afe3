// Cases that were cut off, offered where an incident is described: the latest one is a key away.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/cases.h"
#include "tui/view_ui.h"

enum { LOOK_AT = 20 }; // of the latest cases

struct looking {
    struct ui *ui;
    const char *state_dir;
    char *id, *words;
};

static bool is_cut_off(const struct case_path *path, struct looking *l)
{
    struct case_summary summary;
    char at[32];
    case_summarize(path, &summary);
    bool ret = !summary.closed && !summary.written && !summary.damage && summary.events > 0;
    if (ret) {
        l->id = mem_strdup(path->id);
        l->words = mem_printf("Case %s was cut off at %s%s%s", path->id, clock_format(summary.last, at),
                              summary.root_cause ? ": " : "", summary.root_cause ? summary.root_cause : "");
    }
    case_summary_done(&summary);
    return ret;
}

static void look(void *context)
{
    struct looking *l = context;
    struct case_list list;
    if (!cases_list(l->state_dir, &list, NULL))
        return;
    for (size_t i = list.n; i-- > 0 && i + LOOK_AT >= list.n && !l->id;)
        is_cut_off(&list.items[i], l);
    case_list_done(&list);
}

static void take(void *context)
{
    struct looking *l = context;
    struct intake *intake = &l->ui->intake;
    free(intake->cut_off);
    free(intake->cut_off_words);
    intake->cut_off = l->id;
    intake->cut_off_words = l->words;
    l->ui->dirty = true;
    free(l);
}

void view_cutoff_look(struct ui *ui)
{
    struct looking *l = mem_alloc(sizeof *l);
    l->ui = ui;
    l->state_dir = ui->config->session.state_dir;
    ui_job(ui, look, take, l);
}

void view_cutoff_open(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    if (!ui->intake.cut_off) {
        ui_say(ui, ROLE_MUTED, "No case was cut off");
        return;
    }
    struct session_config config = ui->config->session;
    config.open_case = ui->intake.cut_off;
    config.target = NULL;
    if (!ui_begin_case(ui, &config, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
}
