// d5tui doctor: what works here, what does not, and the way out, a line each. It looks, and changes nothing:
// no folder is made, nothing is asked of a cluster or of the network.
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/archive.h"
#include "core/door/prefilter.h"
#include "core/door/sandbox.h"
#include "core/probe/procedures.h"
#include "core/session/cases.h"
#include "core/session/choose.h"
#include "core/session/policy.h"
#include "tui/cli_output.h"
#include "tui/cli_screen.h"
#include "tui/cli_target.h"
#include "tui/settings.h"
#include "tui/term.h"

enum health {
    WELL,
    LESS,   // something does less than it could
    BROKEN, // something that d5tui needs
};

struct doctor {
    struct str said;
    bool broken;
    const char *state_dir; // --state, or NULL
    struct policy policy;
};

static void say(struct doctor *d, enum health health, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct doctor *d, enum health health, const char *what, const char *format, ...)
{
    static const char *const words[] = {[WELL] = "ok", [LESS] = "note", [BROKEN] = "BROKEN"};
    struct str text = {0};
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    str_printf(&d->said, "%-6s  %-10s  ", words[health], what);
    utf8_make_safe(str_span(&text), &d->said);
    str_add_char(&d->said, '\n');
    str_done(&text);
    d->broken = d->broken || health == BROKEN;
}

// ------------------------------------------------------------------ the terminal

static void look_at_terminal(struct doctor *d)
{
    struct term_look look;
    term_look(&look);
    if (!look.moves)
        say(d, LESS, "terminal",
            "TERM is %s, which cannot show a screen here; try TERM=xterm-256color; run, report and the like "
            "need none",
            look.name ? look.name : "not set");
    else if (look.no_color || look.colours < 8)
        say(d, WELL, "terminal", "%s, without colours%s", look.name,
            look.no_color ? " (NO_COLOR is set)" : "");
    else
        say(d, WELL, "terminal", "%s, %d colours", look.name, look.colours);
    if (look.utf8)
        say(d, WELL, "locale", "%s", look.codeset);
    else
        say(d, LESS, "locale", "%s: signs are drawn in ASCII; LC_ALL=C.UTF-8 gives the full ones",
            look.codeset);
}

// ------------------------------------------------------------------ the state folder

// The nearest that is there of a folder and those above it. Yours.
static char *nearest_there(const char *folder)
{
    char *path = mem_strdup(folder);
    for (char *slash; access(path, F_OK) != 0 && (slash = strrchr(path, '/')) && slash > path;)
        *slash = '\0';
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return mem_strdup(folder[0] == '/' ? "/" : ".");
}

static void look_at_state(struct doctor *d)
{
    struct stat st;
    struct case_list cases;
    struct error err = {{0}};
    char *folder = cases_folder(d->state_dir), *there = nearest_there(folder);
    bool made = strcmp(folder, there) == 0;
    if (stat(there, &st) != 0 || !S_ISDIR(st.st_mode))
        say(d, BROKEN, "state", "%s: %s is no folder; --state DIR or D5TUI_STATE puts cases elsewhere",
            folder, there);
    else if (access(there, W_OK | X_OK) != 0)
        say(d, BROKEN, "state",
            "%s: %s cannot be written to (%s); --state DIR or D5TUI_STATE puts cases elsewhere", folder,
            there, strerror(errno));
    else if (!made)
        say(d, WELL, "state", "%s: not there yet; the first case makes it", folder);
    else if (st.st_mode & (S_IRWXG | S_IRWXO))
        say(d, LESS, "state", "%s has mode %04o: others may look in; chmod 700 keeps them out", folder,
            (unsigned)(st.st_mode & 07777));
    else if (!cases_list(d->state_dir, &cases, &err))
        say(d, BROKEN, "state", "%s", err.text);
    else {
        say(d, WELL, "state", "%s: %zu case%s, private", folder, cases.n, cases.n == 1 ? "" : "s");
        case_list_done(&cases);
    }
    free(folder);
    free(there);
}

// ------------------------------------------------------------------ the policy and the settings

static void look_at_policy(struct doctor *d)
{
    static const char *const modes[] = {
        [POLICY_CHOOSE] = "you choose the mode; standard unless --mode guided",
        [POLICY_GUIDED] = "you work guided, read-only",
        [POLICY_STANDARD] = "you work in standard mode; --mode guided is read-only",
    };
    if (d->policy.trouble)
        say(d, BROKEN, "policy", "%s; it does not count, so everybody works guided; see d5tui-policy(5)",
            d->policy.trouble);
    else
        say(d, WELL, "policy", "%s%s: %s", access(policy_file, F_OK) == 0 ? "" : "no ", policy_file,
            modes[policy_mode_of_me(&d->policy)]);
}

static void look_at_settings(struct doctor *d)
{
    struct settings settings;
    struct error err = {{0}};
    if (!settings_load(&settings, &err))
        say(d, LESS, "settings", "%s; what is right in it counts all the same", err.text);
    char *light = settings_find_theme("light");
    char *own = settings.theme ? settings_find_theme(settings.theme) : NULL;
    if (settings.theme && !own)
        say(d, LESS, "themes", "there is no theme \"%s\" (config.yaml)", settings.theme);
    else if (light)
        say(d, WELL, "themes", "%.*s", (int)(strrchr(light, '/') - light), light);
    else
        say(d, LESS, "themes", "no themes are installed; the built-in one is used");
    free(own);
    free(light);
    settings_done(&settings);
}

// ------------------------------------------------------------------ what ships

static void look_at_procedures(struct doctor *d)
{
    struct procedures all;
    struct error err = {{0}};
    size_t good = 0;
    struct sop *sop = procedures_load(choose_default, &err);
    procedures_list(&all);
    for (size_t i = 0; i < all.n; i++) {
        if (all.items[i].id)
            good++;
        else
            say(d, LESS, "procedures", "%s; d5tui sop lint says more", all.items[i].why);
    }
    if (sop)
        say(d, WELL, "procedures", "%zu; %s is %s", good, choose_default, sop->path);
    else
        say(d, BROKEN, "procedures", "%s; make install puts it into its place", err.text);
    procedures_done(&all);
    sop_free(sop);
}

static void look_at_demo(struct doctor *d)
{
    char *path = settings_find_shipped("tests/cases/demo/tree", "demo");
    if (path)
        say(d, WELL, "demo", "%s", path);
    else
        say(d, LESS, "demo", "the incident that ships is not there; make install puts it into its place");
    free(path);
}

// ------------------------------------------------------------------ libraries and programs

static void look_at_libraries(struct doctor *d)
{
    struct error err = {{0}};
    if (archive_available(&err))
        say(d, WELL, "archives", "libarchive: bundles, compressed files and exports can be read");
    else
        say(d, BROKEN, "archives", "%s; apt-get install libarchive13", err.text);
    if (sandbox_has_landlock())
        say(d, WELL, "sandbox", "archives are unpacked under Landlock");
    else
        say(d, LESS, "sandbox",
            "this kernel has no Landlock: archives are unpacked under resource limits alone");
    if (prefilter_available(&err))
        say(d, WELL, "searching", "Hyperscan and PCRE2");
    else
        say(d, LESS, "searching",
            "by PCRE2 alone, with the same results, only slower (%s); apt-get install "
            "libhyperscan5",
            err.text);
}

// Where a program lies: in the policy's folders, else in PATH. Yours; NULL: nowhere.
static char *find_program(const struct policy *policy, const char *name)
{
    const char *path = getenv("PATH");
    struct span rest = span_of(path ? path : ""), folder;
    for (size_t i = 0; policy->path.n ? i < policy->path.n : span_cut(&rest, ':', &folder); i++) {
        if (policy->path.n)
            folder = span_of(policy->path.items[i]);
        char *file = mem_printf(SPAN_FMT "/%s", SPAN_ARG(folder), name);
        struct stat st;
        if (folder.len && stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0)
            return file;
        free(file);
    }
    return NULL;
}

// Offline none of them is needed.
static void look_at_programs(struct doctor *d)
{
    static const struct {
        const char *name, *needed_for;
    } programs[] = {
        {"kubectl", "what the cluster says"},        {"ssh", "reaching nodes"},
        {"dig", "asking CoreDNS from here"},         {"tcpdump", "captures"},
        {"aws", "security groups, metrics and SSM"},
    };
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        char *path = find_program(&d->policy, programs[i].name);
        if (path)
            say(d, WELL, programs[i].name, "%s", path);
        else
            say(d, LESS, programs[i].name, "not found; needed live only, for %s", programs[i].needed_for);
        free(path);
    }
}

// ------------------------------------------------------------------

static int examine(const char *state_dir)
{
    static void (*const looks[])(struct doctor *) = {
        look_at_terminal,   look_at_state, look_at_policy,    look_at_settings,
        look_at_procedures, look_at_demo,  look_at_libraries, look_at_programs,
    };
    struct doctor d = {.state_dir = state_dir};
    struct error err = {{0}};
    policy_load(&d.policy, policy_file);
    str_add(&d.said, "d5tui " D5_VERSION "\n");
    for (size_t i = 0; i < ARRAY_LEN(looks); i++)
        looks[i](&d);
    bool written = cli_write(NULL, str_span(&d.said), &err);
    str_done(&d.said);
    policy_done(&d.policy);
    if (!written)
        return cli_error(CLI_FAILED, "doctor: %s", err.text);
    return d.broken ? CLI_FAILED : CLI_OK;
}

static int run(int argc, char **argv)
{
    struct cli_target target;
    struct error err = {{0}};
    cli_target_init(&target);
    const struct cli_flags table = cli_state_flags(&target);
    const struct cli_syntax syntax = {.tables = &table, .n_tables = 1};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_doctor, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "doctor: %s", err.text);
        break;
    case CLI_PARSED:
        status = examine(target.state);
    }
    cli_target_done(&target);
    return status;
}

const struct cli_command cli_doctor = {
    .name = "doctor",
    .usage = "[--state DIR]",
    .help = "says what works here, what does not, and the way out",
    .run = run,
};
