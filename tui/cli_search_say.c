// The summary of a search, on standard error: what was searched, what was not, and why a count may not be
// all.
#include "core/base/mem.h"
#include "tui/cli.h"
#include "tui/cli_search_parts.h"

enum { MOST_NAMES = 20 }; // of one kind, of a source

struct names { // of files of one kind
    struct str text;
    size_t n;
};

static void names_add(struct names *names, const struct search_source *source, uint32_t file)
{
    if (names->n++ < MOST_NAMES)
        str_printf(&names->text, "%s%s%s", names->n > 1 ? ", " : "", source->prefix,
                   evidence_file(source->ev, file)->path);
}

static void names_say(struct names *names, const char *what)
{
    if (names->n > MOST_NAMES)
        str_printf(&names->text, ", and %zu more", names->n - MOST_NAMES);
    if (names->n)
        cli_error(0, "%s: %s", what, str_text(&names->text));
    str_done(&names->text);
}

static void say_left_out(const struct search_source *source, const struct search_result *result,
                         bool *ret_any)
{
    size_t n;
    const struct evidence_left_out *left = evidence_left_out(source->ev, &n);
    for (size_t i = 0; i < n; i++)
        cli_error(0, "left out: %s%s: %s", source->prefix, left[i].path, left[i].why);
    *ret_any |= n > 0;
    for (size_t i = 0; i < result->n_files; i++) {
        const struct search_file *file = &result->files[i];
        if (!file->left_out)
            continue;
        *ret_any = true;
        cli_error(0, "left out: %s%s: %s", source->prefix, evidence_file(source->ev, file->file)->path,
                  file->left_out);
    }
}

static void say_gave_up(const struct search_request *request, const struct search_source *source,
                        const struct search_result *result)
{
    struct str place = {0};
    if (!result->gave_up)
        return;
    evidence_source(source->ev, result->gave_up_at, &place);
    cli_error(0,
              "given up on %llu lines for backtracking, whether they match is not known: pattern \"%s\", "
              "first %s%s",
              (unsigned long long)result->gave_up, request->patterns[result->gave_up_pattern].text,
              source->prefix, str_text(&place));
    str_done(&place);
}

void search_tally_add(struct search_tally *tally, const struct search_request *request,
                      const struct search_source *source, const struct search_result *result)
{
    struct names binary = {0}, untimed = {0};
    for (size_t i = 0; i < request->n_patterns; i++)
        tally->counts[i] += result->counts[i];
    tally->matched += result->matched;
    tally->files += result->n_files;
    tally->bytes += result->bytes;
    tally->cut += result->cut;
    tally->gave_up += result->gave_up;
    tally->incomplete |= result->gave_up > 0;
    for (size_t i = 0; i < result->n_files; i++) {
        if (result->files[i].binary)
            names_add(&binary, source, result->files[i].file);
        if (result->files[i].untimed)
            names_add(&untimed, source, result->files[i].file);
    }
    names_say(&binary, "binary");
    names_say(&untimed, "lines without a time count in");
    say_left_out(source, result, &tally->incomplete);
    say_gave_up(request, source, result);
}

void search_tally_say(const struct search_tally *tally)
{
    if (tally->cut)
        cli_error(0, "%llu lines longer than 64 KiB are shown cut", (unsigned long long)tally->cut);
    cli_error(0, "searched %llu files, %llu bytes: %llu lines match", (unsigned long long)tally->files,
              (unsigned long long)tally->bytes, (unsigned long long)tally->matched);
}
