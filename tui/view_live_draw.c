// A run as it is seen: clocks and byte counts beside steps, and in the evidence pane what the current step's
// probes print. Output is read from its file in the tree, the last of it only: what was written is what is
// shown.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/view_live.h"
#include "tui/view_ui.h"

enum { TAIL = 16384 };

// A step is served by its own probes and by those of the steps under it.
static bool is_of(const struct probe_run *run, const char *step)
{
    struct span id = span_of(run->step);
    return span_starts(id, step) && (id.len == strlen(step) || id.at[strlen(step)] == '.');
}

void view_live_words(const struct ui *ui, const char *step, struct str *ret_clock, struct str *ret_bytes)
{
    const struct incident_step *s = incident_step(session_incident(ui->session), step);
    uint64_t bytes = 0;
    if (!ui->live.live || !s || s->status != STEP_RUNNING)
        return;
    const struct runner *runner = live_runner(ui->live.live);
    for (size_t i = 0; i < runner_count(runner); i++) {
        const struct probe_run *run = runner_at(runner, i);
        bytes += is_of(run, step) && run->started >= s->started ? run->bytes : 0;
    }
    str_printf(ret_clock, " %lld s", (long long)((clock_now() - s->started) / USEC_SEC));
    if (bytes > 0) {
        str_add_char(ret_bytes, ' ');
        str_add_size(ret_bytes, bytes);
    }
}

// ---- output

void view_live_draw_probe(struct pen pen, const struct probe_run *run)
{
    struct str words = {0};
    usec_t until = run->ended != TIME_UNKNOWN ? run->ended : clock_now();
    pen_text(&pen, ROLE_ACCENT, run->id);
    str_printf(&words, " %s %.1f s ", probe_state_names[run->state],
               run->started == TIME_UNKNOWN ? 0.0 : (double)(until - run->started) / (double)USEC_SEC);
    str_add_size(&words, run->bytes);
    pen_span(&pen, run->state == PROBE_RUNNING ? ROLE_RUNNING : ROLE_MUTED, str_span(&words));
    str_done(&words);
    pen_printf(&pen, ROLE_HEADING, "  %s", run->planned->row->name); // the command may begin like any other
    pen_printf(&pen, ROLE_TEXT, "  " SPAN_FMT "  ", SPAN_ARG(planned_words(run->planned)));
    pen_text(&pen, ROLE_MUTED, run->planned->where);
}

static void read_tail(const struct ui *ui, const struct probe_run *run, struct str *ret)
{
    char *path = mem_printf("%s/evidence/%s", session_case_dir(ui->session), run->planned->file);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    char *buffer = mem_alloc(TAIL);
    ssize_t n = fd < 0 ? 0 : pread(fd, buffer, TAIL, size > TAIL ? size - TAIL : 0);
    if (n > 0)
        str_add_span(ret, span_make(buffer, (size_t)n));
    if (fd >= 0)
        close(fd);
    free(buffer);
    free(path);
}

// The last lines that fit.
static void draw_tail(struct ui *ui, struct rect area, struct span text)
{
    size_t from = text.len;
    int rows = 0;
    while (from > 0 && (rows < area.rows || text.at[from - 1] != '\n')) {
        from--;
        rows += text.at[from] == '\n' && from + 1 < text.len;
    }
    struct span rest = span_from(text, from), line;
    for (int row = 0; row < area.rows && span_cut_line(&rest, &line); row++) {
        struct pen pen = pen_at(&ui->canvas, area, row, 1);
        pen_span(&pen, ROLE_TEXT, line);
    }
}

// What grows is what is looked at; else the last that ended.
static const struct probe_run *shown_run(const struct runner *runner, const char *step)
{
    const struct probe_run *best = NULL;
    for (size_t i = 0; i < runner_count(runner); i++) {
        const struct probe_run *run = runner_at(runner, i);
        bool better = !best || run->state == PROBE_RUNNING || best->state != PROBE_RUNNING;
        if (is_of(run, step) && run->started != TIME_UNKNOWN && better)
            best = run;
    }
    return best;
}

static int draw_probes(struct ui *ui, struct rect area, const char *step)
{
    const struct runner *runner = live_runner(ui->live.live);
    int row = 0;
    for (size_t i = runner_count(runner); i-- > 0 && row < area.rows / 2;) {
        const struct probe_run *run = runner_at(runner, i);
        if (is_of(run, step) && run->started != TIME_UNKNOWN)
            view_live_draw_probe(pen_at(&ui->canvas, area, row++, 1), run);
    }
    return row;
}

bool view_live_draw(struct ui *ui, struct rect area)
{
    const struct check_row *current = ui->session ? checklist_current(&ui->checklist) : NULL;
    const struct incident_step *step =
        current ? incident_step(session_incident(ui->session), current->item->id) : NULL;
    if (!ui->live.live || !step || step->status != STEP_RUNNING)
        return false;
    const struct probe_run *run = shown_run(live_runner(ui->live.live), step->id);
    int row = draw_probes(ui, area, step->id);
    struct str text = {0};
    if (run && run->planned->file)
        read_tail(ui, run, &text);
    draw_tail(ui, rect_rows(area, row + 1, area.rows - row - 1), str_span(&text));
    str_done(&text);
    return true;
}
