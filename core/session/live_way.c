// What a live run may do, and by which way: a person's flags within the bounds of the administrator's policy.
// Guided mode has no consent at all, and looks for programs where the policy says.
#include <limits.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/session/live_inside.h"

static const char *take_hostname(struct arena *arena)
{
    char name[HOST_NAME_MAX + 1] = "";
    gethostname(name, sizeof name - 1);
    return name[0] ? arena_strdup(arena, name) : NULL;
}

// To name exec or ssm as the way is to say yes to it.
static unsigned consent_of_way(enum reach via)
{
    return via == REACH_EXEC ? CONSENT_EXEC : via == REACH_SSM ? CONSENT_SSM : CONSENT_NONE;
}

void live_way_allow(struct live_way *way, const struct session *s, unsigned consent)
{
    if (!way->guided)
        way->consent |= consent & s->policy.allow;
}

bool live_note_consent(struct session *s, unsigned bits, bool yes, const char *asked, struct error *err)
{
    bool ok = true;
    for (unsigned bit = 1; ok && bit < CONSENT_ALL; bit <<= 1) {
        struct event event = {
            .kind = EVENT_CONSENTED, .value = consent_name((enum consent)bit), .number = yes, .text = asked};
        ok = !(bits & bit) || session_do(s, event, err);
    }
    return ok;
}

bool live_note_beforehand(struct session *s, const struct live_way *way, struct error *err)
{
    unsigned by_way = way->consent & consent_of_way(way->via);
    return live_note_consent(s, by_way, true, "named as the way to the nodes (--via)", err) &&
           live_note_consent(s, way->consent & ~by_way, true, "given beforehand (--allow)", err);
}

bool live_way_init(struct live_way *ret, const struct session *s, struct live_wish wish, struct error *err)
{
    const struct policy *policy = &s->policy;
    *ret = (struct live_way){
        .via = wish.via,
        .guided = session_is_guided(s),
        .bucket = wish.bucket,
        .since = live_since(s),
        .max_all = (unsigned)policy->max_probes,
        .max_per_host = (unsigned)policy->max_per_host,
        .capture_seconds = (unsigned)policy->max_capture_seconds,
    };
    live_way_allow(ret, s, wish.consent | consent_of_way(wish.via));
    if (ret->guided)
        ret->path = policy_program_path(policy, &ret->arena);
    if (policy->accept_new_host_keys)
        ret->host_keys = arena_printf(&ret->arena, "%s/known_hosts", s->path.dir);
    ret->hostname = take_hostname(&ret->arena);
    ret->sockets = wish.via == REACH_SSH ? tempdir_new(NULL, err) : NULL;
    return ret->sockets || wish.via != REACH_SSH;
}

void live_way_done(struct live_way *way)
{
    tempdir_free(way->sockets);
    arena_done(&way->arena);
}

struct plan_input live_way_plan(const struct live_way *way, const struct session *s, const bool *subjects)
{
    enum reach via = way->via != REACH_NONE ? way->via : live_way_of_case(s);
    return (struct plan_input){
        .facts = s->looked ? s->looked->facts : NULL,
        .target = session_target(s),
        .via = via,
        .consent = way->consent,
        .guided = way->guided,
        .subjects = subjects,
        .now = clock_now(),
        .since = way->since,
        .capture_seconds = way->capture_seconds,
        .host_keys = way->host_keys,
        .bucket = way->bucket,
        .hostname = way->hostname,
        .control_folder = way->sockets ? tempdir_path(way->sockets) : NULL,
    };
}

// ------------------------------------------------------------------ what the case says of its own probes

static uint64_t id_number(const char *id)
{
    struct span rest = span_of(id);
    uint64_t n = 0;
    return span_skip(&rest, "E-") && span_to_u64(rest, &n) ? n : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// The first number that no probe of the case has.
static unsigned first_id(const struct session *s)
{
    uint64_t highest = 0;
    size_t n = 0;
    const struct evidence_probe *records = s->looked ? evidence_probes(s->looked->evidence, &n) : NULL;
    for (size_t i = 0; i < s->incident->n_probes; i++)
        highest = larger(highest, id_number(s->incident->probes[i].id));
    for (size_t i = 0; i < n; i++)
        highest = larger(highest, id_number(records[i].id));
    return (unsigned)highest + 1;
}

struct runner *live_way_runner(const struct live_way *way, const struct session *s, const char *tree,
                               struct runner_config told, struct error *err)
{
    told.tree = tree;
    told.first_id = first_id(s);
    told.max_all = way->max_all;
    told.max_per_host = way->max_per_host;
    told.path = way->path;
    return runner_new(&told, err);
}

enum reach live_way_of_case(const struct session *s)
{
    size_t n = 0;
    const struct evidence_probe *records = s->looked ? evidence_probes(s->looked->evidence, &n) : NULL;
    for (size_t i = n; i-- > 0;) {
        enum reach via;
        bool node = records[i].where && span_starts(span_of(records[i].where), "node ");
        if (node && records[i].via && reach_parse(span_of(records[i].via), &via))
            return via;
    }
    return REACH_NONE;
}
