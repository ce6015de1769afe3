// From tool calls to subjects. A call belongs to the first row whose tool and deciding words fit; an item
// without a call is looked at in ever wider circles, until only a person can answer it.
#include "core/probe/catalogue.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/probe/argv.h"
#include "core/probe/catalogue_rows.h"
#include "core/probe/probe.h"
#include "core/probe/reach.h"

// ------------------------------------------------------------------ words

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool has_capitals(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] >= 'A' && s.at[i] <= 'Z')
            return true;
    }
    return false;
}

static bool same_bytes(struct span at, struct span word, bool exact)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = at.at[i];
        bool same = c == word.at[i] || (!exact && c >= 'A' && c <= 'Z' && c - 'A' + 'a' == word.at[i]);
        if (!same)
            return false;
    }
    return true;
}

// Whether `text` holds a word: words of up to four letters must stand alone ("oom" is not in "zoom"), longer
// ones may be part of another. Lower-case words are found in any case.
static bool holds_word(struct span text, struct span word)
{
    bool exact = has_capitals(word), alone = word.len <= 4 && is_word_char(word.at[word.len - 1]);
    for (size_t i = 0; i + word.len <= text.len; i++) {
        if (!same_bytes(span_from(text, i), word, exact))
            continue;
        size_t end = i + word.len;
        bool begins = i == 0 || !is_word_char(text.at[i - 1]),
             ends = end == text.len || !is_word_char(text.at[end]);
        if (!alone || (begins && ends))
            return true;
    }
    return false;
}

static bool holds_any(struct span text, const char *words)
{
    struct span rest = span_of(words), word;
    while (span_cut(&rest, '|', &word)) {
        if (holds_word(text, word))
            return true;
    }
    return false;
}

static bool is_any(struct span text, const char *words)
{
    struct span rest = span_of(words), word;
    while (span_cut(&rest, '|', &word)) {
        if (word.len == text.len && same_bytes(text, word, false))
            return true;
    }
    return false;
}

// ------------------------------------------------------------------ commands

// The next `…` of *rest. Double ticks are taken for two; commands have none.
static bool cut_code(struct span *rest, struct span *ret)
{
    size_t from = span_find_char(*rest, '`');
    if (from == SIZE_MAX)
        return false;
    struct span behind = span_from(*rest, from + 1);
    size_t len = span_find_char(behind, '`');
    if (len == SIZE_MAX)
        return false;
    *ret = span_first(behind, len);
    *rest = span_from(behind, len + 1);
    return true;
}

static size_t length_before(struct span s, const char *stops)
{
    size_t n = 0;
    while (n < s.len && !strchr(stops, s.at[n]))
        n++;
    return n;
}

// What `kubectl get pods -n …` asks for; empty where it asks for nothing that is listed.
static struct span kubectl_resource(struct span command)
{
    struct span word, verb;
    if (!span_cut_word(&command, &word) || !span_is(word, "kubectl") || !span_cut_word(&command, &verb))
        return span_make("", 0);
    if (!span_is(verb, "get") && !span_is(verb, "describe") && !span_is(verb, "top"))
        return span_make("", 0);
    while (span_cut_word(&command, &word)) {
        if (!span_starts(word, "-")) // "pods", "pod/NAME", "pods,services"
            return span_first(word, length_before(word, ",/"));
    }
    return span_make("", 0);
}

// ------------------------------------------------------------------ one call

struct asked { // what a call asks for
    const char *tool;
    const struct sop_call *call; // NULL: the tool is only mentioned
    struct span command;         // the back-ticked command that is meant, or empty
    const char *text;            // the item's words
};

static const char *arg_of(const struct asked *a, const char *name)
{
    return a->call ? sop_call_arg(a->call, name) : NULL;
}

// The kind that the call names, else the resource of a kubectl command in the item.
static bool is_object(const struct asked *a, const char *words)
{
    const char *kind = arg_of(a, "kind");
    if (kind)
        return is_any(span_of(kind), words);
    struct span rest = span_of(a->text), code;
    if (a->command.len)
        return is_any(kubectl_resource(a->command), words);
    while (cut_code(&rest, &code)) {
        if (is_any(kubectl_resource(code), words))
            return true;
    }
    return false;
}

static bool is_selected(const struct asked *a, const char *words)
{
    static const char *const names[] = {"labelSelector", "label_selector", "fieldSelector", "field_selector",
                                        "name",          "podName",        "pod_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = arg_of(a, names[i]);
        if (value && holds_any(span_of(value), words))
            return true;
    }
    if (a->command.len)
        return holds_any(a->command, words);
    struct span rest = span_of(a->text), code;
    while (cut_code(&rest, &code)) {
        if (span_starts(code, "kubectl ") && holds_any(code, words))
            return true;
    }
    return false;
}

static bool fits(const struct catalogue_row *row, const struct asked *a, struct span section)
{
    const char *value;
    if (strcmp(row->tool, a->tool) != 0)
        return false;
    switch (row->by) {
    case CATALOGUE_ANY:
        return true;
    case CATALOGUE_QUERY:
        value = arg_of(a, "query");
        return value && holds_any(span_of(value), row->words);
    case CATALOGUE_FILTER:
        value = arg_of(a, "filter_pattern");
        value = value ? value : arg_of(a, "filterPattern");
        return value && holds_any(span_of(value), row->words);
    case CATALOGUE_SECTION:
        return section.at ? is_any(section, row->words) : holds_any(span_of(a->text), row->words);
    case CATALOGUE_OBJECT:
        return is_object(a, row->words);
    case CATALOGUE_SELECTOR:
        return is_selected(a, row->words);
    }
    return false;
}

static const struct catalogue_row *find_row(const struct asked *a, struct span section)
{
    for (const struct catalogue_row *row = catalogue_rows; row->tool; row++) {
        if (fits(row, a, section))
            return row;
    }
    return NULL;
}

static const char *tool_of(const char *name)
{
    for (const struct catalogue_alias *alias = catalogue_aliases; alias->name; alias++) {
        if (!alias->program && strcmp(alias->name, name) == 0)
            return alias->tool;
    }
    return name;
}

// ------------------------------------------------------------------ sets of subjects

struct subjects {
    enum subject *items;
    size_t n, max;
};

static bool has_subject(const struct subjects *s, enum subject subject)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i] == subject)
            return true;
    }
    return false;
}

static void add_subject(struct subjects *s, enum subject subject)
{
    if (subject != SUBJECT_NONE && s->n < s->max && !has_subject(s, subject))
        s->items[s->n++] = subject;
}

static void add_row(struct subjects *s, const struct catalogue_row *row)
{
    if (row)
        add_subject(s, row->subject);
}

// A call that names sections belongs to the row of each of them.
static const struct catalogue_row *add_asked(struct subjects *s, const struct asked *a)
{
    const char *sections = arg_of(a, "sections");
    const struct catalogue_row *first = NULL;
    struct span rest = span_of(sections), section = {0};
    if (!sections) {
        first = find_row(a, section);
        add_row(s, first);
    }
    while (sections && span_cut(&rest, ',', &section)) {
        const struct catalogue_row *row = find_row(a, span_trim(section));
        first = first ? first : row;
        add_row(s, row);
    }
    return first;
}

static void add_calls(struct subjects *s, const struct sop_item *item)
{
    for (size_t i = 0; i < item->n_calls; i++) {
        struct asked a = {.tool = tool_of(item->calls[i].tool), .call = &item->calls[i], .text = item->text};
        add_asked(s, &a);
    }
}

static const struct catalogue_alias *program_of(struct span command)
{
    struct span word;
    if (!span_cut_word(&command, &word))
        return NULL;
    for (const struct catalogue_alias *alias = catalogue_aliases; alias->name; alias++) {
        if (alias->program && span_is(word, alias->name))
            return alias;
    }
    return NULL;
}

// The row of the probe table that a command is: the same program, and the same word behind it where both have
// one that says what is meant.
static const struct probe_row *probe_of(struct span command)
{
    struct span program, word = {0};
    if (!span_cut_word(&command, &program))
        return NULL;
    span_cut_word(&command, &word);
    for (const struct probe_row *row = probe_table; row->name; row++) {
        const char *const *argv = row->argv + 1;
        while (*argv && (strchr("?+", **argv) || strncmp(*argv, "--", 2) == 0))
            argv++;
        bool open = !*argv || strchr(*argv, '{') || !word.len;
        if (span_is(program, row->argv[0]) && (open || span_is(word, *argv)))
            return row;
    }
    return NULL;
}

// Back-ticked commands of known programs count as calls. A kubectl command beside a call says what that call
// lists.
static void add_commands(struct subjects *s, const struct sop_item *item)
{
    struct span rest = span_of(item->text), code;
    while (cut_code(&rest, &code)) {
        const struct catalogue_alias *alias = program_of(code);
        const struct probe_row *probe = alias ? NULL : probe_of(code);
        bool said = item->n_calls > 0 && alias && strcmp(alias->name, "kubectl") == 0;
        if (span_find_char(code, ' ') == SIZE_MAX || said)
            continue; // a program that is only spoken of, or a listing that is named twice
        if (probe)
            add_subject(s, probe->subjects[0]);
        if (!alias)
            continue;
        struct asked a = {.tool = alias->tool, .command = code, .text = item->text};
        add_asked(s, &a);
    }
}

// Tools that the item speaks of without telling anyone to use them.
static void add_mentions(struct subjects *s, const struct sop_item *item)
{
    struct span rest = span_of(item->text), code;
    while (cut_code(&rest, &code)) {
        for (const struct catalogue_row *row = catalogue_rows; row->tool; row++) {
            struct asked a = {.tool = row->tool, .text = item->text};
            if (!span_is(code, row->tool))
                continue;
            add_asked(s, &a);
            break;
        }
    }
}

// ------------------------------------------------------------------ sentences

static bool says_all(struct span sentence, const char *words)
{
    struct span rest = span_of(words), word;
    while (span_cut_word(&rest, &word)) {
        if (!holds_word(sentence, word))
            return false;
    }
    return true;
}

static bool names(const struct catalogue_name *table, struct span sentence, enum subject subject)
{
    for (; table->words; table++) {
        if (table->subject == subject && says_all(sentence, table->words))
            return true;
    }
    return false;
}

static void add_nested(struct subjects *s, const struct sop_item *item)
{
    for (size_t i = 0; i < item->n_nested; i++)
        add_calls(s, &item->nested[i]);
}

// What the siblings read; where the item's words name some of it, only that.
static void add_siblings(struct subjects *s, const struct sop_item *item, const struct sop_item *parent)
{
    enum subject all[SUBJECT_COUNT];
    struct subjects siblings = {all, 0, SUBJECT_COUNT};
    if (parent)
        add_nested(&siblings, parent);
    for (size_t i = 0; i < siblings.n; i++) {
        if (names(catalogue_item_words, span_of(item->text), all[i]))
            add_subject(s, all[i]);
    }
    for (size_t i = 0; s->n == 0 && i < siblings.n; i++)
        add_subject(s, all[i]);
}

// The part of a gate's sentence that says where to go on.
static struct span aim_of(struct span sentence)
{
    static const char *const verbs[] = {"proceed", "go on", "continue", "move on", "carry on", "turn to"};
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        size_t found = span_find(sentence, verbs[i]);
        at = found < at ? found : at;
    }
    if (at == SIZE_MAX)
        at = span_find_char(sentence, ',');
    return at == SIZE_MAX ? sentence : span_from(sentence, at);
}

// ------------------------------------------------------------------ public

const struct catalogue_row *catalogue_find(const struct sop_item *item, const struct sop_call *call)
{
    struct subjects none = {NULL, 0, 0};
    struct asked a = {.tool = tool_of(call->tool), .call = call, .text = item->text};
    return add_asked(&none, &a);
}

char *catalogue_next_files(const struct sop_item *item, struct catalogue_files *at)
{
    struct span pattern;
    while (!span_cut_word(&at->rest, &pattern)) {
        if (at->call == item->n_calls)
            return NULL;
        const struct catalogue_row *row = catalogue_find(item, &item->calls[at->call++]);
        at->rest = span_of(row ? row->files : NULL);
    }
    return mem_strndup(pattern.at, pattern.len);
}

const struct catalogue_row *catalogue_next(enum subject subject, const struct catalogue_row *last)
{
    for (const struct catalogue_row *row = last ? last + 1 : catalogue_rows; row->tool; row++) {
        if (row->subject == subject)
            return row;
    }
    return NULL;
}

size_t catalogue_subjects(const struct sop_item *item, const struct sop_item *parent, enum subject *ret,
                          size_t max)
{
    struct subjects s = {.items = ret, .max = max};
    add_calls(&s, item);
    add_commands(&s, item);
    if (s.n == 0)
        add_mentions(&s, item);
    if (s.n == 0)
        add_nested(&s, item);
    if (s.n == 0 && item->n_calls == 0)
        add_siblings(&s, item, parent);
    return s.n;
}

bool catalogue_gate_names(const char *sentence, enum subject subject)
{
    return names(catalogue_gate_words, aim_of(span_of(sentence)), subject);
}

const char *catalogue_command(const struct catalogue_row *row, const struct target *target,
                              struct arena *arena)
{
    static const struct target none;
    const struct target *t = target ? target : &none;
    const struct probe_row *probe = row->probe ? probe_find(row->probe) : NULL;
    if (!probe)
        return NULL;
    bool others = probe->each == PROBE_EACH_DNS_CONTAINER; // not the complaining pod
    struct probe_values values = {.at = {[VALUE_CONTEXT] = t->context,
                                         [VALUE_NAMESPACE] = others ? "kube-system" : t->namespace_,
                                         [VALUE_POD] = others ? NULL : t->pod,
                                         [VALUE_SCOPE] = "-A"}};
    const char *const *shapes =
        probe->place == PROBE_IN_POD ? argv_join(arena, reach_pod_shapes, probe->argv) : probe->argv;
    return argv_shape(arena, shapes, &values);
}
