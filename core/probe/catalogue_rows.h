// The catalogue's tables: rows, and the words that name subjects. For catalogue.c alone.
#ifndef D5_PROBE_CATALOGUE_ROWS_H
#define D5_PROBE_CATALOGUE_ROWS_H

#include "core/probe/catalogue.h"

extern const struct catalogue_row catalogue_rows[]; // the first that fits counts; ends with tool NULL

// Other names of a tool, and programs whose back-ticked command counts as a call of one.
struct catalogue_alias {
    const char *name, *tool;
    bool program;
};
extern const struct catalogue_alias catalogue_aliases[]; // ends with name NULL

// Words by which a sentence speaks of a subject: all of a row's words must stand in it, in any case.
struct catalogue_name {
    const char *words; // parted by spaces
    enum subject subject;
};
extern const struct catalogue_name
    catalogue_gate_words[]; // what a gate holds when it says so; ends with words NULL
extern const struct catalogue_name catalogue_item_words[]; // what an item without a call speaks of

#endif
