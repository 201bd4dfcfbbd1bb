/* Runs the SQL of standard input in a new database and prints the rows as the sqlite3 shell does in mode list: columns separated by |,
 * NULL as nothing. A statement that fails prints its error and the script goes on; one that SQLite cannot understand prints its error and ends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sqlite3.h"

enum { max_script = 1 << 20, heap_bytes = 64 << 20, smallest_allocation = 64 };

/* SQLite's own allocator works on this block, so that the C library's decides neither speed nor result. */
static _Alignas(16) char heap[heap_bytes];
static char script[max_script + 1];
static char output[1 << 14];
static size_t output_length;

static void flush_output(void) {
    for (size_t done = 0; done < output_length;) {
        ssize_t wrote = write(1, output + done, output_length - done);
        if (wrote <= 0) exit(2);
        done += (size_t)wrote;
    }
    output_length = 0;
}

static void print(const char *text, size_t length) {
    while (length > 0) {
        if (output_length == sizeof output) flush_output();
        const size_t room = sizeof output - output_length, now = length < room ? length : room;
        memcpy(output + output_length, text, now);
        output_length += now;
        text += now;
        length -= now;
    }
}

static void print_text(const char *text) {
    print(text, strlen(text));
}

static void print_row(sqlite3_stmt *statement) {
    const int columns = sqlite3_column_count(statement);
    for (int column = 0; column < columns; column++) {
        if (column > 0) print_text("|");
        const unsigned char *text = sqlite3_column_text(statement, column);
        if (text != NULL) print((const char *)text, (size_t)sqlite3_column_bytes(statement, column));
    }
    print_text("\n");
}

static void print_error(sqlite3 *database) {
    print_text("error: ");
    print_text(sqlite3_errmsg(database));
    print_text("\n");
}

int main(void) {
    size_t length = 0;
    for (ssize_t got; length < max_script && (got = read(0, script + length, max_script - length)) > 0;) length += (size_t)got;

    if (sqlite3_config(SQLITE_CONFIG_HEAP, heap, heap_bytes, smallest_allocation) != SQLITE_OK) return 3;
    sqlite3 *database;
    if (sqlite3_open("main.db", &database) != SQLITE_OK) return 4;

    for (const char *next = script; *next != '\0';) {
        sqlite3_stmt *statement;
        if (sqlite3_prepare_v2(database, next, -1, &statement, &next) != SQLITE_OK) {
            print_error(database);
            break;
        }
        if (statement == NULL) continue; /* a comment or white space */
        int result;
        while ((result = sqlite3_step(statement)) == SQLITE_ROW) print_row(statement);
        if (result != SQLITE_DONE) print_error(database);
        sqlite3_finalize(statement);
    }
    const int closed = sqlite3_close(database);
    flush_output();
    return closed == SQLITE_OK ? 0 : 5;
}
