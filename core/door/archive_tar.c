// Telling a tar archive by its first header, without the library: the header's checksum is the sum of its 512
// bytes with the checksum's own field taken as blanks, written in octal (tar(5)).
#include "core/door/archive.h"

enum { TAR_BLOCK = 512, TAR_SUM_AT = 148, TAR_SUM_LEN = 8 };

static bool tar_sum(struct span field, uint64_t *ret)
{
    *ret = 0;
    size_t digits = 0;
    for (size_t i = 0; i < field.len; i++) {
        char c = field.at[i];
        if (c >= '0' && c <= '7') {
            *ret = *ret * 8 + (uint64_t)(c - '0');
            digits++;
        } else if (digits || c != ' ') {
            break;
        }
    }
    return digits > 0;
}

bool archive_is_tar(struct span head)
{
    if (head.len < TAR_BLOCK || head.at[0] == '\0')
        return false;
    uint64_t said, sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        bool own = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_LEN;
        sum += own ? ' ' : (unsigned char)head.at[i];
    }
    return tar_sum(span_make(head.at + TAR_SUM_AT, TAR_SUM_LEN), &said) && said == sum;
}
