/* SQLite's file system for guests and for their native twins: files by name, in memory, gone with the process. There is one
 * connection, so locks are always granted. The clock stands at 1970 and randomness is a fixed sequence: equal input, equal output. */
#include <stdint.h>
#include <string.h>
#include "sqlite3.h"

enum { max_files = 32, max_name = 64, sector_bytes = 4096 };

struct stored_file {
    char name[max_name];
    unsigned char *bytes;
    sqlite3_int64 size, capacity;
    int in_use, open_count, delete_on_close;
};

struct open_file {
    sqlite3_file base;
    struct stored_file *stored;
};

static struct stored_file files[max_files];

static struct stored_file *stored_of(sqlite3_file *file) {
    return ((struct open_file *)file)->stored;
}

static void discard(struct stored_file *stored) {
    sqlite3_free(stored->bytes);
    memset(stored, 0, sizeof *stored);
}

static int file_close(sqlite3_file *file) {
    struct stored_file *stored = stored_of(file);
    if (--stored->open_count == 0 && stored->delete_on_close) discard(stored);
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int length, sqlite3_int64 offset) {
    const struct stored_file *stored = stored_of(file);
    const sqlite3_int64 left = offset < stored->size ? stored->size - offset : 0;
    const int there = left < length ? (int)left : length;
    if (there > 0) memcpy(to, stored->bytes + offset, (size_t)there);
    if (there == length) return SQLITE_OK;
    memset((char *)to + there, 0, (size_t)(length - there));
    return SQLITE_IOERR_SHORT_READ;
}

/* Makes the file at least so long, with zeros; returns whether memory was enough. */
static int extend(struct stored_file *stored, sqlite3_int64 size) {
    if (size <= stored->size) return 1;
    if (size > stored->capacity) {
        sqlite3_int64 capacity = stored->capacity == 0 ? 16 * sector_bytes : stored->capacity;
        while (capacity < size) capacity *= 2;
        unsigned char *bytes = sqlite3_realloc64(stored->bytes, (sqlite3_uint64)capacity);
        if (bytes == NULL) return 0;
        stored->bytes = bytes;
        stored->capacity = capacity;
    }
    memset(stored->bytes + stored->size, 0, (size_t)(size - stored->size));
    stored->size = size;
    return 1;
}

static int file_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 offset) {
    struct stored_file *stored = stored_of(file);
    if (!extend(stored, offset + length)) return SQLITE_FULL;
    memcpy(stored->bytes + offset, from, (size_t)length);
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct stored_file *stored = stored_of(file);
    if (size < stored->size) stored->size = size;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    *size = stored_of(file)->size;
    return SQLITE_OK;
}

static int file_check_reserved_lock(sqlite3_file *file, int *reserved) {
    (void)file;
    *reserved = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sync_or_lock(sqlite3_file *file, int flags) {
    (void)file, (void)flags;
    return SQLITE_OK;
}

static int file_sector_size(sqlite3_file *file) {
    (void)file;
    return sector_bytes;
}

static int file_characteristics(sqlite3_file *file) {
    (void)file;
    return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync_or_lock,
    .xFileSize = file_size, .xLock = file_sync_or_lock, .xUnlock = file_sync_or_lock, .xCheckReservedLock = file_check_reserved_lock,
    .xFileControl = file_control, .xSectorSize = file_sector_size, .xDeviceCharacteristics = file_characteristics,
};

static struct stored_file *find(const char *name) {
    for (int index = 0; index < max_files; index++) {
        if (files[index].in_use && strcmp(files[index].name, name) == 0) return &files[index];
    }
    return NULL;
}

static struct stored_file *create(const char *name) {
    for (int index = 0; index < max_files; index++) {
        struct stored_file *stored = &files[index];
        if (stored->in_use) continue;
        memset(stored, 0, sizeof *stored);
        stored->in_use = 1;
        strcpy(stored->name, name);
        return stored;
    }
    return NULL;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    struct open_file *opened = (struct open_file *)file;
    opened->base.pMethods = NULL;
    /* Temporary files have no name; nothing ever looks for one by the empty name. */
    struct stored_file *stored = name == NULL ? NULL : find(name);
    if (stored == NULL && (flags & SQLITE_OPEN_CREATE)) stored = create(name == NULL ? "" : name);
    if (stored == NULL) return SQLITE_CANTOPEN;
    stored->open_count++;
    stored->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    opened->stored = stored;
    opened->base.pMethods = &methods;
    if (out_flags != NULL) *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs, (void)sync;
    struct stored_file *stored = find(name);
    if (stored == NULL) return SQLITE_IOERR_DELETE_NOENT;
    if (stored->open_count == 0) discard(stored);
    else stored->delete_on_close = 1;
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    (void)vfs, (void)flags;
    const struct stored_file *stored = find(name);
    *result = stored != NULL && (flags != SQLITE_ACCESS_EXISTS || stored->size > 0);
    return SQLITE_OK;
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int length, char *full) {
    (void)vfs;
    if (strlen(name) >= (size_t)length) return SQLITE_CANTOPEN;
    strcpy(full, name);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int length, char *to) {
    static uint32_t state = 1;
    (void)vfs;
    for (int index = 0; index < length; index++) {
        state = state * 1664525u + 1013904223u;
        to[index] = (char)(state >> 24);
    }
    return length;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

static int vfs_current_time(sqlite3_vfs *vfs, double *day) {
    (void)vfs;
    *day = 2440587.5;
    return SQLITE_OK;
}

static sqlite3_vfs memory_vfs = {
    .iVersion = 1, .szOsFile = sizeof(struct open_file), .mxPathname = max_name - sizeof "-journal", .zName = "memory", .xOpen = vfs_open, .xDelete = vfs_delete,
    .xAccess = vfs_access, .xFullPathname = vfs_full_pathname, .xRandomness = vfs_randomness, .xSleep = vfs_sleep, .xCurrentTime = vfs_current_time,
};

/* What a build of SQLite without an operating system of its own asks its program for. */
int sqlite3_os_init(void) {
    return sqlite3_vfs_register(&memory_vfs, 1);
}

int sqlite3_os_end(void) {
    return SQLITE_OK;
}
