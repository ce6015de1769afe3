// Wrapping and drawing of paragraphs. Counting rows and drawing them is the same walk, so both agree.
#include "tui/prose.h"

#include <stdarg.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum { LABEL_COLUMNS = 12 };

void prose_done(struct prose *p)
{
    arena_done(&p->arena);
    free(p->items);
    *p = (struct prose){0};
}

static void add(struct prose *p, struct paragraph paragraph, const char *format, va_list args)
{
    struct str text = {0};
    str_vprintf(&text, format, args);
    paragraph.text = arena_strdup(&p->arena, str_text(&text));
    *MEM_PUSH(p->items, p->n, p->cap) = paragraph;
    str_done(&text);
}

void prose_add(struct prose *p, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(p, (struct paragraph){.role = role}, format, args);
    va_end(args);
}

void prose_label(struct prose *p, const char *label, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(p, (struct paragraph){.role = role, .label = label}, format, args);
    va_end(args);
}

void prose_gap(struct prose *p)
{
    if (p->n > 0)
        *MEM_PUSH(p->items, p->n, p->cap) = (struct paragraph){.text = ""};
}

// One paragraph; rows outside the area are not drawn. Without a canvas the rows are only counted.
static int walk(const struct paragraph *paragraph, struct canvas *canvas, struct rect area, int row)
{
    int indent = paragraph->label ? LABEL_COLUMNS : 0, from = row;
    struct span rest = span_of(paragraph->text), line, part;
    if (rest.len == 0)
        return 1;
    while (span_cut_line(&rest, &line)) {
        do {
            int room = area.cols - indent > 8 ? area.cols - indent : 8;
            if (!text_take(&line, room, &part))
                part = line;
            if (canvas && row >= 0 && row < area.rows) {
                struct pen pen = pen_at(canvas, area, row, 0);
                pen_text(&pen, ROLE_MUTED, row == from ? paragraph->label : NULL);
                pen_move(&pen, indent);
                pen_span(&pen, paragraph->role, part);
            }
            row++;
        } while (line.len > 0);
    }
    return row - from;
}

int prose_rows(const struct prose *p, int cols)
{
    int rows = 0;
    for (size_t i = 0; i < p->n; i++)
        rows += walk(&p->items[i], NULL, (struct rect){.cols = cols}, 0);
    return rows;
}

int prose_draw(const struct prose *p, struct canvas *canvas, struct rect area, int skip)
{
    int rows = 0;
    for (size_t i = 0; i < p->n; i++)
        rows += walk(&p->items[i], canvas, area, rows - skip);
    return rows;
}
