// The files that a report rests on, by their sums: evidence that lies outside of the case may change, and
// then the report would quote what stands there no more.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/sha256.h"
#include "core/session/inside.h"

static int sum_of(const struct evidence_file *file, char ret[static SHA256_TEXT])
{
    int fd = open(file->real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int rc = sha256_file(fd, ret);
    close(fd);
    return rc;
}

static bool is_cited_before(const struct report *report, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (report->evidence[i].place.file == report->evidence[index].place.file)
            return true;
    }
    return false;
}

bool session_cite(struct session *s, const struct report *report, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < report->n_evidence; i++) {
        const struct place *place = &report->evidence[i].place;
        const struct evidence_file *file = evidence_file(s->looked->evidence, place->file);
        char sum[SHA256_TEXT];
        if (!place_is_set(*place) || !file || is_cited_before(report, i))
            continue;
        const char *value = sum_of(file, sum) == 0 ? sum : NULL;
        ok = session_do(s, (struct event){.kind = EVENT_CITED, .text = file->path, .value = value}, err);
    }
    return ok;
}

bool session_cited_unchanged(const struct session *s, const struct evidence *ev, struct error *err)
{
    for (size_t i = 0; i < s->incident->n_cited; i++) {
        const struct incident_cited *cited = &s->incident->cited[i];
        const struct evidence_file *file = evidence_find(ev, cited->path);
        char sum[SHA256_TEXT];
        if (!file || (cited->sum && (sum_of(file, sum) != 0 || strcmp(sum, cited->sum) != 0)))
            return error_set(err, "%s: %s since the report quoted it; run the case again", cited->path,
                             file ? "has changed" : "is gone");
    }
    return true;
}
