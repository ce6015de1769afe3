// Nearest words for messages ("did you mean …?"): three rows of the usual distance table are enough.
#include "core/base/near.h"

enum { MAX_WORD = 64 };

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t near_distance(struct span a, struct span b)
{
    size_t rows[3][MAX_WORD + 1];
    if (a.len > MAX_WORD || b.len > MAX_WORD)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *twice = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            int x = lower(a.at[i - 1]), y = lower(b.at[j - 1]);
            row[j] = min(min(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b.at[j - 2]) && y == lower(a.at[i - 2]))
                row[j] = min(row[j], twice[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

const char *near_word(struct span s, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (; *words; words++) {
        size_t distance = near_distance(s, span_of(*words)), length = strlen(*words);
        size_t allowed = length / 3 > 1 ? length / 3 : 1;
        if (distance <= allowed && distance < best_distance) {
            best = *words;
            best_distance = distance;
        }
    }
    return best;
}
