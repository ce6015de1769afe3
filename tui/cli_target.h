// The flags that several subcommands share (contract, section 2): TARGET, SOURCE, MODE and --state.
#ifndef D5_TUI_CLI_TARGET_H
#define D5_TUI_CLI_TARGET_H

#include "core/model/target.h"
#include "core/probe/plan.h"
#include "core/session.h"
#include "tui/cli_flags.h"

struct cli_target { // cli_target_init; texts are argv's
    struct target target;
    const char **from;
    size_t n_from, cap_from;
    enum reach via;    // REACH_NONE: not given
    unsigned allow;    // bits of enum consent
    const char *state; // --state, or NULL
    bool guided, mode_given;
    usec_t now; // what HH:MM and -30m are counted from
};

void cli_target_init(struct cli_target *t);
void cli_target_done(struct cli_target *t);

// The tables, each with `t` as its context.
struct cli_flags cli_target_flags(
    struct cli_target *t); // -n -p --node --context --query --symptom --since --until
struct cli_flags cli_source_flags(struct cli_target *t); // --from --via
struct cli_flags cli_via_flags(struct cli_target *t);    // --via alone
struct cli_flags cli_mode_flags(struct cli_target *t);   // --mode --allow
struct cli_flags cli_guided_flags(struct cli_target *t); // --mode alone: nothing runs
struct cli_flags cli_state_flags(struct cli_target *t);  // --state

// What no single flag can see: an end before its beginning, --via beside --from.
bool cli_target_check(const struct cli_target *t, struct error *err);

// Fills what the flags say of a session, within what the administrator's policy leaves; the rest stays as it
// is. Where the policy says guided, no flag says otherwise, and standard error says why.
void cli_target_config(const struct cli_target *t, struct session_config *ret);

#endif
