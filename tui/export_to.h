// Where an export goes. Each says on the screen what became of it.
#ifndef D5_TUI_EXPORT_TO_H
#define D5_TUI_EXPORT_TO_H

#include "core/base/error.h"
#include "core/base/span.h"
#include "core/report/format.h"
#include "core/report/redact.h"
#include "tui/settings.h"

struct ui;

// What a level takes out, in words; and the next one, or (by: -1) the one before, round and round.
const char *export_level_words(enum redact_level level);
enum redact_level export_level_turn(enum redact_level level, int by);

// By OSC 52. Never says more than that it was sent.
bool export_to_clipboard(struct ui *ui, struct span text);

// Writes it into a private file and runs the person's command on it; what that said is shown at its end. Not
// in guided mode, which runs nothing but its own probes.
bool export_to_command(struct ui *ui, const struct settings_command *command,
                       const struct report_format *format, struct span text);

#endif
