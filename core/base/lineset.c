// Bits in words, and a count for each stretch of words. Whatever is asked walks the counts first, of which
// even four billion lines have but 65,536, and then the words of one stretch.
#include "core/base/lineset.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { WORD = 64, STRETCH = 65536, WORDS = STRETCH / WORD };

struct stretch {
    uint64_t *words; // NULL: none is set
    uint32_t count;
};

struct lineset {
    pthread_mutex_t lock;
    struct stretch *stretches;
    size_t n, cap;
    uint32_t count;
};

struct lineset *lineset_new(void)
{
    struct lineset *set = mem_alloc(sizeof *set);
    pthread_mutex_init(&set->lock, NULL);
    return set;
}

void lineset_free(struct lineset *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->n; i++)
        free(set->stretches[i].words);
    free(set->stretches);
    pthread_mutex_destroy(&set->lock);
    free(set);
}

static struct stretch *stretch_of(const struct lineset *set, uint32_t line)
{
    return line / STRETCH < set->n ? &set->stretches[line / STRETCH] : NULL;
}

// The word of a line that has room, and its bit there.
static uint64_t *word_of(const struct stretch *stretch, uint32_t line)
{
    return &stretch->words[line % STRETCH / WORD];
}

static uint64_t bit_of(uint32_t line)
{
    return UINT64_C(1) << line % WORD;
}

static bool is_set(const struct lineset *set, uint32_t line)
{
    const struct stretch *stretch = stretch_of(set, line);
    return stretch && stretch->words && *word_of(stretch, line) & bit_of(line);
}

void lineset_add(struct lineset *set, uint32_t line)
{
    pthread_mutex_lock(&set->lock);
    while (set->n <= line / STRETCH)
        *MEM_PUSH(set->stretches, set->n, set->cap) = (struct stretch){0};
    struct stretch *stretch = stretch_of(set, line);
    if (!stretch->words)
        stretch->words = mem_calloc(WORDS, sizeof *stretch->words);
    if (!is_set(set, line)) {
        *word_of(stretch, line) |= bit_of(line);
        stretch->count++;
        set->count++;
    }
    pthread_mutex_unlock(&set->lock);
}

void lineset_remove(struct lineset *set, uint32_t line)
{
    pthread_mutex_lock(&set->lock);
    if (is_set(set, line)) {
        struct stretch *stretch = stretch_of(set, line);
        *word_of(stretch, line) &= ~bit_of(line);
        stretch->count--;
        set->count--;
    }
    pthread_mutex_unlock(&set->lock);
}

void lineset_clear(struct lineset *set)
{
    pthread_mutex_lock(&set->lock);
    for (size_t i = 0; i < set->n; i++)
        free(set->stretches[i].words);
    set->n = set->count = 0;
    pthread_mutex_unlock(&set->lock);
}

uint32_t lineset_count(struct lineset *set)
{
    pthread_mutex_lock(&set->lock);
    uint32_t count = set->count;
    pthread_mutex_unlock(&set->lock);
    return count;
}

bool lineset_has(struct lineset *set, uint32_t line)
{
    pthread_mutex_lock(&set->lock);
    bool has = is_set(set, line);
    pthread_mutex_unlock(&set->lock);
    return has;
}

static uint32_t bits(uint64_t word)
{
    return (uint32_t)__builtin_popcountll(word);
}

static uint32_t count_before(const struct lineset *set, uint32_t line)
{
    uint32_t n = 0;
    for (size_t i = 0; i < set->n && i < line / STRETCH; i++)
        n += set->stretches[i].count;
    const struct stretch *stretch = stretch_of(set, line);
    if (!stretch || !stretch->words)
        return n;
    const uint64_t *end = word_of(stretch, line);
    for (const uint64_t *word = stretch->words; word < end; word++)
        n += bits(*word);
    return n + bits(*end & (bit_of(line) - 1));
}

uint32_t lineset_before(struct lineset *set, uint32_t line)
{
    pthread_mutex_lock(&set->lock);
    uint32_t n = count_before(set, line);
    pthread_mutex_unlock(&set->lock);
    return n;
}

// The n-th line of a stretch that has more than n.
static uint32_t nth_of_stretch(const struct stretch *stretch, uint32_t n)
{
    uint32_t at = 0;
    while (n >= bits(stretch->words[at]))
        n -= bits(stretch->words[at++]);
    uint64_t word = stretch->words[at];
    for (; n > 0; n--)
        word &= word - 1;
    return at * WORD + (uint32_t)__builtin_ctzll(word);
}

static uint32_t nth(const struct lineset *set, uint32_t n)
{
    size_t i = 0;
    while (i < set->n && n >= set->stretches[i].count)
        n -= set->stretches[i++].count;
    return i < set->n ? (uint32_t)i * STRETCH + nth_of_stretch(&set->stretches[i], n) : 0;
}

uint32_t lineset_nth(struct lineset *set, uint32_t n)
{
    pthread_mutex_lock(&set->lock);
    uint32_t line = nth(set, n);
    pthread_mutex_unlock(&set->lock);
    return line;
}

uint32_t lineset_next(struct lineset *set, uint32_t line, int direction)
{
    pthread_mutex_lock(&set->lock);
    uint32_t before = count_before(set, line), ret = 0;
    if (is_set(set, line))
        ret = line;
    else if (direction > 0)
        ret = nth(set, before);
    else if (before > 0)
        ret = nth(set, before - 1);
    pthread_mutex_unlock(&set->lock);
    return ret;
}
