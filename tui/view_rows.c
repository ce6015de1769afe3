// Rows for a view's `fill`: their texts are copied into the view's arena, so that nothing that they were made
// of must live on.
#include <stdarg.h>

#include "core/base/mem.h"
#include "tui/view.h"

static struct view_row *add_row(struct view *view)
{
    struct view_row *row = MEM_PUSH(view->rows, view->n, view->cap);
    *row = (struct view_row){.place = {.file = FILE_NONE}};
    return row;
}

static struct view_cell copy_cell(struct view *view, enum role role, const char *text)
{
    return (struct view_cell){.text = text ? arena_strdup(&view->arena, text) : NULL, .role = role};
}

struct view_row *view_add(struct view *view, enum role role, const char *mark, const char *text)
{
    struct view_row *row = add_row(view);
    row->cells[0] = copy_cell(view, role, mark);
    row->cells[1] = copy_cell(view, mark ? ROLE_TEXT : role, text);
    return row;
}

struct view_row *view_add_heading(struct view *view, enum role role, const char *text)
{
    struct view_row *row = add_row(view);
    row->cells[0] = copy_cell(view, role, text);
    row->heading = true;
    return row;
}

void view_cell(struct view *view, size_t column, enum role role, const char *format, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    view->rows[view->n - 1].cells[column] = copy_cell(view, role, str_text(&text));
    str_done(&text);
}
