#include "calls.h"
#include "engine.h"

#include <string.h>

static void close_model(SEXP handle) {
    void *model = R_ExternalPtrAddr(handle);
    if (model != NULL) engine.model_release(model);
    R_ClearExternalPtr(handle);
}

SEXP call_open(SEXP text, SEXP source) {
    need_engine();
    SEXP characters = STRING_ELT(text, 0);
    void *model = NULL;
    void *answer = engine.model_open(
        (const uint8_t *)CHAR(characters), LENGTH(characters), CHAR(STRING_ELT(source, 0)), &model);
    SEXP handle = PROTECT(R_MakeExternalPtr(model, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(handle, close_model, TRUE);
    SEXP result = taken(answer, handle);
    UNPROTECT(1);
    return result;
}

SEXP call_write(SEXP text, SEXP path) {
    need_engine();
    SEXP characters = STRING_ELT(text, 0);
    return taken(
        engine.file_write((const uint8_t *)CHAR(characters), LENGTH(characters), CHAR(STRING_ELT(path, 0))), R_NilValue);
}

SEXP call_warnings(SEXP model, SEXP latest) {
    return taken(engine.model_warnings(opened(model), Rf_asLogical(latest), 2), R_NilValue);
}

SEXP call_score(SEXP model, SEXP table, SEXP request, SEXP weights) {
    const char *name = weights == R_NilValue ? NULL : CHAR(STRING_ELT(weights, 0));
    return taken(engine.score(opened(model), opened(table), CHAR(STRING_ELT(request, 0)), name), R_NilValue);
}

SEXP call_statistics(SEXP model, SEXP table, SEXP request) {
    return taken(engine.statistics(opened(model), opened(table), CHAR(STRING_ELT(request, 0))), R_NilValue);
}

SEXP call_update(SEXP model, SEXP request, SEXP statistics) {
    int count = LENGTH(statistics);
    const char **texts = (const char **)R_alloc(count + 1, sizeof *texts);
    for (int index = 0; index < count; index++) texts[index] = CHAR(STRING_ELT(statistics, index));
    return taken(engine.update(opened(model), CHAR(STRING_ELT(request, 0)), texts, count), R_NilValue);
}
