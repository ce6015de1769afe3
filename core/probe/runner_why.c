// What the end of a call means. Programs say "not allowed" and "not there" in words, on standard error, with
// whatever status; the words are those of the API server (403, 401), sudo(8), ssh(1), the AWS tools and the
// kernel, with what stands around them: a node's banner, too, speaks of forbidden and unauthorized things.
// They count only where the status says that it failed.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/probe/runner_inside.h"

enum { // timeout(1), sh(1), ssh(1)
    EXIT_TIMED_OUT = 124,
    EXIT_CANNOT_RUN = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_NO_WAY = 255
};
enum { WHY_MAX = 200 };

static const char *const denied_words[] = {
    "(forbidden)",
    "is forbidden:",
    "403 forbidden",
    "(unauthorized)",
    "must be logged in",
    "permission denied",
    "operation not permitted",
    "a password is required",
    "not in the sudoers",
    "accessdenied",
    "not authorized to perform",
    "unauthorizedoperation",
    "expiredtoken",
    "unable to locate credentials",
    "host key verification failed", // the last line: above it ssh frames its warning in lines of @
};
static const char *const late_words[] = {
    // Go's net/http and net, Python's botocore
    "client.timeout exceeded",
    "deadline exceeded",
    "i/o timeout",
    "timeout on endpoint url",
};
static const char *const missing_words[] = {
    "executable file not found",
    "command not found",
    "failed to run command",
};

static bool has_any(struct span text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (span_contains_caseless(text, words[i]))
            return true;
    }
    return false;
}

static bool is_denial(struct span text)
{
    return has_any(text, denied_words, ARRAY_LEN(denied_words));
}

static bool is_missing(struct span text)
{
    return has_any(text, missing_words, ARRAY_LEN(missing_words));
}

// "E1129 08:15:35.544803   29297 memcache.go:265] …": what kubectl's library writes for its own developers,
// in front of the line that it writes for people.
static bool is_klog(struct span line)
{
    bool header = line.len > 5 && strchr("IWEF", line.at[0]) && line.at[5] == ' ';
    for (size_t i = 1; header && i < 5; i++)
        header = line.at[i] >= '0' && line.at[i] <= '9';
    return header;
}

static bool is_aside(struct span line)
{
    return span_starts(line, "Warning:") || span_starts(line, "WARNING:") || is_klog(line);
}

// Warnings stand in front of what matters; one that stands alone is what matters.
static struct span first_line(struct span errors)
{
    struct span line, first = {0}, aside = {0};
    while (span_cut_line(&errors, &line)) {
        line = span_trim(line);
        if (is_denial(line) || is_missing(line))
            return line;
        struct span *ret = is_aside(line) ? &aside : &first;
        if (line.len && ret->len == 0)
            *ret = line;
    }
    return first.len ? first : aside;
}

static struct span last_line(struct span errors)
{
    struct span line, last = {0};
    while (span_cut_line(&errors, &line)) {
        line = span_trim(line);
        last = line.len ? line : last;
    }
    return last;
}

struct span why_line(struct span errors, int exit)
{
    struct span line = exit == EXIT_NO_WAY ? last_line(errors) : first_line(errors);
    return utf8_first(line, WHY_MAX);
}

enum probe_state why_state(struct span errors, int exit)
{
    if (exit == EXIT_TIMED_OUT)
        return PROBE_TIMEOUT;
    if (is_denial(errors))
        return PROBE_DENIED;
    if (has_any(errors, late_words, ARRAY_LEN(late_words)))
        return PROBE_TIMEOUT;
    if (is_missing(errors) || exit == EXIT_NOT_FOUND)
        return PROBE_MISSING;
    return exit == EXIT_CANNOT_RUN ? PROBE_DENIED : PROBE_FAILED;
}

// Who ended: the way to a node has a status of its own (ssh(1)); any other is of what ran there.
static const char *who(const struct run *run, int exit)
{
    const struct planned *planned = &run->planned;
    return planned->via && exit != EXIT_NO_WAY ? planned->row->name : planned->argv[0];
}

static const char *said(struct run *run)
{
    struct span line = why_line(run->pub.errors, run->pub.exit);
    return line.len ? arena_printf(&run->arena, ": " SPAN_FMT, SPAN_ARG(line)) : "";
}

// "9", or "1 124". kubectl leaves with 1 also when it could not ask; then it has printed nothing.
static bool is_answer(const struct run *run, int exit)
{
    struct span rest = span_of(run->planned.row->answers), word;
    bool is_listed = exit == 0;
    while (!is_listed && span_cut_word(&rest, &word)) {
        uint64_t status;
        is_listed = span_to_u64(word, &status) && status == (uint64_t)exit;
    }
    return is_listed && (exit != 1 || run->pub.bytes > 0);
}

static void judge_exit(struct run *run, int exit)
{
    struct probe_run *pub = &run->pub;
    pub->exit = exit;
    pub->state = is_answer(run, exit) ? PROBE_DONE : why_state(pub->errors, exit);
    if (pub->state == PROBE_TIMEOUT && exit == EXIT_TIMED_OUT)
        pub->why = arena_printf(&run->arena, "it was ended there after its time%s", said(run));
    else if (pub->state != PROBE_DONE)
        pub->why = arena_printf(&run->arena, "%s exited %d%s", who(run, exit), exit, said(run));
}

static void judge_start(struct run *run, int error)
{
    struct probe_run *pub = &run->pub;
    pub->state = error == ENOENT                     ? PROBE_MISSING
                 : error == EACCES || error == EPERM ? PROBE_DENIED
                                                     : PROBE_FAILED;
    pub->why = arena_printf(&run->arena, "%s cannot be run: %s", run->planned.argv[0], strerror(error));
}

static void judge_full(struct run *run)
{
    run->pub.state = PROBE_DONE;
    run->pub.cut = true;
    run->pub.why = arena_printf(&run->arena, "its output was cut at %llu bytes",
                                (unsigned long long)run->planned.row->bytes);
}

void run_judge(struct run *run, const struct process_result *result)
{
    struct probe_run *pub = &run->pub;
    switch (result->end) {
    case PROCESS_EXITED:
        judge_exit(run, result->code);
        break;
    case PROCESS_KILLED:
        pub->signal = result->code;
        pub->state = PROBE_FAILED;
        pub->why = arena_printf(&run->arena, "%s was killed: %s%s", run->planned.argv[0],
                                strsignal(result->code), said(run));
        break;
    case PROCESS_TIMED_OUT:
        pub->state = PROBE_TIMEOUT;
        pub->why = arena_printf(&run->arena, "it took longer than %u s%s", run->planned.seconds, said(run));
        break;
    case PROCESS_CANCELLED:
        pub->state = PROBE_CANCELLED;
        pub->why = "it was cancelled";
        break;
    case PROCESS_FULL:
        judge_full(run);
        break;
    case PROCESS_NOT_STARTED:
        judge_start(run, result->code);
        break;
    }
}
