// The administrator's policy (contract, section 4): who works guided, and what may be consented to. Nothing
// that a person sets leads out of it: a policy that cannot be trusted or read means guided.
#ifndef D5_SESSION_POLICY_H
#define D5_SESSION_POLICY_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/model/consent.h"

enum policy_mode { POLICY_CHOOSE, POLICY_GUIDED, POLICY_STANDARD };

struct policy_texts {
    const char *const *items;
    size_t n;
};

struct policy {
    struct arena arena;
    enum policy_mode mode;
    struct policy_texts guided_groups, standard_groups;
    unsigned allow;           // of enum consent: what standard mode may consent to
    struct policy_texts path; // where programs are looked up; none: the usual places
    bool accept_new_host_keys;
    bool go_on_when_disconnected;
    int64_t max_probes, max_per_host, max_capture_seconds; // 0: the program's own
    char *trouble; // why the file does not count, "path: line N: …"; then mode is POLICY_GUIDED
};

// The file of this installation.
extern const char policy_file[];

// Reads a policy. No file: everybody chooses. It must be root's and writable by nobody else; unknown keys are
// errors.
void policy_load(struct policy *ret, const char *path);
void policy_done(struct policy *policy);

// Where programs are looked up in guided mode: the policy's folders, else the usual ones; NULL ends them. In
// the arena.
const char *const *policy_program_path(const struct policy *policy, struct arena *arena);

// What the policy says for somebody of these groups: a group decides over `mode`, and guided over standard.
enum policy_mode policy_mode_of(const struct policy *policy, const char *const *groups, size_t n);

// The same for who runs this program.
enum policy_mode policy_mode_of_me(const struct policy *policy);

#endif
