// Damaged evidence: the project's own trees, each file cut at some places and with some bytes changed,
// through the whole analysis. Nothing may crash, every quote must stand where it is said to, and evidence
// that is missing may make no answer surer than all of it did. A changed byte may say something else, and so
// may the answer.
//
// Without more a few files of each tree are damaged. D5TUI_DAMAGE=200 damages every file at 200 places each
// way, D5TUI_DAMAGE_SEED=N at others, D5TUI_DAMAGE_TREE=NAME takes that one of tests/cases alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/kit/damage.h"

// Rulesets of both kinds, sets, what policies and services say, captures, logs; faults, normal things, and
// nothing to be known.
enum { FILES_EACH = 8 }; // of a tree, where none are asked for

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
    struct outcome whole;
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

static void try_cut(struct trial *t, size_t file)
{
    size_t at = cut_place(t, t->damage.files[file].bytes);
    struct outcome o;
    char *fault;
    damage_cut(&t->damage, file, at);
    if (damage_judge(&t->damage, &o, &fault) && damage_made_surer(&t->damage, file, &t->whole, &o))
        fault = mem_printf("%s is %s, with all evidence %s (the answer: %s)", diagnosis_info(o.diagnosis)->id,
                           verdict_name(o.verdict), verdict_name(t->whole.of[o.diagnosis]),
                           diagnosis_info(t->whole.diagnosis)->id);
    if (fault)
        say_fault(t, file, "cut", at, fault);
    free(fault);
    t->runs++;
}

static void try_change(struct trial *t, size_t file)
{
    size_t at = next_random(&t->random) % t->damage.files[file].bytes.len;
    struct outcome o;
    char *fault;
    damage_change(&t->damage, file, at, (char)next_random(&t->random));
    if (!damage_judge(&t->damage, &o, &fault))
        say_fault(t, file, "changed", at, fault);
    free(fault);
    t->runs++;
}

static void try_file(struct trial *t, size_t file, uint64_t places)
{
    for (uint64_t i = 0; i < places && t->damage.files[file].bytes.len; i++) {
        try_cut(t, file);
        try_change(t, file);
    }
    damage_mend(&t->damage, file);
}

static void try_tree(struct trial *t)
{
    uint64_t places = number_of("D5TUI_DAMAGE", 0);
    char *path = mem_printf("tests/cases/%s/tree", t->tree), *fault;
    damage_init(&t->damage, path, t->records);
    free(path);
    if (!damage_judge(&t->damage, &t->whole, &fault))
        fail_msg("%s: %s", t->tree, fault);
    for (size_t file = 0; file < t->damage.n && places; file++)
        try_file(t, file, places);
    for (size_t i = 0; i < FILES_EACH && !places; i++)
        try_file(t, next_random(&t->random) % t->damage.n, 1);
    damage_done(&t->damage);
}

static void try_all(bool records)
{
    const char *only = getenv("D5TUI_DAMAGE_TREE");
    unsigned runs = 0, faults = 0;
    for (size_t i = 0; i < (only ? 1 : ARRAY_LEN(trees)); i++) {
        struct trial t = {.tree = only ? only : trees[i],
                          .records = records,
                          .random = number_of("D5TUI_DAMAGE_SEED", 1) << 32 | i << 1 | records};
        try_tree(&t);
        runs += t.runs;
        faults += t.faults;
    }
    print_message("%u damaged trees, %u faults\n", runs, faults);
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
