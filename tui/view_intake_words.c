// What a pasted error names: the host that does not resolve, and pod, namespace, node and time where they
// stand in it. Found by the words in front of them, since every program puts it its own way.
#include "core/base/mem.h"
#include "tui/view_intake.h"

bool intake_is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_';
}

// The words right before the name in the errors that programs print: "UnknownHostException: orders", "Could
// not resolve host: orders", "lookup orders on …", "getaddrinfo ENOTFOUND orders".
static const char *const heralds[] = {
    "UnknownHostException:", "host:", "lookup", "ENOTFOUND", "EAI_AGAIN", "resolve", "host", "for", "name"};

static struct span bare(struct span word)
{
    while (word.len > 0 && !intake_is_name_char(word.at[0]))
        word = span_from(word, 1);
    while (word.len > 0 && (!intake_is_name_char(word.at[word.len - 1]) || word.at[word.len - 1] == '.'))
        word.len--;
    size_t colon = span_find_char(word, ':');
    return colon == SIZE_MAX ? word : span_first(word, colon);
}

// A host name: labels with at least one letter in the last, two labels unless a herald stands before it.
static bool is_host(struct span word, bool after_herald)
{
    size_t dot = span_find_char(word, '.');
    bool letter = false;
    for (size_t i = 0; i < word.len; i++) {
        if (!intake_is_name_char(word.at[i]))
            return false;
        letter = letter || (word.at[i] >= 'a' && word.at[i] <= 'z');
    }
    bool is_class = span_contains(word, "Exception") || span_contains_caseless(word, "error") ||
                    span_starts(word, "java.") || span_ends(word, ".go") || span_ends(word, ".java") ||
                    span_ends(word, ".py");
    return letter && !is_class && word.len > 1 &&
           (after_herald || (dot != SIZE_MAX && dot > 0 && dot + 1 < word.len));
}

static bool is_herald(struct span word)
{
    for (size_t i = 0; i < ARRAY_LEN(heralds); i++) {
        if (span_ends(word, heralds[i]))
            return true;
    }
    return false;
}

bool intake_find_name(struct span text, struct str *ret)
{
    struct span word, rest = text, found = {0};
    bool herald = false;
    while (span_cut_word(&rest, &word)) {
        struct span host = bare(word);
        if (is_host(host, herald) && !is_herald(word)) {
            found = host;
            if (herald)
                break; // what a herald announced is better than what merely looks like a name
        }
        herald = is_herald(word);
    }
    str_add_span(ret, found);
    return found.len > 0;
}

// The first word behind any of these marks, where it is a name.
static bool find_behind(struct span text, const char *const *marks, struct span *ret)
{
    for (; *marks; marks++) {
        size_t at = span_find(text, *marks);
        struct span rest = at == SIZE_MAX ? (struct span){0} : span_from(text, at + strlen(*marks));
        size_t n = 0;
        while (n < rest.len && intake_is_name_char(rest.at[n]))
            n++;
        *ret = span_first(rest, n);
        if (n > 0)
            return true;
    }
    return false;
}

static bool find_time(struct span text, struct span *ret)
{
    usec_t time;
    struct span rest = text;
    while (span_cut_word(&rest, ret)) {
        size_t n = 0;
        while (n < ret->len && (intake_is_name_char(ret->at[n]) || ret->at[n] == ':' || ret->at[n] == '+'))
            n++;
        *ret = span_first(*ret, n);
        if (n > strlen("2026-11-23T") && clock_parse_rfc3339(*ret, &time))
            return true;
    }
    return false;
}

// Whatever else a pasted text names, into fields that are still empty.
static void take_names(struct intake *intake, struct span text)
{
    static const char *const pods[] = {"pod/", "pods/", "pod=", "pod_name=", "pod: ", "pod ", NULL};
    static const char *const namespaces[] = {"namespace=", "namespace/", "namespace: ", "namespace ",
                                             "ns=",        " -n ",       NULL};
    static const char *const nodes[] = {"node/", "nodes/", "node=", "node: ", NULL};
    static const struct {
        enum intake_field field;
        const char *const *marks;
    } known[] = {{FIELD_POD, pods}, {FIELD_NAMESPACE, namespaces}, {FIELD_NODE, nodes}};
    struct span found;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (intake->fields[known[i].field].text.len == 0 && find_behind(text, known[i].marks, &found))
            prompt_set(&intake->fields[known[i].field], found);
    }
    if (intake->fields[FIELD_SINCE].text.len == 0 && find_time(text, &found))
        prompt_set(&intake->fields[FIELD_SINCE], found);
}

void intake_take(struct intake *intake, struct span text)
{
    struct str name = {0};
    if (intake->fields[FIELD_QUERY].text.len == 0 && intake_find_name(text, &name))
        prompt_set(&intake->fields[FIELD_QUERY], str_span(&name));
    take_names(intake, text);
    str_done(&name);
}
