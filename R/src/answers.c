#include "calls.h"
#include "engine.h"

/* Of messages: the arguments of R's functions. */
static const int32_t style = 2;

static SEXP text_of(void *answer) {
    SEXP text = PROTECT(Rf_allocVector(STRSXP, 1));
    SET_STRING_ELT(
        text, 0, Rf_mkCharLenCE(engine.answer_text(answer), (int)engine.answer_length(answer), CE_UTF8));
    engine.answer_release(answer);
    UNPROTECT(1);
    return text;
}

SEXP taken(void *answer, SEXP value) {
    const char *names[] = {"status", "text", "notices", "value", ""};
    PROTECT(value);
    SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
    int32_t status = engine.answer_status(answer);
    SET_VECTOR_ELT(result, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(result, 2, text_of(engine.answer_notices(answer, style)));
    if (status != 0) {
        SET_VECTOR_ELT(result, 1, text_of(engine.answer_spelled(answer, style)));
        engine.answer_release(answer);
    } else {
        SET_VECTOR_ELT(result, 1, text_of(answer));
    }
    SET_VECTOR_ELT(result, 3, value);
    UNPROTECT(2);
    return result;
}

void *opened(SEXP handle) {
    need_engine();
    void *object = R_ExternalPtrAddr(handle);
    if (object == NULL) Rf_error("an object of the engine is closed");
    return object;
}

SEXP call_is_open(SEXP handle) {
    return Rf_ScalarLogical(TYPEOF(handle) == EXTPTRSXP && R_ExternalPtrAddr(handle) != NULL);
}
