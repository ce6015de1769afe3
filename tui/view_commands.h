// What the commands run that move about (view_moving.c) or do something to the current step (view_steps.c).
// Each takes the ui, as the table of commands calls it.
#ifndef D5_TUI_VIEW_COMMANDS_H
#define D5_TUI_VIEW_COMMANDS_H

void view_moving_down(void *ui);
void view_moving_up(void *ui);
void view_moving_page_down(void *ui);
void view_moving_page_up(void *ui);
void view_moving_first(void *ui);
void view_moving_last(void *ui);
void view_moving_left(void *ui);
void view_moving_right(void *ui);
void view_moving_next_pane(void *ui);
void view_moving_last_pane(void *ui);
void view_moving_back(void *ui);
void view_moving_leave(void *ui);
void view_moving_zoom(void *ui);

void view_steps_run_all(void *ui);
void view_steps_skip(void *ui);
void view_steps_note(void *ui);
void view_steps_pass(void *ui);
void view_steps_open(void *ui);
void view_steps_answer(void *ui);
void view_steps_stop(void *ui);

struct ui;
void view_moving_ask_leave(struct ui *ui, const char *question); // a yes leaves

// What Esc would do where the focus is: "stop", "undo"; NULL: nothing.
const char *view_steps_escape_word(const struct ui *ui);

#endif
