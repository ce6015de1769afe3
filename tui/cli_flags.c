// Parses and prints tables of flags. An unknown flag is answered with the nearest known one.
#include "tui/cli_flags.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/span.h"

struct found {
    const struct cli_flag *flag;
    void *context;
    const char *inline_value; // behind '=' or glued to the letter
};

static bool match_flag(const struct cli_flag *flag, const char *arg, const char **ret_inline)
{
    size_t n = strlen(flag->name);
    *ret_inline = NULL;
    if (strncmp(arg, flag->name, n) == 0 && (arg[n] == '\0' || arg[n] == '=')) {
        *ret_inline = arg[n] == '=' ? arg + n + 1 : NULL;
        return true;
    }
    if (!flag->letter || strncmp(arg, flag->letter, 2) != 0)
        return false;
    *ret_inline = arg[2] ? arg + 2 : NULL;
    return arg[2] == '\0' || flag->value;
}

static bool find_flag(const struct cli_syntax *syntax, const char *arg, struct found *ret)
{
    for (size_t t = 0; t < syntax->n_tables; t++) {
        for (size_t i = 0; i < syntax->tables[t].n; i++) {
            ret->flag = &syntax->tables[t].items[i];
            ret->context = syntax->tables[t].context;
            if (match_flag(ret->flag, arg, &ret->inline_value))
                return true;
        }
    }
    return false;
}

// How many letters two names have in common at their front.
static size_t alike(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

static bool fail_unknown(const struct cli_syntax *syntax, const char *arg, struct error *err)
{
    enum { ALIKE = 4 }; // "--" and two letters
    const char *nearest = NULL;
    size_t best = ALIKE - 1;
    for (size_t t = 0; t < syntax->n_tables; t++) {
        for (size_t i = 0; i < syntax->tables[t].n; i++) {
            const char *name = syntax->tables[t].items[i].name;
            if (alike(name, arg) > best) {
                best = alike(name, arg);
                nearest = name;
            }
        }
    }
    if (nearest)
        return error_set(err, "unknown flag %s (did you mean %s?)", arg, nearest);
    return error_set(err, "unknown flag %s; --help lists them", arg);
}

// The flag at argv[*at]; *at goes to its value where that is the next word.
static bool take_flag(const struct cli_syntax *syntax, int argc, char **argv, int *at, struct error *err)
{
    struct found found;
    const char *arg = argv[*at], *value = NULL;
    if (!find_flag(syntax, arg, &found))
        return fail_unknown(syntax, arg, err);
    const struct cli_flag *flag = found.flag;
    if (flag->value) {
        value = found.inline_value;
        if (!value && *at + 1 >= argc)
            return error_set(err, "%s needs a value: %s", flag->name, flag->value);
        if (!value)
            value = argv[++*at];
    } else if (found.inline_value) {
        return error_set(err, "%s takes no value", flag->name);
    }
    return flag->take(found.context, value, err) || error_prefix(err, "%s", flag->name);
}

static bool take_operand(const struct cli_syntax *syntax, const char *arg, struct error *err)
{
    if (!syntax->operand)
        return error_set(err, "\"%s\" is not wanted here; --help says what is", arg);
    return syntax->operand(syntax->operand_context, arg, err);
}

enum cli_parsed cli_parse(const struct cli_syntax *syntax, int argc, char **argv, struct error *err)
{
    bool flags = true;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        bool ok = true;
        if (flags && strcmp(arg, "--") == 0)
            flags = false;
        else if (flags && (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0))
            return CLI_PARSED_HELP;
        else if (flags && arg[0] == '-' && arg[1])
            ok = take_flag(syntax, argc, argv, &i, err);
        else
            ok = take_operand(syntax, arg, err);
        if (!ok)
            return CLI_PARSED_WRONG;
    }
    return CLI_PARSED;
}

static void print_flag(const struct cli_flag *flag)
{
    enum { COLUMN = 26 };
    int n = printf("  %s%s%s%s%s", flag->letter ? flag->letter : "", flag->letter ? ", " : "", flag->name,
                   flag->value ? " " : "", flag->value ? flag->value : "");
    if (n > COLUMN - 2)
        printf("\n%*s%s\n", COLUMN, "", flag->help);
    else
        printf("%*s%s\n", COLUMN - n, "", flag->help);
}

void cli_print_help(const struct cli_command *command, const struct cli_syntax *syntax)
{
    printf("usage: d5tui %s %s\n\n%s\n", command->name, command->usage, command->help);
    for (size_t t = 0; t < syntax->n_tables; t++) {
        printf("\n%s%s", syntax->tables[t].title ? syntax->tables[t].title : "",
               syntax->tables[t].title ? "\n" : "");
        for (size_t i = 0; i < syntax->tables[t].n; i++)
            print_flag(&syntax->tables[t].items[i]);
    }
}

bool cli_fail_choice(struct error *err, const char *value, const char *choices)
{
    return error_set(err, "\"%s\" is none of %s", value, choices);
}
