// Brings together the loop, the views and the terminal. All keys that wait are taken before one frame is
// drawn; a frame is drawn only when something changed, right before the loop goes to sleep.
#include "tui/app.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/key.h"
#include "tui/term.h"

enum { ESCAPE_MS = 25 };

struct app {
    struct loop *loop;
    struct terminal *term;
    struct ui *ui;
    struct key_reader keys;
    struct loop_timer *escape; // after which a lone Escape is one
    int signal;                // that ended it, or 0
    bool lost;                 // the terminal is gone
    bool detached;             // and what runs goes on without it
};

static void on_key(void *context, struct key key)
{
    struct app *app = context;
    if (!app->ui->leaving)
        ui_key(app->ui, key);
}

static void on_paste(void *context, struct span text)
{
    struct app *app = context;
    ui_paste(app->ui, text);
}

static struct key_sink sink_of(struct app *app)
{
    return (struct key_sink){on_key, on_paste, app};
}

// Without a terminal nobody looks on; where the policy says so, what runs is brought to its end all the same.
static void lose_terminal(struct app *app)
{
    app->lost = true;
    if (view_live_goes_on(app->ui))
        app->detached = true;
    else
        app->ui->leaving = true;
}

static void on_input(void *context, struct span bytes)
{
    struct app *app = context;
    struct key_sink sink = sink_of(app);
    if (bytes.len == 0) {
        lose_terminal(app);
        return;
    }
    loop_timer_stop(app->escape);
    key_read(&app->keys, bytes, &sink);
    if (key_waits(&app->keys))
        loop_timer_start(app->escape, ESCAPE_MS);
}

static void on_escape(void *context)
{
    struct app *app = context;
    struct key_sink sink = sink_of(app);
    key_flush(&app->keys, &sink);
}

static void take_size(struct app *app)
{
    int rows, cols;
    term_size(app->term, &rows, &cols);
    ui_resize(app->ui, rows, cols);
}

static void on_signal(void *context, int number)
{
    struct app *app = context;
    switch (number) {
    case SIGWINCH:
        take_size(app);
        term_redraw(app->term);
        break;
    case SIGTSTP:
        app->ui->suspend = true;
        break;
    case SIGCONT:
        take_size(app);
        term_redraw(app->term);
        break;
    case SIGHUP:
        lose_terminal(app);
        app->signal = app->detached ? app->signal : number;
        break;
    default:
        app->signal = number;
        app->ui->leaving = true;
        break;
    }
    app->ui->dirty = true;
}

static void before_sleep(void *context)
{
    struct app *app = context;
    if (app->ui->leaving || (app->detached && !view_live_is_busy(app->ui))) {
        loop_stop(app->loop);
        return;
    }
    if (app->detached)
        return;
    if (app->ui->suspend) {
        app->ui->suspend = false;
        term_suspend(app->term);
        take_size(app);
    }
    if (app->ui->redraw) {
        app->ui->redraw = false;
        term_redraw(app->term);
        app->ui->dirty = true;
    }
    if (app->ui->to_terminal.len > 0) {
        term_send(app->term, str_span(&app->ui->to_terminal));
        str_clear(&app->ui->to_terminal);
    }
    if (app->ui->dirty) {
        ui_draw(app->ui);
        term_draw(app->term, &app->ui->canvas, &app->ui->theme);
    }
}

static bool listen(struct app *app, struct error *err)
{
    static const int signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        if (!loop_on_signal(app->loop, signals[i], on_signal, app, err))
            return false;
    }
    signal(SIGPIPE, SIG_IGN);
    app->escape = loop_timer_new(app->loop, on_escape, app);
    loop_before_sleep(app->loop, before_sleep, app);
    return loop_on_input(app->loop, term_input(app->term), on_input, app, err) != NULL;
}

// The first frame is drawn before anything is read that might block; of one log file by itself the first page
// is the frame.
static bool run(struct app *app, struct error *err)
{
    if (!listen(app, err))
        return false;
    if (!app->ui->settings.ascii)
        app->ui->canvas.signs = term_signs(app->term);
    if (app->ui->settings.mouse)
        term_take_mouse(app->term);
    take_size(app);
    if (app->ui->config->log_path)
        ui_start(app->ui);
    ui_draw(app->ui);
    term_draw(app->term, &app->ui->canvas, &app->ui->theme);
    if (!app->ui->config->log_path)
        ui_start(app->ui);
    loop_run(app->loop);
    return true;
}

// A worker that is under way cannot be stopped, and nobody should wait for it: what must be durable was saved
// by then, and the kernel takes the rest back.
static void leave(struct app *app, int status)
{
    view_live_end(app->ui);
    view_complete_done(app->ui);
    if (!app->signal && !app->lost)
        ui_close_case(app->ui);
    if (loop_jobs(app->loop) > 0) {
        if (app->ui->session)
            session_wait_saved(app->ui->session, 2 * USEC_SEC, NULL);
        _exit(status);
    }
    key_reader_done(&app->keys);
    ui_free(app->ui);
    loop_free(app->loop);
}

int app_run(const struct ui_config *config, struct error *err)
{
    if (!term_check(err)) // before an export becomes a case
        return -1;
    struct app app = {.loop = loop_new(err)};
    if (!app.loop)
        return -1;
    app.ui = ui_new(config, app.loop, err);
    app.term = app.ui ? term_open(err) : NULL;
    bool ok = app.term && run(&app, err);
    int status = ok ? app.ui->status : -1;
    term_close(app.term);
    if (app.ui) {
        leave(&app, app.signal ? 128 + app.signal : status);
    } else {
        loop_free(app.loop);
    }
    return app.signal ? 128 + app.signal : status;
}
