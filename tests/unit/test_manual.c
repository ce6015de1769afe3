// The manual page holds what the program's own tables hold: every subcommand with its usage, and every
// command of the workbench with its keys.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/cli.h"
#include "tui/view_ui.h"

// One line of mdoc(7) as words: without the macros at the front of its line, "\-" as "-", one blank behind
// it.
static void add_line(struct str *out, struct span line)
{
    struct span word;
    bool macros = span_starts(line, ".");
    if (span_starts(line, ".\\\""))
        return;
    while (span_cut_word(&line, &word)) {
        bool is_macro = macros && (word.at[0] == '.' || (word.len == 2 && word.at[0] <= 'Z'));
        for (size_t i = 0; !is_macro && i < word.len; i++) {
            if (word.at[i] != '\\' || i + 1 == word.len || word.at[i + 1] != '-')
                str_add_char(out, word.at[i]);
        }
        if (!is_macro)
            str_add_char(out, ' ');
    }
}

static int read_page(void **state)
{
    struct str *page = mem_alloc(sizeof *page);
    char line[4096];
    FILE *f = fopen("doc/d5tui.1", "re");
    if (!f)
        return -1;
    while (fgets(line, sizeof line, f))
        add_line(page, span_of(line));
    fclose(f);
    *state = page;
    return 0;
}

static int drop_page(void **state)
{
    str_done(*state);
    free(*state);
    return 0;
}

static void page_has(const struct str *page, char *text)
{
    if (!strstr(str_text(page), text))
        fail_msg("doc/d5tui.1 lacks \"%s\"", text);
    free(text);
}

static void every_subcommand_stands_in_it(void **state)
{
    for (size_t i = 0; cli_commands[i]; i++) {
        const struct cli_command *c = cli_commands[i];
        page_has(*state, mem_printf("d5tui %s%s%s ", c->name, c->name[0] ? " " : "", c->usage));
        page_has(*state, mem_printf("%s.", c->help + 1)); // its first letter is a capital there
    }
}

static void every_key_stands_in_it(void **state)
{
    for (size_t i = 0; i < ui_keymap.n; i++) {
        const struct command *c = &ui_keymap.commands[i];
        page_has(*state, mem_printf("%s (%s) %s.", c->name, c->keys, c->help));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subcommand_stands_in_it),
        cmocka_unit_test(every_key_stands_in_it),
    };
    return cmocka_run_group_tests(tests, read_page, drop_page);
}
