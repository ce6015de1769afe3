// The proposal. Procedures and programs are looked up on a worker, since both lie on disks; all else is
// known.
#include "tui/view_proposal.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/procedures.h"
#include "core/probe/programs.h"
#include "core/session/choose.h"
#include "core/session/policy.h"
#include "tui/view_rights.h"
#include "tui/view_ui.h"

struct looking {
    struct ui *ui;
    const char *policy;
    bool guided;
    enum reach via;
    struct proposal found;
};

void proposal_done(struct proposal *proposal)
{
    free(proposal->procedure);
    free(proposal->trigger);
    free(proposal->missing);
    free(proposal->symptom);
    *proposal = (struct proposal){0};
}

// ---- looking up

// What is started on this machine, of the probes and of the way to a node.
static bool starts_here(const struct probe_row *row, enum reach via)
{
    return row->place == PROBE_HERE || (row->place == PROBE_ON_NODE && via == REACH_LOCAL);
}

static bool is_named(struct span missing, const char *name)
{
    struct span word;
    while (span_cut_word(&missing, &word)) {
        if (span_ends(word, ","))
            word.len--;
        if (span_is(word, name))
            return true;
    }
    return false;
}

static void find_program(struct programs *programs, const char *name, struct str *missing)
{
    if (!is_named(str_span(missing), name) && !programs_find(programs, name))
        str_printf(missing, "%s%s", missing->len ? ", " : "", name);
}

static char *missing_programs(struct looking *l)
{
    static const char *const of_way[] = {[REACH_SSH] = "ssh", [REACH_EXEC] = "kubectl", [REACH_SSM] = "aws"};
    struct policy policy;
    struct programs programs;
    struct arena arena = {0};
    struct str missing = {0};
    policy_load(&policy, l->policy ? l->policy : policy_file);
    l->found.allow = policy.allow;
    programs_init(&programs, l->guided ? policy_program_path(&policy, &arena) : NULL);
    for (const struct probe_row *row = probe_table; row->name; row++) {
        if (starts_here(row, l->via))
            find_program(&programs, row->argv[0], &missing);
    }
    if (l->via < ARRAY_LEN(of_way) && of_way[l->via])
        find_program(&programs, of_way[l->via], &missing);
    programs_done(&programs);
    policy_done(&policy);
    arena_done(&arena);
    return str_take(&missing);
}

static void look(void *context)
{
    struct looking *l = context;
    char *chosen = choose_procedure(l->found.symptom);
    struct sop *sop = procedures_load(chosen, NULL);
    const char *trigger = sop && l->found.symptom ? procedures_trigger(sop, span_of(l->found.symptom)) : NULL;
    l->found.procedure = mem_strdup(sop ? sop->title : chosen);
    l->found.trigger = trigger ? mem_strdup(trigger) : NULL;
    l->found.missing = missing_programs(l);
    sop_free(sop);
    free(chosen);
}

static void take(void *context)
{
    struct looking *l = context;
    struct ui *ui = l->ui;
    proposal_done(&ui->proposal);
    ui->proposal = l->found;
    ui->dirty = true;
    free(l);
    view_refresh(ui);
    view_proposal_look(ui); // something else was typed meanwhile
}

static const char *symptom_of(const struct ui *ui)
{
    const char *text =
        ui->session ? ui_target(ui)->symptom : str_text((struct str *)&ui->intake.fields[FIELD_SYMPTOM].text);
    return text ? text : "";
}

void view_proposal_look(struct ui *ui)
{
    struct proposal *proposal = &ui->proposal;
    const char *symptom = symptom_of(ui);
    if (proposal->looking || (proposal->symptom && strcmp(proposal->symptom, symptom) == 0))
        return;
    struct looking *l = mem_alloc(sizeof *l);
    proposal->looking = true;
    l->ui = ui;
    l->policy = ui->config->session.policy;
    l->guided = ui_is_guided(ui);
    l->via = ui->config->via;
    l->found.symptom = mem_strdup(symptom);
    ui_job(ui, look, take, l);
}

// ---- telling

static void tell_procedure(struct ui *ui, struct prose *p)
{
    const struct proposal *proposal = &ui->proposal;
    const struct sop *sop = ui->session ? session_sop(ui->session) : NULL;
    const char *title = sop ? sop->title : proposal->procedure;
    bool proposed = title && proposal->procedure && strcmp(title, proposal->procedure) == 0;
    if (!title)
        prose_label(p, "procedure", ROLE_MUTED, "being looked for");
    else if (proposed && proposal->trigger)
        prose_label(p, "procedure", ROLE_ACCENT, "%s, which fits \"%s\"", title, proposal->trigger);
    else
        prose_label(p, "procedure", ROLE_ACCENT, "%s%s", title,
                    proposed && symptom_of(ui)[0] ? ", the default: no trigger fits the symptom" : "");
}

static void tell_way(const struct ui *ui, struct prose *p)
{
    static const char *const words[] = {
        [REACH_LOCAL] = "this machine is one: what is asked of it runs here",
        [REACH_SSH] = "reached by ssh, never asking for a password",
        [REACH_EXEC] = "reached through a pod on them (kubectl exec)",
        [REACH_SSM] = "reached by AWS SSM",
    };
    if (ui->config->via == REACH_NONE)
        prose_label(p, "nodes", ROLE_UNKNOWN,
                    "not reached: what only they can tell stays unknown (--via ssh, exec, ssm, local)");
    else
        prose_label(p, "nodes", ROLE_TEXT, "%s", words[ui->config->via]);
}

// "; TITLE exec, ssm"; nothing where there is none of those.
static void add_consents(struct str *out, const char *title, unsigned bits)
{
    for (unsigned bit = 1, n = 0; bit <= CONSENT_ALL; bit <<= 1) {
        if (bits & bit)
            str_printf(out, "%s%s", n++ ? ", " : title, consent_name((enum consent)bit));
    }
}

static void tell_mode(const struct ui *ui, struct prose *p)
{
    unsigned allow = ui->session ? session_policy(ui->session)->allow : ui->proposal.allow;
    unsigned given = ui->config->consent & allow;
    struct str words = {0};
    if (ui_is_guided(ui)) {
        prose_label(p, "may", ROLE_TEXT, "only read, by commands rated GREEN, one step at a time (guided)");
        return;
    }
    add_consents(&words, "; after your yes: ", allow & ~given);
    add_consents(&words, "; agreed to: ", given);
    add_consents(&words, "; never, by the policy: ", CONSENT_ALL & ~allow);
    prose_label(p, "may", ROLE_TEXT, "read%s", str_text(&words));
    str_done(&words);
}

static void tell_cluster(const struct ui *ui, struct prose *p)
{
    struct str rights = {0};
    enum role role = view_rights_words(ui, &rights);
    prose_label(p, "reads", role, "the cluster, by kubectl%s%s", rights.len ? "; " : " and with your rights",
                str_text(&rights));
    str_done(&rights);
}

static void tell_tools(const struct ui *ui, struct prose *p)
{
    const char *missing = ui->proposal.missing;
    if (!missing)
        prose_label(p, "programs", ROLE_MUTED, "being looked for");
    else if (*missing)
        prose_label(p, "programs", ROLE_WARN, "not on this machine: %s; what they would tell stays unknown",
                    missing);
    else
        prose_label(p, "programs", ROLE_TEXT, "all that are needed are on this machine");
}

void view_proposal_tell(struct ui *ui, struct prose *p)
{
    struct span from = ui->session ? span_of("") : str_span(&ui->intake.fields[FIELD_FROM].text);
    tell_procedure(ui, p);
    if (from.len > 0) {
        prose_label(p, "reads", ROLE_TEXT, "what was collected, where it lies; nothing runs on the cluster");
        return;
    }
    tell_cluster(ui, p);
    tell_way(ui, p);
    tell_mode(ui, p);
    tell_tools(ui, p);
}
