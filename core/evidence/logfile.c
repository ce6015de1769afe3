// Plain read, no mapping: a mapped file counts as memory, and kills the reader when it is cut short. Beside
// the index of every 64th line stand those lines that begin far behind it, so that a file of lines of
// megabytes is read at any of them as fast as others are.
#include "core/evidence/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/archive.h"

enum { EVERY = 64, FAR = 1 << 18, BLOCK = 1 << 16, LONGEST = 1 << 16, SLICE = 1 << 18 };

#define UNPACKED_MAX ((size_t)2 << 30)

struct far_line {
    uint32_t line;
    uint64_t offset;
};

struct logfile {
    int fd;         // -1: `unpacked`
    char *unpacked; // or NULL
    size_t unpacked_len;
    pthread_mutex_t lock; // what the counting thread writes
    uint64_t *offsets;    // of lines 1, 65, 129, …
    size_t n, cap;
    struct far_line *far; // that begin more than FAR bytes behind the indexed line before them
    size_t n_far, cap_far;
    uint64_t marked;   // where the last line of either index begins
    uint32_t ended;    // lines whose newline was seen
    uint64_t counted;  // bytes
    bool is_open_line; // bytes behind the last newline
    bool is_counted;
    unsigned generation, read_generation; // how often the file began anew; which of them the block is of
    uint32_t
        next; // the line behind the one that was read last, and where it begins; the reading thread's own
    uint64_t next_at;
    uint64_t block_at; // what `block` holds; the reading thread's own
    size_t block_len;
    char *block, *slice;
};

static struct logfile *make(int fd, char *unpacked, size_t len)
{
    struct logfile *file = mem_alloc(sizeof *file);
    file->fd = fd;
    file->unpacked = unpacked;
    file->unpacked_len = len;
    pthread_mutex_init(&file->lock, NULL);
    file->block = mem_alloc(BLOCK);
    file->slice = mem_alloc(SLICE);
    *MEM_PUSH(file->offsets, file->n, file->cap) = 0;
    return file;
}

struct logfile *logfile_open(const char *path, struct error *err)
{
    // A FIFO without a writer must not hang.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        error_set_errno(err, errno, "%s", path);
        return NULL;
    }
    return make(fd, NULL, 0);
}

struct logfile *logfile_unpack(const char *path, struct error *err)
{
    char *text;
    size_t len;
    if (!archive_text(path, UNPACKED_MAX, &text, &len, err)) {
        error_prefix(err, "%s", path);
        return NULL;
    }
    return make(-1, text, len);
}

void logfile_close(struct logfile *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    free(file->unpacked);
    pthread_mutex_destroy(&file->lock);
    free(file->offsets);
    free(file->far);
    free(file->block);
    free(file->slice);
    free(file);
}

// A line that begins at `offset`, behind those that have ended.
static void index_line(struct logfile *file, uint64_t offset)
{
    if (file->ended % EVERY == 0)
        *MEM_PUSH(file->offsets, file->n, file->cap) = offset;
    else if (offset - file->marked > FAR)
        *MEM_PUSH(file->far, file->n_far, file->cap_far) = (struct far_line){file->ended + 1, offset};
    else
        return;
    file->marked = offset;
}

// Takes the newlines of one slice into the index.
static void index_slice(struct logfile *file, const char *at, size_t len)
{
    const char *rest = at, *end = at + len;
    pthread_mutex_lock(&file->lock);
    for (const char *newline; (newline = memchr(rest, '\n', (size_t)(end - rest))); rest = newline + 1) {
        file->ended++;
        index_line(file, file->counted + (uint64_t)(newline + 1 - at));
    }
    file->counted += len;
    file->is_open_line = end[-1] != '\n';
    pthread_mutex_unlock(&file->lock);
}

// A file that is shorter than what was counted was cut or written afresh.
static void forget_if_shorter(struct logfile *file)
{
    struct stat st;
    if (file->fd < 0 || fstat(file->fd, &st) != 0 || (uint64_t)st.st_size >= file->counted)
        return;
    pthread_mutex_lock(&file->lock);
    file->n = 1;
    file->n_far = 0;
    file->marked = 0;
    file->ended = 0;
    file->counted = 0;
    file->is_open_line = false;
    file->generation++;
    pthread_mutex_unlock(&file->lock);
}

// As pread, of the text as of the file.
static ssize_t read_at(const struct logfile *file, char *to, size_t most, uint64_t offset)
{
    if (file->fd >= 0)
        return pread(file->fd, to, most, (off_t)offset);
    struct span rest =
        span_first(span_from(span_make(file->unpacked, file->unpacked_len), (size_t)offset), most);
    if (rest.len > 0)
        memcpy(to, rest.at, rest.len);
    return (ssize_t)rest.len;
}

bool logfile_count(struct logfile *file, size_t most)
{
    forget_if_shorter(file);
    for (size_t done = 0; done < most;) {
        ssize_t n = read_at(file, file->slice, SLICE, file->counted);
        if (n <= 0) {
            pthread_mutex_lock(&file->lock);
            file->is_counted = true;
            pthread_mutex_unlock(&file->lock);
            return false;
        }
        index_slice(file, file->slice, (size_t)n);
        done += (size_t)n;
    }
    return true;
}

uint32_t logfile_lines(struct logfile *file)
{
    pthread_mutex_lock(&file->lock);
    uint32_t lines = file->ended + file->is_open_line;
    pthread_mutex_unlock(&file->lock);
    return lines;
}

bool logfile_is_counted(struct logfile *file)
{
    pthread_mutex_lock(&file->lock);
    bool ret = file->is_counted;
    pthread_mutex_unlock(&file->lock);
    return ret;
}

// Bytes from `offset` on, out of the block when it has them. Empty at the end of the file.
static struct span bytes_at(struct logfile *file, uint64_t offset)
{
    if (offset < file->block_at || offset >= file->block_at + file->block_len) {
        ssize_t n = read_at(file, file->block, BLOCK, offset);
        file->block_at = offset;
        file->block_len = n > 0 ? (size_t)n : 0;
    }
    return span_from(span_make(file->block, file->block_len), (size_t)(offset - file->block_at));
}

// Goes over `lines` newlines.
static uint64_t skip_lines(struct logfile *file, uint64_t offset, uint32_t lines)
{
    while (lines > 0) {
        struct span bytes = bytes_at(file, offset);
        if (bytes.len == 0)
            break;
        size_t at = span_find_char(bytes, '\n');
        offset += at == SIZE_MAX ? bytes.len : at + 1;
        lines -= at != SIZE_MAX;
    }
    return offset;
}

// The nearest indexed line at or before one that was counted. The lock is held.
static struct far_line indexed_before(const struct logfile *file, uint32_t line)
{
    uint32_t mark = (line - 1) / EVERY;
    struct far_line ret = {mark * EVERY + 1, file->offsets[mark]};
    size_t low = 0, high = file->n_far;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (file->far[mid].line <= line)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && file->far[low - 1].line > ret.line ? file->far[low - 1] : ret;
}

uint64_t logfile_offset(struct logfile *file, uint32_t line)
{
    pthread_mutex_lock(&file->lock);
    bool known = line > 0 && line <= file->ended + file->is_open_line;
    struct far_line from = known ? indexed_before(file, line) : (struct far_line){0};
    uint64_t end = file->counted;
    if (file->read_generation != file->generation)
        file->block_len = file->next = 0;
    file->read_generation = file->generation;
    pthread_mutex_unlock(&file->lock);
    if (!known)
        return UINT64_MAX;
    if (file->block_at + file->block_len < end) // the block may stop at what was the file's end
        file->block_len = file->block_len == BLOCK ? BLOCK : 0;
    if (line == file->next && file->next_at <= end)
        return file->next_at;
    return skip_lines(file, from.offset, line - from.line);
}

bool logfile_line(struct logfile *file, uint32_t line, struct str *ret)
{
    return logfile_piece(file, line, 0, ret);
}

// Whether the line that begins at `offset` has more than `from` bytes. Of a long one the index knows where
// the next line begins, so that its bytes need not be gone over.
static bool goes_on(struct logfile *file, uint32_t line, uint64_t offset, uint64_t from)
{
    pthread_mutex_lock(&file->lock);
    bool is_last = line == file->ended + 1;
    struct far_line next =
        is_last ? (struct far_line){line + 1, file->counted} : indexed_before(file, line + 1);
    pthread_mutex_unlock(&file->lock);
    if (next.line == line + 1)
        return offset + from < next.offset;
    for (uint64_t end = offset + from; offset < end;) {
        struct span bytes = bytes_at(file, offset);
        bytes = span_first(bytes, (size_t)(end - offset < BLOCK ? end - offset : BLOCK));
        if (bytes.len == 0 || span_find_char(bytes, '\n') != SIZE_MAX)
            return false;
        offset += bytes.len;
    }
    return true;
}

bool logfile_piece(struct logfile *file, uint32_t line, uint64_t from, struct str *ret)
{
    str_clear(ret);
    uint64_t offset = logfile_offset(file, line);
    if (offset == UINT64_MAX)
        return false;
    if (from > 0 && !goes_on(file, line, offset, from))
        return true;
    offset += from;
    file->next = 0;
    while (ret->len < LONGEST) {
        struct span bytes = bytes_at(file, offset);
        size_t at = span_find_char(bytes, '\n');
        str_add_span(ret, at == SIZE_MAX ? bytes : span_first(bytes, at));
        offset += at == SIZE_MAX ? bytes.len : at + 1;
        if (at != SIZE_MAX) {
            file->next = line + 1;
            file->next_at = offset;
        }
        if (at != SIZE_MAX || bytes.len == 0)
            break;
    }
    str_cut(ret, LONGEST);
    if (ret->len > 0 && ret->at[ret->len - 1] == '\r')
        str_cut(ret, ret->len - 1);
    return true;
}

struct logfile_bytes logfile_bytes(const struct logfile *file)
{
    struct span text = span_make(file->unpacked, file->unpacked_len);
    struct logfile_bytes ret = {file->fd, text, text.len, TIME_UNKNOWN};
    struct stat st;
    if (file->fd >= 0 && fstat(file->fd, &st) == 0) {
        ret.size = (uint64_t)st.st_size;
        ret.mtime = st.st_mtim.tv_sec * USEC_SEC + st.st_mtim.tv_nsec / 1000;
    }
    return ret;
}
