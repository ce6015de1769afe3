// The target and the times stand still, so that words of calls can be held to the letter.
#include "tests/kit/planning.h"

#include "core/base/mem.h"
#include "core/probe/argv.h"

const char planning_kube_proxy[] =
    ", {'kind': 'Pod', 'metadata': {'name': 'kube-proxy-x', 'namespace': 'kube-system', 'labels': "
    "{'k8s-app': "
    "'kube-proxy'}}, 'spec': {'nodeName': 'n1', 'hostNetwork': true, 'containers': [{'name': "
    "'kube-proxy'}]}, "
    "'status': {'phase': 'Running', 'conditions': [{'type': 'Ready', 'status': 'True'}]}}";

void planning_begin(struct planning *t, enum reach via)
{
    *t = (struct planning){.plan = {.n = 0}};
    scene_init(&t->scene);
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        t->subjects[i] = true;
    t->in = (struct plan_input){
        .via = via,
        .consent = CONSENT_ALL,
        .subjects = t->subjects,
        .now = 1795418100 * USEC_SEC, // 2026-11-23T07:15:00Z
        .since = 1795413600 * USEC_SEC,
        .control_folder = "/run/user/1000/d5",
        .hostname = "n1",
    };
}

void planning_make(struct planning *t)
{
    scene_judge(&t->scene);
    t->in.facts = t->scene.facts;
    t->in.target = &t->scene.facts->target;
    plan_make(&t->in, &t->plan);
}

void planning_end(struct planning *t)
{
    plan_done(&t->plan);
    scene_done(&t->scene);
}

const struct planned *planning_find(const struct planning *t, const char *row, const char *part)
{
    for (size_t i = 0; i < t->plan.n; i++) {
        const struct planned *item = &t->plan.items[i];
        if (strcmp(item->row->name, row) == 0 &&
            (!part || strstr(item->command, part) || strstr(item->where, part)))
            return item;
    }
    return NULL;
}

size_t planning_count(const struct planning *t, const char *row)
{
    size_t n = 0;
    for (size_t i = 0; i < t->plan.n; i++)
        n += strcmp(t->plan.items[i].row->name, row) == 0;
    return n;
}

bool planning_ends_with(const char *const *argv, const char *text)
{
    struct arena arena = {0};
    bool ret = span_ends(span_of(argv_text(&arena, argv)), text);
    arena_done(&arena);
    return ret;
}

void planning_login(struct planning *t, const char *uid)
{
    for (int i = 1; i <= 3; i++)
        scene_write(&t->scene, arena_printf(&t->scene.arena, "nodes/n%d/system/id.txt", i), uid);
    scene_write(&t->scene, "nodes/n1/networking/ip-addr.txt",
                "1: lo: <LOOPBACK,UP> mtu 65536 state UNKNOWN\n    inet 127.0.0.1/8 scope host lo\n"
                "2: eth0: <BROADCAST,UP> mtu 9001 state UP\n    inet 10.0.1.1/24 scope global eth0\n"
                "3: eni12345@if3: <BROADCAST,UP> mtu 9001 state UP\n");
}
