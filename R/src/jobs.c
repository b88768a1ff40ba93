#include "calls.h"
#include "engine.h"

/* A list of status 130 where the caller was interrupted, whatever came of the call. */
static SEXP outcome(void *answer, SEXP value, int interrupted) {
    SEXP result = PROTECT(taken(answer, value));
    if (interrupted) SET_VECTOR_ELT(result, 0, Rf_ScalarInteger(130));
    UNPROTECT(1);
    return result;
}

typedef struct {
    void *table, *cancellation;
    const char *request;
    progress_function progress;
} fit_call;

static void *run_fit(void *context) {
    fit_call *call = context;
    return engine.fit(call->table, call->request, call->cancellation, call->progress, NULL);
}

SEXP call_fit(SEXP table, SEXP request, SEXP progress) {
    fit_call call = {
        .table = opened(table), .request = CHAR(STRING_ELT(request, 0)),
        .progress = progress == R_NilValue ? NULL : heard};
    call.cancellation = engine.cancellation_new();
    work work = {.call = run_fit, .argument = &call, .cancellation = call.cancellation, .listener = progress};
    int interrupted = 0;
    void *answer = done(&work, &interrupted);
    engine.cancellation_release(call.cancellation);
    return outcome(answer, R_NilValue, interrupted);
}

typedef struct {
    const char *request;
    void **models;
    intptr_t count;
    void *support;
} aggregate_call;

static void *run_aggregate(void *context) {
    aggregate_call *call = context;
    return engine.aggregate(call->request, call->models, call->count, call->support);
}

SEXP call_aggregate(SEXP request, SEXP models, SEXP support) {
    need_engine();
    aggregate_call call = {.request = CHAR(STRING_ELT(request, 0)), .count = LENGTH(models)};
    call.models = (void **)R_alloc(call.count + 1, sizeof *call.models);
    for (intptr_t index = 0; index < call.count; index++) call.models[index] = opened(VECTOR_ELT(models, index));
    call.support = support == R_NilValue ? NULL : opened(support);
    work work = {.call = run_aggregate, .argument = &call, .listener = R_NilValue};
    int interrupted = 0;
    void *answer = done(&work, &interrupted);
    return outcome(answer, R_NilValue, interrupted);
}

typedef struct {
    void *model, *table;
    const char *request;
    double **outputs;
} predict_call;

static void *run_predict(void *context) {
    predict_call *call = context;
    return engine.predict(call->model, call->table, call->request, call->outputs);
}

/* wanted: for each place of the engine its number of columns, 0 where nobody asks. The value has a matrix for each place, columns x
   rows as the engine writes them; rows that are left out are NA. */
SEXP call_predict(SEXP model, SEXP table, SEXP request, SEXP wanted, SEXP rows) {
    int count = LENGTH(wanted);
    int row_count = Rf_asInteger(rows);
    double **outputs = (double **)R_alloc(count, sizeof *outputs);
    SEXP values = PROTECT(Rf_allocVector(VECSXP, count));
    for (int place = 0; place < count; place++) {
        int width = INTEGER(wanted)[place];
        outputs[place] = NULL;
        if (width == 0) continue;
        SEXP matrix = Rf_allocMatrix(REALSXP, width, row_count);
        SET_VECTOR_ELT(values, place, matrix);
        outputs[place] = REAL(matrix);
        for (R_xlen_t index = 0; index < XLENGTH(matrix); index++) outputs[place][index] = NA_REAL;
    }
    predict_call call = {
        .model = opened(model), .table = opened(table), .request = CHAR(STRING_ELT(request, 0)), .outputs = outputs};
    work work = {.call = run_predict, .argument = &call, .listener = R_NilValue};
    int interrupted = 0;
    void *answer = done(&work, &interrupted);
    SEXP result = outcome(answer, values, interrupted);
    UNPROTECT(1);
    return result;
}
