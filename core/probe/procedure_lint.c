#include "core/probe/procedure_lint.h"
void procedure_lint(struct lint_file *files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        problems_sort(&files[i].problems);
}
