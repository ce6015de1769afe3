// Damaged evidence: the project's own trees, each file gone, cut at some places and with some bytes changed,
// through the whole analysis. Nothing may crash, every quote must stand where it is said to, and evidence
// that is missing may make no answer surer than all of it did. A changed byte may say something else, and so
// may the answer.
//
// Without more a few files of each tree are damaged. D5TUI_DAMAGE=200 damages every file at 200 places each
// way, with D5TUI_DAMAGE_DECIDING=1 those that the verdict rests on (tests/kit/damage.h), D5TUI_DAMAGE_SEED=N
// at other places. D5TUI_DAMAGE_CASES=FOLDER takes the cases there (FOLDER/NAME/tree) instead of some of
// tests/cases, D5TUI_DAMAGE_TREE=NAME that one alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/kit/damage.h"

enum {
    FILES_EACH = 8,  // of a tree, where none are asked for
    HANG_AFTER = 60, // seconds for one tree: SIGALRM then ends the program
};

// Rulesets of both kinds, sets, what policies and services say, captures, logs; faults, normal things, and
// nothing to be known.
static const char *const trees[] = {"demo",      "fw-nft",        "fw-set-twin",
                                    "svc-stale", "mtu-fragments", "no-nodes"};

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

struct trial {
    const char *tree;
    bool records;
    struct damage damage;
    struct outcome whole, unrecorded; // unrecorded: where it is about what records say (damage.h)
    uint64_t random;
    unsigned runs, faults;
};

static void say_fault(struct trial *t, size_t file, const char *what, size_t at, const char *fault)
{
    print_error("%s%s: %s %s at %zu: %s\n", t->tree, t->records ? "" : " without records",
                t->damage.files[file].path, what, at, fault);
    t->faults++;
}

// Every other time the end of a line: there a format without an end of its own still looks whole.
static size_t cut_place(struct trial *t, struct span bytes)
{
    size_t at = next_random(&t->random) % bytes.len;
    if (next_random(&t->random) % 2)
        return at;
    const char *newline = memrchr(bytes.at, '\n', at);
    return newline ? (size_t)(newline - bytes.at) + 1 : 0;
}

// What is missing makes no answer surer.
static void judge_lost(struct trial *t, size_t file, const char *what, size_t at)
{
    bool is_records = strcmp(t->damage.files[file].path, "probes.jsonl") == 0;
    const struct outcome *whole = is_records ? &t->unrecorded : &t->whole;
    struct outcome o;
    char *fault;
    alarm(HANG_AFTER);
    if (damage_judge(&t->damage, &o, &fault) && damage_made_surer(&t->damage, file, whole, &o))
        fault = mem_printf("%s is %s, with all evidence %s (the answer: %s)", diagnosis_info(o.diagnosis)->id,
                           verdict_name(o.verdict), verdict_name(whole->of[o.diagnosis]),
                           diagnosis_info(whole->diagnosis)->id);
    if (fault)
        say_fault(t, file, what, at, fault);
    free(fault);
    t->runs++;
}

static void try_cut(struct trial *t, size_t file)
{
    size_t at = cut_place(t, t->damage.files[file].bytes);
    damage_cut(&t->damage, file, at);
    judge_lost(t, file, "cut", at);
}

static void try_without(struct trial *t, size_t file)
{
    damage_remove(&t->damage, file);
    judge_lost(t, file, "gone", 0);
}

static void try_change(struct trial *t, size_t file)
{
    size_t at = next_random(&t->random) % t->damage.files[file].bytes.len;
    struct outcome o;
    char *fault;
    alarm(HANG_AFTER);
    damage_change(&t->damage, file, at, (char)next_random(&t->random));
    if (!damage_judge(&t->damage, &o, &fault))
        say_fault(t, file, "changed", at, fault);
    free(fault);
    t->runs++;
}

static void try_file(struct trial *t, size_t file, uint64_t places)
{
    try_without(t, file);
    for (uint64_t i = 0; i < places && t->damage.files[file].bytes.len; i++) {
        try_cut(t, file);
        try_change(t, file);
    }
    damage_mend(&t->damage, file);
}

static void damage_files(struct trial *t)
{
    uint64_t places = number_of("D5TUI_DAMAGE", 0);
    bool deciding = number_of("D5TUI_DAMAGE_DECIDING", 0) != 0;
    size_t wanted = deciding ? damage_find_deciding(&t->damage) : t->damage.n;
    for (size_t file = 0; file < t->damage.n && places; file++) {
        if (!deciding || t->damage.files[file].decides)
            try_file(t, file, places);
    }
    for (size_t i = 0; i < FILES_EACH && !places; i++)
        try_file(t, next_random(&t->random) % t->damage.n, 1);
    if (places)
        print_message("%s%s: %zu of %zu files, %u damaged trees, %u faults\n", t->tree,
                      t->records ? "" : " without records", wanted, t->damage.n, t->runs, t->faults);
}

static void try_tree(const char *cases, struct trial *t)
{
    char *path = mem_printf("%s/%s/tree", cases, t->tree), *fault;
    damage_init(&t->damage, path, t->records);
    if (!damage_judge(&t->damage, &t->whole, &fault))
        fail_msg("%s: %s", t->tree, fault);
    t->unrecorded = t->whole;
    damage_allow_unrecorded(&t->damage, &t->unrecorded, &fault);
    if (fault)
        fail_msg("%s: %s", t->tree, fault);
    damage_files(t);
    damage_done(&t->damage);
    free(path);
}

// ------------------------------------------------------------------ which trees

struct cases {
    char *folder;
    char **names;
    size_t n, cap;
};

static void add_case(struct cases *c, const char *name)
{
    char *path = mem_printf("%s/%s/tree", c->folder, name);
    if (name[0] != '.' && access(path, X_OK) == 0)
        *MEM_PUSH(c->names, c->n, c->cap) = mem_strdup(name);
    free(path);
}

static void add_all_cases(struct cases *c)
{
    struct dirent **entries;
    int n = scandir(c->folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        add_case(c, entries[i]->d_name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

static struct cases find_cases(void)
{
    const char *folder = getenv("D5TUI_DAMAGE_CASES"), *only = getenv("D5TUI_DAMAGE_TREE");
    struct cases c = {.folder = mem_strdup(folder ? folder : "tests/cases")};
    if (only)
        add_case(&c, only);
    else if (folder)
        add_all_cases(&c);
    for (size_t i = 0; i < ARRAY_LEN(trees) && !only && !folder; i++)
        add_case(&c, trees[i]);
    return c;
}

static void cases_done(struct cases *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->names[i]);
    free(c->names);
    free(c->folder);
}

static void try_all(bool records)
{
    struct cases cases = find_cases();
    unsigned runs = 0, faults = 0;
    for (size_t i = 0; i < cases.n; i++) {
        struct trial t = {.tree = cases.names[i],
                          .records = records,
                          .random = number_of("D5TUI_DAMAGE_SEED", 1) << 32 | i << 1 | records};
        try_tree(cases.folder, &t);
        runs += t.runs;
        faults += t.faults;
    }
    cases_done(&cases);
    print_message("%u damaged trees, %u faults\n", runs, faults);
    assert_true(runs > 0);
    assert_int_equal(faults, 0);
}

static void lost_evidence_makes_no_answer_surer(void **state)
{
    (void)state;
    try_all(true);
}

static void nor_where_nobody_wrote_down_what_was_asked(void **state)
{
    (void)state;
    try_all(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_evidence_makes_no_answer_surer),
        cmocka_unit_test(nor_where_nobody_wrote_down_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
