// Cards wrap words; everything else is the canvas'.
#include "tui/card.h"

enum { LABEL = 10, NARROW = 50 };

// Below the area, and while rows are only counted, it writes nothing.
static struct pen pen_here(const struct card *card, int col)
{
    bool draws = !card->counts && card->row < card->area.rows;
    return pen_at(card->canvas, draws ? card->area : (struct rect){0}, card->row, col);
}

static void draw_part(const struct card *card, int col, enum role role, struct span part, bool more)
{
    struct pen pen = pen_here(card, col);
    pen_span(&pen, role, part);
    if (more && pen.area.cols > 0) {
        pen.col = pen.col < pen.area.cols ? pen.col : pen.area.cols - 1;
        pen_glyph(&pen, ROLE_MUTED, GLYPH_MORE);
    }
}

void card_text(struct card *card, int col, enum role role, const char *text)
{
    struct span rest = span_of(text ? text : ""), part;
    int width = card->area.cols - col;
    for (int n = 1; width > 0 && text_take(&rest, width, &part); n++) {
        bool last = (card->most > 0 && n == card->most) || card->row + 1 == card->area.rows;
        draw_part(card, col, role, part, last && rest.len > 0);
        card->row++;
        if (last)
            return;
    }
}

void card_label(struct card *card, const char *label, enum role role, const char *text)
{
    if (!text || !*text)
        return;
    bool narrow = card->area.cols < NARROW; // no room for a column of labels
    struct pen pen = pen_here(card, 0);
    pen_text(&pen, ROLE_HEADING, narrow ? "" : label);
    card_text(card, narrow ? 0 : LABEL, role, text);
}

void card_rule(struct card *card)
{
    struct pen pen = card_pen(card);
    pen_fill(&pen, ROLE_BORDER, GLYPH_HORIZONTAL, card->area.cols);
}

void card_skip(struct card *card, int rows)
{
    card->row += rows;
}

struct pen card_pen(struct card *card)
{
    struct pen pen = pen_here(card, 0);
    card->row++;
    return pen;
}
