/* Exercises a real C library: formatted output, the heap, sorting through a function pointer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int main(void) {
    enum { count = 1000 };
    uint32_t *numbers = malloc(count * sizeof *numbers);
    char *text = calloc(64, 1);
    if (numbers == NULL || text == NULL) return 1;

    uint32_t state = 12345;
    for (int i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        numbers[i] = state >> 8;
    }
    qsort(numbers, count, sizeof *numbers, by_value);
    for (int i = 1; i < count; i++) {
        if (numbers[i - 1] > numbers[i]) return 2;
    }
    printf("smallest %lu, median %lu, largest %lu\n", (unsigned long)numbers[0], (unsigned long)numbers[count / 2],
           (unsigned long)numbers[count - 1]);

    snprintf(text, 64, "%-8s|%8d|%#x|%5.3f", "left", -42, 0xbeefu, 3.14159);
    printf("%s %u\n", text, (unsigned)strlen(text));
    free(text);
    numbers = realloc(numbers, 4 * count * sizeof *numbers);
    if (numbers == NULL) return 3;
    free(numbers);
    puts("done");
    return 0;
}
