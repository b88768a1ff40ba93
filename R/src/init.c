#include "calls.h"

#include <R_ext/Rdynload.h>

#define CALL(name, count) {"call_" #name, (DL_FUNC)&call_##name, count}

static const R_CallMethodDef calls[] = {
    CALL(load, 1),      CALL(version, 0),  CALL(table, 2),   CALL(fit, 3),        CALL(aggregate, 3),
    CALL(open, 2),      CALL(write, 2),    CALL(warnings, 2), CALL(predict, 5),    CALL(score, 4),
    CALL(statistics, 3), CALL(update, 3),  CALL(is_open, 1),  {NULL, NULL, 0},
};

void R_init_dmoe(DllInfo *info) {
    R_registerRoutines(info, NULL, calls, NULL, NULL);
    R_useDynamicSymbols(info, FALSE);
    R_forceSymbols(info, TRUE);
}
