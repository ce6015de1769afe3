// Words for a POSIX shell. What a report shows to be copied must arrive as the words that were meant,
// whatever stood in the evidence that they came from.
#ifndef D5_BASE_SHELL_H
#define D5_BASE_SHELL_H

#include "core/base/str.h"

// Whether every shell takes the word as it is: letters, digits and _.,:/@+=- only, and no '=' in front, which
// zsh would look up.
bool shell_is_plain(struct span word);

// Plain, and nothing that a program would take for an option (dig has those in '+' and '@', too).
bool shell_is_name(struct span word);

// Adds the word as it is where it is plain, else in single quotes.
void shell_add_word(struct str *out, struct span word);

// The next part of a command line, off the front of *rest. Only what shell_add_word() writes counts as a
// word, and is given without its quotes, in *ret_word; all else that a shell would act on is SHELL_OTHER.
enum shell_part { SHELL_END, SHELL_WORD, SHELL_NEXT /* ; */, SHELL_PIPE /* | */, SHELL_OTHER };
enum shell_part shell_cut(struct span *rest, struct str *ret_word);

#endif
