// aws/*.json: what the EC2 API said of groups, interfaces and ACLs.
#include "core/facts/gather.h"
#include "core/parse/aws.h"

void gather_aws(struct facts *facts)
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
        facts_add_gap(facts, GAP_AWS,
                      arena_printf(&facts->arena, "%s could not be read: %s", file->path, why),
                      "aws ec2 describe-security-groups");
    }
    facts->aws = found ? aws : NULL;
}
