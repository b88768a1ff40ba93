#include "calls.h"
#include "engine.h"

#include <string.h>

static void close_table(SEXP handle) {
    void *table = R_ExternalPtrAddr(handle);
    if (table != NULL) engine.table_release(table);
    R_ClearExternalPtr(handle);
}

/* Offsets and UTF-8 of a column of texts, as two raw vectors; NA is empty, which is missing. */
static SEXP bytes_of(SEXP column) {
    R_xlen_t count = XLENGTH(column);
    size_t length = 0;
    for (R_xlen_t row = 0; row < count; row++) {
        SEXP text = STRING_ELT(column, row);
        if (text != NA_STRING) length += LENGTH(text);
    }
    SEXP result = PROTECT(Rf_allocVector(VECSXP, 2));
    SET_VECTOR_ELT(result, 0, Rf_allocVector(RAWSXP, (count + 1) * sizeof(int64_t)));
    SET_VECTOR_ELT(result, 1, Rf_allocVector(RAWSXP, length + 1));
    int64_t *offsets = (int64_t *)RAW(VECTOR_ELT(result, 0));
    Rbyte *bytes = RAW(VECTOR_ELT(result, 1));
    int64_t end = 0;
    for (R_xlen_t row = 0; row < count; row++) {
        SEXP text = STRING_ELT(column, row);
        offsets[row] = end;
        if (text == NA_STRING) continue;
        memcpy(bytes + end, CHAR(text), LENGTH(text));
        end += LENGTH(text);
    }
    offsets[count] = end;
    UNPROTECT(1);
    return result;
}

/* A table of columns of doubles and texts in UTF-8, all of one length. What it reads lives as long as the handle. */
SEXP call_table(SEXP request, SEXP columns) {
    need_engine();
    int count = LENGTH(columns);
    void *table = NULL;
    void *answer = engine.table_new(CHAR(STRING_ELT(request, 0)), &table);
    if (engine.answer_status(answer) != 0) return taken(answer, R_NilValue);
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, count));
    SEXP handle = PROTECT(R_MakeExternalPtr(table, R_NilValue, kept));
    R_RegisterCFinalizerEx(handle, close_table, TRUE);
    const void **starts = (const void **)R_alloc(count + 1, sizeof *starts);
    const void **bytes = (const void **)R_alloc(count + 1, sizeof *bytes);
    intptr_t *strides = (intptr_t *)R_alloc(count + 1, sizeof *strides);
    intptr_t rows = 0;
    for (int index = 0; index < count; index++) {
        SEXP column = VECTOR_ELT(columns, index);
        rows = XLENGTH(column);
        strides[index] = 1;
        bytes[index] = NULL;
        if (TYPEOF(column) == REALSXP) {
            SET_VECTOR_ELT(kept, index, column);
            starts[index] = REAL(column);
            continue;
        }
        SET_VECTOR_ELT(kept, index, bytes_of(column));
        starts[index] = RAW(VECTOR_ELT(VECTOR_ELT(kept, index), 0));
        bytes[index] = RAW(VECTOR_ELT(VECTOR_ELT(kept, index), 1));
    }
    if (rows > 0 && engine.table_append(table, rows, starts, strides, bytes) != 0) {
        engine.answer_release(answer);
        Rf_error("a column has no memory");
    }
    SEXP result = taken(answer, handle);
    UNPROTECT(2);
    return result;
}
