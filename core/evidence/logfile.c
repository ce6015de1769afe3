// Plain read, no mapping: a mapped file counts as memory, and kills the reader when it is cut short.
#include "core/evidence/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

enum { EVERY = 64, BLOCK = 1 << 16, LONGEST = 1 << 16, SLICE = 1 << 18 };

struct logfile {
    int fd;
    pthread_mutex_t lock; // what the counting thread writes
    uint64_t *offsets;    // of lines 1, 65, 129, …
    size_t n, cap;
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

struct logfile *logfile_open(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO without a writer must not hang
    if (fd < 0) {
        error_set_errno(err, errno, "%s", path);
        return NULL;
    }
    struct logfile *file = mem_alloc(sizeof *file);
    file->fd = fd;
    pthread_mutex_init(&file->lock, NULL);
    file->block = mem_alloc(BLOCK);
    file->slice = mem_alloc(SLICE);
    *MEM_PUSH(file->offsets, file->n, file->cap) = 0;
    return file;
}

void logfile_close(struct logfile *file)
{
    if (!file)
        return;
    close(file->fd);
    pthread_mutex_destroy(&file->lock);
    free(file->offsets);
    free(file->block);
    free(file->slice);
    free(file);
}

// Takes the newlines of one slice into the index.
static void index_slice(struct logfile *file, const char *at, size_t len)
{
    const char *rest = at, *end = at + len;
    pthread_mutex_lock(&file->lock);
    for (const char *newline; (newline = memchr(rest, '\n', (size_t)(end - rest))); rest = newline + 1) {
        file->ended++;
        if (file->ended % EVERY == 0)
            *MEM_PUSH(file->offsets, file->n, file->cap) = file->counted + (uint64_t)(newline + 1 - at);
    }
    file->counted += len;
    file->is_open_line = end[-1] != '\n';
    pthread_mutex_unlock(&file->lock);
}

// A file that is shorter than what was counted was cut or written afresh.
static void forget_if_shorter(struct logfile *file)
{
    struct stat st;
    if (fstat(file->fd, &st) != 0 || (uint64_t)st.st_size >= file->counted)
        return;
    pthread_mutex_lock(&file->lock);
    file->n = 1;
    file->ended = 0;
    file->counted = 0;
    file->is_open_line = false;
    file->generation++;
    pthread_mutex_unlock(&file->lock);
}

bool logfile_count(struct logfile *file, size_t most)
{
    forget_if_shorter(file);
    for (size_t done = 0; done < most;) {
        ssize_t n = pread(file->fd, file->slice, SLICE, (off_t)file->counted);
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
        ssize_t n = pread(file->fd, file->block, BLOCK, (off_t)offset);
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

bool logfile_line(struct logfile *file, uint32_t line, struct str *ret)
{
    str_clear(ret);
    pthread_mutex_lock(&file->lock);
    bool known = line > 0 && line <= file->ended + file->is_open_line;
    uint64_t offset = known ? file->offsets[(line - 1) / EVERY] : 0;
    uint64_t end = file->counted;
    if (file->read_generation != file->generation)
        file->block_len = file->next = 0;
    file->read_generation = file->generation;
    pthread_mutex_unlock(&file->lock);
    if (!known)
        return false;
    if (file->block_at + file->block_len < end) // the block may stop at what was the file's end
        file->block_len = file->block_len == BLOCK ? BLOCK : 0;
    offset = line == file->next && file->next_at <= end ? file->next_at
                                                        : skip_lines(file, offset, (line - 1) % EVERY);
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
