#ifndef HANDSEL_FILE_BIRTH_H
#define HANDSEL_FILE_BIRTH_H

// When a file was made, which on Linux is asked by a call that Swift does not see: glibc declares it for _GNU_SOURCE alone.

#include <fcntl.h>

#ifdef __linux__

#include <linux/stat.h>

extern int statx(int directory, const char *path, int flags, unsigned int mask, struct statx *result);

/// In nanoseconds since 1970; 0 if the file system does not keep it, -1 if the file cannot be asked.
static inline long long handsel_file_birth(const char *path) {
    struct statx result;
    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &result) != 0) return -1;
    if (!(result.stx_mask & STATX_BTIME)) return 0;
    return (long long)result.stx_btime.tv_sec * 1000000000 + result.stx_btime.tv_nsec;
}

#else

#include <sys/stat.h>

/// In nanoseconds since 1970; -1 if the file cannot be asked.
static inline long long handsel_file_birth(const char *path) {
    struct stat result;
    if (stat(path, &result) != 0) return -1;
    return (long long)result.st_birthtimespec.tv_sec * 1000000000 + result.st_birthtimespec.tv_nsec;
}

#endif

#endif
