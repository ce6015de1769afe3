// Fitting columns: first each takes what it wants, as far as it may; where that is too much, those that
// matter least are left out, and then the ones that take the rest give way down to what they need.
#include "tui/table.h"

#include <assert.h>
#include <string.h>

bool table_has_titles(const struct column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (columns[i].title)
            return true;
    }
    return false;
}

static int wanted(const struct column *c, int want)
{
    int title = c->title ? (int)strlen(c->title) : 0; // titles are plain ASCII
    int width = want > title ? want : title;
    if (want == 0 && !c->title && c->most)
        return 0; // nothing stands there
    if (c->most && width > c->most)
        width = c->most;
    return width < c->least ? c->least : width;
}

// What the columns need at the least: those that take the rest only their least.
static int needed(const struct column *columns, size_t n, const int *widths)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (widths[i] > 0)
            sum += (columns[i].most ? widths[i] : columns[i].least) + TABLE_GAP;
    }
    return sum - TABLE_GAP;
}

// The last of the highest rank, or n.
static size_t expendable(const struct column *columns, size_t n, const int *widths)
{
    size_t worst = n;
    for (size_t i = 0; i < n; i++) {
        if (widths[i] > 0 && columns[i].rank > 0 && (worst == n || columns[i].rank >= columns[worst].rank))
            worst = i;
    }
    return worst;
}

// Gives the columns without a bound what the others leave, in equal parts; less than their least only where
// nothing more can be left out.
static void share_rest(const struct column *columns, size_t n, int room, int *widths)
{
    enum { BARE_LEAST = 8 };
    bool tight = needed(columns, n, widths) > room;
    int open = 0, rest = room + TABLE_GAP;
    for (size_t i = 0; i < n; i++) {
        open += widths[i] > 0 && !columns[i].most;
        rest -= widths[i] > 0 ? TABLE_GAP + (columns[i].most ? widths[i] : 0) : 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (widths[i] == 0 || columns[i].most)
            continue;
        int part = rest / open;
        int least = tight ? BARE_LEAST : columns[i].least;
        widths[i] = part < least ? least : part;
        rest -= part;
        open--;
    }
}

void table_fit(const struct column *columns, size_t n, const int *wants, int room, int *ret)
{
    assert(n <= TABLE_COLUMNS);
    for (size_t i = 0; i < n; i++)
        ret[i] = wanted(&columns[i], wants[i]);
    for (size_t out; needed(columns, n, ret) > room && (out = expendable(columns, n, ret)) < n;)
        ret[out] = 0;
    share_rest(columns, n, room, ret);
}
