// d5tui: an incident workbench for DNS failures from pods.
//
// The map of the source, bottom up (doc/ARCHITECTURE.md has the walks):
//
//   core/base/      memory, strings, errors, time, addresses, UTF-8
//   core/model/     pure data: procedure, event, incident, claim, diagnosis, report
//   core/door/      one library, one door: yaml, markdown, json, match, loop, store, archive
//   core/evidence/  the evidence tree: what was collected, with places
//   core/search/    one scanner for the command line, the screen and the facts
//   core/parse/     one text format, one file: text in, typed facts with places out
//   core/facts/     which file of the tree holds what: evidence through parsers to facts
//   core/judge/     facts in, claims out; and cause.c, which weighs them
//   core/report/    the report and its formats
//   core/probe/     the procedure's tool calls, and what each reads
//   core/session    the one way in: every change of an incident
//   tui/            the screen and the command line; term.c alone knows curses
#include "tui/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
