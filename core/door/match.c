// PCRE2 with JIT. Two things differ from the textbook.
//
// PCRE2 in UTF mode wants valid subjects, and PCRE2_MATCH_INVALID_UTF lets no match cross a bad byte. So a
// line with bad bytes is copied with a stand-in character for each, and what is found is counted back to the
// line's own bytes. The stand-ins are the last 128 code points, one for each bad byte, so that
// back-references tell them apart; a pattern that names one of them has it replaced by the code point before
// them.
//
// PCRE2's match limit holds for one starting point only: on a long line, a harmless-looking `a.*[bc]` still
// takes quadratic time. So long lines are searched in growing windows of starting points with a look at the
// clock between them.
#include "core/door/match.h"

#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

enum {
    STAND_IN = 0x10FF00,       // + the bad byte, 0x80 to 0xFF
    STAND_IN_LENGTH = 4,       // its bytes
    MASK_STEP = 4096,          // bytes masked between two looks at the room for them
    LONGEST_PATTERN = 1 << 16, // bytes
    MATCH_LIMIT = 1000000,     // PCRE2's steps from one starting point; on long lines
    STEPS_A_BYTE = 4,          // … this many a byte, so that one `.*` never meets it
    HEAP_LIMIT = 16 * 1024,    // KiB, of the interpreter
    STACK_LEAST = 32 * 1024,   // bytes, of JIT code
    STACK_MOST = 512 * 1024,
    FIRST_WINDOW = 1024,    // starting points, at most
    FIRST_STEPS = 1 << 24,  // … times the line's length
    QUICK = 2 * 1000000,    // ns: a window that took less is doubled
    BUDGET = 200 * 1000000, // ns of this thread for one line; long lines get more
    BUDGET_SHIFT = 4,       // … by 16 ns a byte
};

struct match {
    pcre2_code *code;
    bool jit;
};

struct match_room {
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    struct span line;    // as it was given
    struct span subject; // valid UTF-8: the line, or `masked`
    char *masked;
    size_t n_masked, cap_masked;
    size_t *bad; // where the stand-ins begin in `masked`
    size_t n_bad, cap_bad;
};

// ---------------------------------------------------------------- compiling

// A pattern that names a stand-in gets the code point before them all, in place: `\x{10FFFF}`, `\N{U+10FFFF}`
// and `\o{4177777}` by their last digits, the character itself by its last bytes.
static void rename_escape(char *digits, size_t len, int base)
{
    char text[16];
    if (len < 6 || len >= sizeof text)
        return;
    memcpy(text, digits, len);
    text[len] = '\0';
    char *end;
    unsigned long c = strtoul(text, &end, base);
    if (*end != '\0' || c < STAND_IN + 0x80 || c > STAND_IN + 0xFF)
        return;
    static const char hex[] = {'7', 'F'}, octal[] = {'5', '7', '7'};
    if (base == 16)
        memcpy(digits + len - sizeof hex, hex, sizeof hex);
    else
        memcpy(digits + len - sizeof octal, octal, sizeof octal);
}

// `at` stands behind a backslash.
static void rename_escaped(char *at, size_t len)
{
    static const struct {
        const char *front;
        int base;
    } forms[] = {{"x{", 16}, {"N{U+", 16}, {"o{", 8}};
    struct span s = span_make(at, len);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        size_t front = strlen(forms[i].front);
        size_t end = span_starts(s, forms[i].front) ? span_find_char(s, '}') : SIZE_MAX;
        if (end != SIZE_MAX)
            rename_escape(at + front, end - front, forms[i].base);
    }
}

static void rename_stand_ins(char *pattern, size_t len, bool literal)
{
    for (size_t i = 0; i < len;) {
        uint32_t c;
        unsigned n = utf8_decode(span_make(pattern + i, len - i), &c);
        if (n == STAND_IN_LENGTH && c >= STAND_IN + 0x80)
            utf8_encode(STAND_IN + 0x7F, pattern + i);
        if (c != '\\' || literal || i + 1 >= len) {
            i += n;
        } else if (pattern[i + 1] == 'Q') {
            size_t end = span_find(span_make(pattern + i, len - i), "\\E");
            i = end == SIZE_MAX ? len : i + end + 2;
        } else {
            rename_escaped(pattern + i + 1, len - i - 1);
            i += 2;
        }
    }
}

static bool compile_error(struct span pattern, int code, size_t offset, struct error *err)
{
    PCRE2_UCHAR text[256];
    struct str safe = {0};
    if (pcre2_get_error_message(code, text, sizeof text) < 0)
        text[0] = '\0';
    utf8_make_safe(span_first(pattern, 200), &safe);
    error_set(err, "pattern \"%s\", byte %zu: %s", str_text(&safe), offset, (const char *)text);
    str_done(&safe);
    return false;
}

static pcre2_code *compile(struct span pattern, unsigned flags, struct error *err)
{
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    int code;
    size_t offset;
    if (flags & MATCH_LITERAL)
        options = PCRE2_UTF | PCRE2_LITERAL | PCRE2_USE_OFFSET_LIMIT;
    if (flags & MATCH_CASELESS)
        options |= PCRE2_CASELESS;
    char *text = mem_dup(pattern.at, pattern.len);
    rename_stand_ins(text, pattern.len, flags & MATCH_LITERAL);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_max_pattern_length(context, LONGEST_PATTERN);
    pcre2_code *ret = pcre2_compile((PCRE2_SPTR)text, pattern.len, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    free(text);
    if (!ret)
        compile_error(pattern, code, offset, err);
    return ret;
}

struct match *match_new(struct span pattern, unsigned flags, struct error *err)
{
    if (pattern.at == NULL)
        pattern = span_of("");
    pcre2_code *code = compile(pattern, flags, err);
    if (!code)
        return NULL;
    struct match *match = mem_alloc(sizeof *match);
    match->code = code;
    match->jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    return match;
}

void match_free(struct match *match)
{
    if (!match)
        return;
    pcre2_code_free(match->code);
    free(match);
}

bool match_may_be_empty(const struct match *match)
{
    uint32_t least = 0;
    pcre2_pattern_info(match->code, PCRE2_INFO_MINLENGTH, &least);
    return least == 0;
}

// ---------------------------------------------------------------- the line at hand

struct match_room *match_room_new(void)
{
    struct match_room *room = mem_alloc(sizeof *room);
    room->context = pcre2_match_context_create(NULL);
    room->data = pcre2_match_data_create(1, NULL);
    room->stack = pcre2_jit_stack_create(STACK_LEAST, STACK_MOST, NULL);
    pcre2_jit_stack_assign(room->context, NULL, room->stack);
    pcre2_set_match_limit(room->context, MATCH_LIMIT);
    pcre2_set_heap_limit(room->context, HEAP_LIMIT);
    match_subject(room, span_of(""));
    return room;
}

void match_room_free(struct match_room *room)
{
    if (!room)
        return;
    pcre2_match_data_free(room->data);
    pcre2_match_context_free(room->context);
    pcre2_jit_stack_free(room->stack);
    free(room->masked);
    free(room->bad);
    free(room);
}

// Masks at most MASK_STEP bytes of the line from *at on, for which there is room.
static void mask_step(struct match_room *room, size_t *at)
{
    const size_t end = *at + MASK_STEP;
    while (*at < end && *at < room->line.len) {
        uint32_t c;
        unsigned n = utf8_decode(span_from(room->line, *at), &c);
        char *to = room->masked + room->n_masked;
        if (c & UTF8_BAD) {
            room->bad[room->n_bad++] = room->n_masked;
            room->n_masked += utf8_encode(STAND_IN + (c & 0xFF), to);
        } else {
            memcpy(to, room->line.at + *at, n);
            room->n_masked += n;
        }
        *at += n;
    }
}

// Copies the line into `masked`; its first `valid` bytes hold no bad one.
static void mask(struct match_room *room, size_t valid)
{
    room->masked = mem_grow(room->masked, &room->cap_masked, valid, 1);
    memcpy(room->masked, room->line.at, valid);
    room->n_masked = valid;
    for (size_t at = valid; at < room->line.len;) {
        size_t most = room->n_masked + (size_t)(MASK_STEP + STAND_IN_LENGTH) * STAND_IN_LENGTH;
        room->masked = mem_grow(room->masked, &room->cap_masked, most, 1);
        room->bad = mem_grow(room->bad, &room->cap_bad, room->n_bad + MASK_STEP, sizeof *room->bad);
        mask_step(room, &at);
    }
}

void match_subject(struct match_room *room, struct span line)
{
    if (line.at == NULL)
        line = span_of("");
    room->line = room->subject = line;
    room->n_bad = 0;
    for (size_t i = bytes_find_special(line); i < line.len;) {
        uint32_t c;
        unsigned n = utf8_decode(span_from(line, i), &c);
        if (c & UTF8_BAD) {
            mask(room, i);
            room->subject = span_make(room->masked, room->n_masked);
            return;
        }
        i += n;
        i += bytes_find_special(span_from(line, i));
    }
}

// How many stand-ins begin before byte `at` of the line (in_line) or of the subject.
static size_t bad_before(const struct match_room *room, size_t at, bool in_line)
{
    size_t low = 0, high = room->n_bad;
    while (low < high) {
        size_t mid = (low + high) / 2;
        size_t begins = room->bad[mid] - (in_line ? mid * (STAND_IN_LENGTH - 1) : 0);
        if (begins < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static size_t to_subject(const struct match_room *room, size_t at)
{
    return at + bad_before(room, at, true) * (STAND_IN_LENGTH - 1);
}

static size_t to_line(const struct match_room *room, size_t at)
{
    return at - bad_before(room, at, false) * (STAND_IN_LENGTH - 1);
}

// ---------------------------------------------------------------- matching

// Starting points from `from` to the context's offset limit. JIT code that runs out of stack is tried once
// more by the interpreter, whose memory is the heap's.
static int run(const struct match *match, struct match_room *room, size_t from)
{
    PCRE2_SPTR at = (PCRE2_SPTR)room->subject.at;
    int rc = PCRE2_ERROR_JIT_STACKLIMIT;
    if (match->jit)
        rc = pcre2_jit_match(match->code, at, room->subject.len, from, PCRE2_NO_UTF_CHECK, room->data,
                             room->context);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(match->code, at, room->subject.len, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                         room->data, room->context);
    return rc;
}

static uint32_t match_limit(size_t len)
{
    size_t limit = len > MATCH_LIMIT / STEPS_A_BYTE ? len * STEPS_A_BYTE : MATCH_LIMIT;
    return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

static int64_t thread_time(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

// A long line, window by window. Windows grow while they are quick, so that a tame pattern pays for a few
// only.
static int run_windows(const struct match *match, struct match_room *room, size_t from)
{
    const struct span subject = room->subject;
    int64_t begun = thread_time(), then = begun;
    int64_t budget = BUDGET + ((int64_t)subject.len << BUDGET_SHIFT);
    size_t window = subject.len > FIRST_STEPS / FIRST_WINDOW ? FIRST_STEPS / subject.len + 1 : FIRST_WINDOW;
    for (;;) {
        bool last = subject.len - from <= window;
        size_t limit = last ? PCRE2_UNSET : from + window;
        pcre2_set_offset_limit(room->context, limit);
        int rc = run(match, room, from);
        if (rc != PCRE2_ERROR_NOMATCH || last)
            return rc;
        int64_t now = thread_time();
        if (now - begun > budget)
            return PCRE2_ERROR_MATCHLIMIT;
        window = now - then < QUICK ? window * 2 : window > 2 ? window / 2 : 1;
        then = now;
        from = limit + 1;
        while (from < subject.len && ((unsigned char)subject.at[from] & 0xC0) == 0x80)
            from++;
    }
}

enum match_outcome match_find(const struct match *match, struct match_room *room, size_t from,
                              struct match_range *ret)
{
    int rc;
    if (from > room->line.len)
        return MATCH_NO;
    from = to_subject(room, from);
    if (room->subject.len - from > FIRST_WINDOW) {
        pcre2_set_match_limit(room->context, match_limit(room->subject.len));
        rc = run_windows(match, room, from);
        pcre2_set_match_limit(room->context, MATCH_LIMIT);
        pcre2_set_offset_limit(room->context, PCRE2_UNSET);
    } else {
        rc = run(match, room, from);
    }
    if (rc < 0)
        return rc == PCRE2_ERROR_NOMATCH ? MATCH_NO : MATCH_GAVE_UP;
    if (ret) {
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(room->data);
        ret->from = to_line(room, found[0]);
        ret->to = to_line(room, found[1] > found[0] ? found[1] : found[0]);
    }
    return MATCH_YES;
}
