#include "engine.h"
#include "calls.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

engine_functions engine;
static void *library = NULL;

typedef struct {
    const char *name;
    size_t offset;
} symbol;

#define SYMBOL(name) {"dmoe_" #name, offsetof(engine_functions, name)}

static const symbol symbols[] = {
    SYMBOL(answer_status), SYMBOL(answer_text), SYMBOL(answer_length), SYMBOL(answer_release), SYMBOL(answer_spelled),
    SYMBOL(answer_notices), SYMBOL(version), SYMBOL(table_new), SYMBOL(table_append), SYMBOL(table_release), SYMBOL(fit),
    SYMBOL(cancellation_new), SYMBOL(cancellation_request), SYMBOL(cancellation_release), SYMBOL(aggregate),
    SYMBOL(model_open), SYMBOL(file_write), SYMBOL(model_warnings), SYMBOL(model_release), SYMBOL(predict), SYMBOL(score),
    SYMBOL(statistics), SYMBOL(update),
};

void need_engine(void) {
    if (library == NULL) Rf_error("the engine of dmoe is not loaded");
}

/* RTLD_NODELETE: its threads outlive the package. Returns NULL, or what went wrong. */
SEXP call_load(SEXP path) {
    if (library != NULL) return R_NilValue;
    void *opened = dlopen(CHAR(STRING_ELT(path, 0)), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (opened == NULL) return Rf_mkString(dlerror());
    for (size_t index = 0; index < sizeof symbols / sizeof *symbols; index++) {
        void *function = dlsym(opened, symbols[index].name);
        if (function == NULL) return Rf_mkString(dlerror());
        memcpy((char *)&engine + symbols[index].offset, &function, sizeof function);
    }
    library = opened;
    return R_NilValue;
}

SEXP call_version(void) {
    need_engine();
    return Rf_mkString(engine.version());
}
