// The matrix of lookups: from this host, the node and the pod, at each server, over UDP and TCP, for the name
// that fails, a name of the cluster and an external one; what came of each, and which layer a failing row or
// column points at. What dig was asked counts; where it was not, what a capture saw of the pod stands in.
#ifndef D5_JUDGE_MATRIX_H
#define D5_JUDGE_MATRIX_H

#include "core/facts/facts.h"

enum matrix_name { MATRIX_FAILING, MATRIX_CLUSTER, MATRIX_EXTERNAL, MATRIX_NAMES };

struct matrix_cell {
    size_t n, n_failed;         // lookups; 0: nobody asked
    const struct lookup *shown; // a failed one before a good one; or NULL
    bool seen;                  // no dig asked: a capture saw it
};

struct matrix_row {
    enum lookup_vantage vantage;
    enum lookup_server at;
    struct ip server; // family 0: not known which
    bool tcp;
    bool others;      // not the pod that complains but other ones, for comparison
    bool no_evidence; // the service address from outside the cluster: it never answers there
    struct matrix_cell cells[MATRIX_NAMES];
};

struct matrix {
    struct arena arena; // owns all below
    struct matrix_row *rows;
    size_t n_rows;
    const char **says; // what it points at, one sentence each
    size_t n_says;
};

struct matrix *matrix_make(const struct facts *facts);
void matrix_free(struct matrix *matrix); // takes NULL

#endif
