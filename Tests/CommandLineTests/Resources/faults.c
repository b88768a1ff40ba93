// A library to be loaded before the C library (LD_PRELOAD on Linux): the call of one name, counted over all of a program, fails.
//
//   FAULT=name:number:what   name: open, write, fsync, fchmod or rename; number: from 1;
//                            what: a number of errno, "kill", or "short" for a write of half the bytes
//   FAULT_FIRED=path         is made when the call came
//
// Only what is written counts: files that are made by open, and descriptors above those of the terminal.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { none, fails, shortened };

static int fault(const char *name) {
    static int calls;
    const char *plan = getenv("FAULT");
    size_t length = strlen(name);
    if (!plan || strncmp(plan, name, length) || plan[length] != ':') return none;
    char *what;
    long number = strtol(plan + length + 1, &what, 10);
    if (__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) != number) return none;
    int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    close(next(getenv("FAULT_FIRED"), O_WRONLY | O_CREAT, 0600));
    what++;
    if (!strcmp(what, "kill")) kill(getpid(), SIGKILL);
    if (!strcmp(what, "short")) return shortened;
    errno = atoi(what);
    return fails;
}

static int open_by(const char *symbol, const char *path, int flags, mode_t mode) {
    if ((flags & O_CREAT) && fault("open") == fails) return -1;
    int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, symbol);
    return next(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_by("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    ssize_t (*next)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    struct stat status;
    if (descriptor > 2 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
        int kind = fault("write");
        if (kind == fails) return -1;
        if (kind == shortened) return next(descriptor, bytes, (count + 1) / 2);
    }
    return next(descriptor, bytes, count);
}

static ssize_t write_at(const char *symbol, int descriptor, const void *bytes, size_t count, off_t offset) {
    ssize_t (*next)(int, const void *, size_t, off_t) =
        (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, symbol);
    int kind = fault("write");
    if (kind == fails) return -1;
    return next(descriptor, bytes, kind == shortened ? (count + 1) / 2 : count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return write_at("pwrite", descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return write_at("pwrite64", descriptor, bytes, count, offset);
}

int fsync(int descriptor) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return fault("fsync") == fails ? -1 : next(descriptor);
}

int fchmod(int descriptor, mode_t mode) {
    int (*next)(int, mode_t) = (int (*)(int, mode_t))dlsym(RTLD_NEXT, "fchmod");
    return fault("fchmod") == fails ? -1 : next(descriptor, mode);
}

int rename(const char *from, const char *to) {
    int (*next)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    return fault("rename") == fails ? -1 : next(from, to);
}
