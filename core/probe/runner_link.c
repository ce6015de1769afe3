// Connections that several probes of a host share: a child of their own (`ssh -M -N`), so that no probe holds
// the others' connection by the way. It is there once its socket is. Nothing tells when that comes to be
// (inotify does not reach every file system), so it is looked for while, and only while, one is being made.
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/probe/runner_inside.h"

enum { LINK_SECONDS = 20, LOOK_MS = 25 };

enum link_state { LINK_WAIT, LINK_OPEN, LINK_FAILED };

struct link {
    struct runner *runner;
    char *socket;
    struct process *process; // NULL: gone, or never started
    enum link_state state;
    struct str errors;
    enum probe_state why_state; // of LINK_FAILED
    char *why;
    usec_t deadline;
};

static struct link *link_find(const struct runner *runner, const char *socket)
{
    for (size_t i = 0; i < runner->n_links; i++) {
        if (strcmp(runner->links[i]->socket, socket) == 0)
            return runner->links[i];
    }
    return NULL;
}

static void link_fail(struct link *link, enum probe_state state, char *why)
{
    free(link->why);
    link->why = why;
    link->why_state = state;
    link->state = LINK_FAILED;
    runner_kick(link->runner);
}

static void on_errors(void *context, struct span bytes)
{
    struct link *link = context;
    if (link->errors.len < RUN_ERRORS_MAX)
        str_add_span(&link->errors, bytes);
}

// One that was open and broke off is made again when it is needed.
static void on_ended(void *context, const struct process_result *result)
{
    struct link *link = context;
    link->process = NULL;
    if (link->state != LINK_WAIT)
        return;
    int exit = result->end == PROCESS_EXITED ? result->code : 1;
    struct span line = why_line(str_span(&link->errors), exit);
    enum probe_state state = result->end == PROCESS_CANCELLED || result->end == PROCESS_TIMED_OUT
                                 ? PROBE_TIMEOUT
                                 : why_state(str_span(&link->errors), exit);
    link_fail(link, state,
              line.len ? mem_printf("the node cannot be reached: " SPAN_FMT, SPAN_ARG(line))
                       : mem_printf("the node cannot be reached: no connection in %d s", LINK_SECONDS));
}

static void link_start(struct link *link, const struct planned *planned)
{
    struct runner *runner = link->runner;
    const char *program = programs_find(&runner->programs, planned->connect[0]);
    unlink(link->socket); // of one that was killed
    str_clear(&link->errors);
    link->state = LINK_WAIT;
    link->deadline = clock_monotonic() + LINK_SECONDS * USEC_SEC;
    if (!program) {
        link_fail(link, PROBE_MISSING,
                  mem_printf("%s is in none of the folders of PATH", planned->connect[0]));
        return;
    }
    const struct process_config config = {.program = program,
                                          .argv = planned->connect,
                                          .env = runner->programs.env,
                                          .errors = on_errors,
                                          .ended = on_ended,
                                          .context = link};
    link->process = process_start(runner->config.loop, &config);
    loop_timer_start(runner->linking, LOOK_MS);
}

static struct link *link_new(struct runner *runner, const char *socket)
{
    struct link *link = mem_alloc(sizeof *link);
    link->runner = runner;
    link->socket = mem_strdup(socket);
    *MEM_PUSH(runner->links, runner->n_links, runner->cap_links) = link;
    return link;
}

bool link_is_open(struct run *run)
{
    const struct planned *planned = &run->planned;
    if (!planned->connect || !planned->socket)
        return true;
    struct link *link = link_find(run->runner, planned->socket);
    bool fresh = !link;
    if (fresh)
        link = link_new(run->runner, planned->socket);
    if (fresh || (link->state == LINK_OPEN && !link->process))
        link_start(link, planned);
    return link->state == LINK_OPEN;
}

bool link_has_failed(const struct run *run)
{
    const struct link *link = run->planned.socket ? link_find(run->runner, run->planned.socket) : NULL;
    return link && link->state == LINK_FAILED;
}

void link_excuse(struct run *run)
{
    const struct link *link = link_find(run->runner, run->planned.socket);
    run_end(run, link->why_state, link->why);
}

void links_forget_failed(struct runner *runner)
{
    size_t kept = 0;
    for (size_t i = 0; i < runner->n_links; i++) {
        struct link *link = runner->links[i];
        if (link->state != LINK_FAILED || link->process) {
            runner->links[kept++] = link;
            continue;
        }
        str_done(&link->errors);
        free(link->socket);
        free(link->why);
        free(link);
    }
    runner->n_links = kept;
}

void links_check(void *context)
{
    struct runner *runner = context;
    bool waits = false;
    for (size_t i = 0; i < runner->n_links; i++) {
        struct link *link = runner->links[i];
        if (link->state != LINK_WAIT)
            continue;
        if (access(link->socket, F_OK) == 0) {
            link->state = LINK_OPEN;
            runner_kick(runner);
        } else if (clock_monotonic() > link->deadline) {
            process_cancel(link->process);
        }
        waits |= link->state == LINK_WAIT;
    }
    if (waits)
        loop_timer_start(runner->linking, LOOK_MS);
}

void links_end(struct runner *runner)
{
    for (size_t i = 0; i < runner->n_links; i++) {
        struct link *link = runner->links[i];
        link->state = LINK_FAILED;
        if (link->process)
            process_end(link->process);
    }
    links_forget_failed(runner);
    free(runner->links);
}
