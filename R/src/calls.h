/* What R calls, and what these functions share. */
#ifndef DMOE_CALLS_H
#define DMOE_CALLS_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <stdint.h>

SEXP call_load(SEXP path);
SEXP call_version(void);
SEXP call_table(SEXP request, SEXP columns);
SEXP call_fit(SEXP table, SEXP request, SEXP progress);
SEXP call_aggregate(SEXP request, SEXP models, SEXP support);
SEXP call_open(SEXP text, SEXP source);
SEXP call_write(SEXP text, SEXP path);
SEXP call_warnings(SEXP model, SEXP latest);
SEXP call_predict(SEXP model, SEXP table, SEXP request, SEXP wanted, SEXP rows);
SEXP call_score(SEXP model, SEXP table, SEXP request, SEXP weights);
SEXP call_statistics(SEXP model, SEXP table, SEXP request);
SEXP call_update(SEXP model, SEXP request, SEXP statistics);
SEXP call_is_open(SEXP handle);

/* A list of status, text, notices (JSON) and value; the answer is released. */
SEXP taken(void *answer, SEXP value);

/* The object of the engine behind an external pointer; an error of R where it is closed. */
void *opened(SEXP handle);

/* Work for a thread of its own, so that this one can look for Ctrl-C. */
typedef struct {
    void *(*call)(void *);
    void *argument;
    /* Asked to stop where the caller is interrupted; may be NULL. */
    void *cancellation;
    /* Called now and then with the latest progress, from the thread of R; it returns FALSE to stop. R_NilValue: none. */
    SEXP listener;
} work;

/* The answer of the call, which is waited for even where it is asked to stop. */
void *done(const work *work, int *interrupted);

/* What the engine reports of a fit, from any thread. */
void heard(void *context, int32_t stage, intptr_t start, intptr_t count, intptr_t iteration, double value);

#endif
