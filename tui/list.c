// Arithmetic of a window over a list.
#include "tui/list.h"

static void keep_in_sight(struct list *list)
{
    size_t rows = list->rows > 0 ? (size_t)list->rows : 1;
    if (list->at >= list->n)
        list->at = list->n ? list->n - 1 : 0;
    if (list->top > list->at)
        list->top = list->at;
    if (list->at - list->top >= rows)
        list->top = list->at - rows + 1;
    if (list->n <= rows)
        list->top = 0;
    else if (list->top > list->n - rows)
        list->top = list->n - rows;
}

void list_size(struct list *list, size_t n, int rows)
{
    list->n = n;
    list->rows = rows;
    keep_in_sight(list);
}

void list_move(struct list *list, long by)
{
    if (by < 0 && (size_t)-by > list->at)
        list->at = 0;
    else
        list->at = (size_t)((long)list->at + by);
    keep_in_sight(list);
}

void list_lead(struct list *list, size_t above)
{
    size_t want = above < list->at ? list->at - above : 0;
    if (list->top > want && list->at - want < (size_t)(list->rows > 0 ? list->rows : 0))
        list->top = want;
}

void list_go(struct list *list, size_t at)
{
    list->at = at;
    keep_in_sight(list);
}
