// Quoting and its undoing stand side by side, so that what is taken for a word is what was written as one.
// The reader knows far less than a shell on purpose: what it does not know it calls SHELL_OTHER.
#include "core/base/shell.h"

static bool is_plain_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_.,:/@+=-", c));
}

bool shell_is_plain(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (!is_plain_char(word.at[i]))
            return false;
    }
    return word.len > 0 && word.at[0] != '=';
}

bool shell_is_name(struct span word)
{
    return shell_is_plain(word) && !strchr("-+@", word.at[0]);
}

void shell_add_word(struct str *out, struct span word)
{
    if (shell_is_plain(word)) {
        str_add_span(out, word);
        return;
    }
    str_add_char(out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == '\'')
            str_add(out, "'\\''");
        else
            str_add_char(out, word.at[i]);
    }
    str_add_char(out, '\'');
}

// What stands between single quotes; false where they are never closed.
static bool cut_quoted(struct span *rest, struct str *ret_word)
{
    struct span quoted;
    *rest = span_from(*rest, 1);
    if (span_find_char(*rest, '\'') == SIZE_MAX)
        return false;
    span_cut(rest, '\'', &quoted);
    str_add_span(ret_word, quoted);
    return true;
}

static bool cut_piece(struct span *rest, struct str *ret_word)
{
    if (rest->at[0] == '\'')
        return cut_quoted(rest, ret_word);
    if (span_skip(rest, "\\'")) {
        str_add_char(ret_word, '\'');
        return true;
    }
    if (!is_plain_char(rest->at[0]))
        return false;
    str_add_char(ret_word, rest->at[0]);
    *rest = span_from(*rest, 1);
    return true;
}

enum shell_part shell_cut(struct span *rest, struct str *ret_word)
{
    str_clear(ret_word);
    while (span_skip(rest, " "))
        continue;
    if (rest->len == 0)
        return SHELL_END;
    if (span_skip(rest, ";"))
        return SHELL_NEXT;
    if (span_skip(rest, "|"))
        return SHELL_PIPE;
    if (rest->at[0] == '=')
        return SHELL_OTHER;
    while (rest->len && !strchr(" ;|", rest->at[0])) {
        if (!cut_piece(rest, ret_word))
            return SHELL_OTHER;
    }
    return SHELL_WORD;
}
