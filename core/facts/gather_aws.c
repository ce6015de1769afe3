// aws/*.json: what the EC2 API said of groups, interfaces and ACLs, and the audit events of the control
// plane.
#include "core/facts/gather.h"
#include "core/parse/audit.h"
#include "core/parse/aws.h"

static void gather_groups(struct facts *facts)
{
    struct aws *aws = arena_alloc(&facts->arena, sizeof *aws);
    uint32_t cursor = 0;
    const struct evidence_file *file;
    bool found = false;
    while ((file = evidence_next(facts->evidence, "aws/describe-*.json", &cursor))) {
        struct text text;
        struct error err;
        if (file->state == EVIDENCE_KNOWN && evidence_text(facts->evidence, file->id, &text, &err) &&
            aws_parse(&facts->arena, text, aws, &err)) {
            found = true;
            continue;
        }
        const char *why = file->state == EVIDENCE_KNOWN ? err.text : file->why;
        facts_add_gap(facts, arena_printf(&facts->arena, "%s could not be read: %s", file->path, why),
                      "aws ec2 describe-security-groups");
    }
    facts->aws = found ? aws : NULL;
}

static void gather_audit(struct facts *facts)
{
    const struct evidence_file *file = evidence_find(facts->evidence, "aws/filter-log-events.json");
    struct audit *audit = arena_alloc(&facts->arena, sizeof *audit);
    struct text text;
    struct error err;
    if (!file || file->state == EVIDENCE_UNKNOWN || !evidence_text(facts->evidence, file->id, &text, &err))
        return;
    if (!audit_parse(&facts->arena, text, audit, &err))
        facts_add_gap(facts, arena_printf(&facts->arena, "%s could not be read: %s", file->path, err.text),
                      "aws logs filter-log-events");
    audit->whole &= file->state == EVIDENCE_KNOWN;
    audit->file = file->id;
    facts->audit = audit;
}

void gather_aws(struct facts *facts)
{
    gather_groups(facts);
    gather_audit(facts);
}
