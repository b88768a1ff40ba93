#include "calls.h"
#include "engine.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

/* Seconds between two looks. */
static const double patience = 0.05;

typedef struct {
    const work *work;
    void *answer;
    int is_done;
    pthread_mutex_t lock;
    pthread_cond_t changed;
} job;

/* One fit runs at a time: R has one thread. */
static struct {
    pthread_mutex_t lock;
    int is_fresh;
    int32_t stage;
    intptr_t start, count, iteration;
    double value;
} latest = {.lock = PTHREAD_MUTEX_INITIALIZER};

void heard(void *context, int32_t stage, intptr_t start, intptr_t count, intptr_t iteration, double value) {
    (void)context;
    pthread_mutex_lock(&latest.lock);
    latest.is_fresh = 1;
    latest.stage = stage;
    latest.start = start;
    latest.count = count;
    latest.iteration = iteration;
    latest.value = value;
    pthread_mutex_unlock(&latest.lock);
}

static void *run(void *context) {
    job *job = context;
    void *answer = job->work->call(job->work->argument);
    pthread_mutex_lock(&job->lock);
    job->answer = answer;
    job->is_done = 1;
    pthread_cond_signal(&job->changed);
    pthread_mutex_unlock(&job->lock);
    return NULL;
}

static void look(void *unused) {
    (void)unused;
    R_CheckUserInterrupt();
}

/* Whether the listener wants the fit to go on; it catches its errors itself. */
static void tell(void *context) {
    const work *work = ((void **)context)[0];
    int *goes_on = ((void **)context)[1];
    pthread_mutex_lock(&latest.lock);
    double values[] = {latest.stage, latest.start, latest.count, latest.iteration, latest.value};
    latest.is_fresh = 0;
    pthread_mutex_unlock(&latest.lock);
    SEXP step = PROTECT(Rf_allocVector(REALSXP, 5));
    for (int index = 0; index < 5; index++) REAL(step)[index] = values[index];
    SEXP call = PROTECT(Rf_lang2(work->listener, step));
    *goes_on = Rf_asLogical(Rf_eval(call, R_GlobalEnv)) == TRUE;
    UNPROTECT(2);
}

static int stops(const work *work) {
    if (!R_ToplevelExec(look, NULL)) return 1;
    if (work->listener == R_NilValue || !latest.is_fresh) return 0;
    int goes_on = 0;
    void *context[] = {(void *)work, &goes_on};
    return !R_ToplevelExec(tell, context) || !goes_on;
}

static int waits(job *job) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(1e9 * patience);
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec += 1;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&job->lock);
    if (!job->is_done) pthread_cond_timedwait(&job->changed, &job->lock, &until);
    int is_done = job->is_done;
    pthread_mutex_unlock(&job->lock);
    return !is_done;
}

void *done(const work *work, int *interrupted) {
    job job = {.work = work, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    pthread_t thread;
    sigset_t all, before;
    *interrupted = 0;
    latest.is_fresh = 0;
    /* Signals are for the thread of R. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&thread, NULL, run, &job);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure != 0) return work->call(work->argument);
    while (waits(&job)) {
        if (*interrupted || !stops(work)) continue;
        *interrupted = 1;
        if (work->cancellation != NULL) engine.cancellation_request(work->cancellation);
    }
    pthread_join(thread, NULL);
    return job.answer;
}
