/* The engine's C functions, looked up in the shared library that the package brings along. */
#ifndef DMOE_ENGINE_H
#define DMOE_ENGINE_H

#include <stdint.h>

typedef void (*progress_function)(void *, int32_t, intptr_t, intptr_t, intptr_t, double);

/* Functions that return a pointer return an answer, but for the cancellation. */
typedef struct {
    int32_t (*answer_status)(void *);
    const char *(*answer_text)(void *);
    intptr_t (*answer_length)(void *);
    void (*answer_release)(void *);
    void *(*answer_spelled)(void *, int32_t);
    void *(*answer_notices)(void *, int32_t);
    const char *(*version)(void);
    void *(*table_new)(const char *, void **);
    int32_t (*table_append)(void *, intptr_t, const void **, const intptr_t *, const void **);
    void (*table_release)(void *);
    void *(*fit)(void *, const char *, void *, progress_function, void *);
    void *(*cancellation_new)(void);
    void (*cancellation_request)(void *);
    void (*cancellation_release)(void *);
    void *(*aggregate)(const char *, void **, intptr_t, void *);
    void *(*model_open)(const uint8_t *, intptr_t, const char *, void **);
    void *(*file_write)(const uint8_t *, intptr_t, const char *);
    void *(*model_warnings)(void *, int32_t, int32_t);
    void (*model_release)(void *);
    void *(*predict)(void *, void *, const char *, double **);
    void *(*score)(void *, void *, const char *, const char *);
    void *(*statistics)(void *, void *, const char *);
    void *(*update)(void *, const char *, const char **, intptr_t);
} engine_functions;

extern engine_functions engine;

/* An error of R where the engine is not loaded. */
void need_engine(void);

#endif
