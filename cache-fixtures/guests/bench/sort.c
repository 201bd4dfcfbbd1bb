/* Quicksort and heapsort through a comparison function pointer. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 110;

enum { COUNT = 50000 };
typedef struct {
    uint32_t key, order;
} Item;
typedef int (*Compare)(const Item *left, const Item *right);

static Item items[COUNT];

static int ascending(const Item *left, const Item *right) {
    if (left->key != right->key) return left->key < right->key ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static int descending(const Item *left, const Item *right) {
    return ascending(right, left);
}

static int by_low_bits(const Item *left, const Item *right) {
    uint32_t a = left->key & 0xfff, b = right->key & 0xfff;
    return a != b ? (a < b ? -1 : 1) : ascending(left, right);
}

static Compare const orders[] = {ascending, descending, by_low_bits};

static void swap(Item *left, Item *right) {
    Item kept = *left;
    *left = *right;
    *right = kept;
}

static void quicksort(Item *first, int32_t count, Compare compare) {
    while (count > 1) {
        Item pivot = first[count / 2];
        int32_t low = 0, high = count - 1;
        while (low <= high) {
            while (compare(&first[low], &pivot) < 0) low++;
            while (compare(&first[high], &pivot) > 0) high--;
            if (low <= high) swap(&first[low++], &first[high--]);
        }
        /* Recursion takes the smaller part, so the stack stays shallow. */
        if (high + 1 < count - low) {
            quicksort(first, high + 1, compare);
            first += low;
            count -= low;
        } else {
            quicksort(first + low, count - low, compare);
            count = high + 1;
        }
    }
}

static void sift(Item *heap, int32_t root, int32_t count, Compare compare) {
    for (int32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(&heap[child], &heap[child + 1]) < 0) child++;
        if (compare(&heap[root], &heap[child]) >= 0) return;
        swap(&heap[root], &heap[child]);
    }
}

static void heapsort(Item *heap, int32_t count, Compare compare) {
    for (int32_t root = count / 2 - 1; root >= 0; root--) sift(heap, root, count, compare);
    for (int32_t last = count - 1; last > 0; last--) {
        swap(&heap[0], &heap[last]);
        sift(heap, 0, last, compare);
    }
}

static uint32_t fill(uint32_t state) {
    for (uint32_t i = 0; i < COUNT; i++) {
        state = state * 1664525u + 1013904223u;
        items[i] = (Item){state >> 7, i};
    }
    return state;
}

unsigned kernel(unsigned scale) {
    uint32_t state = 1, checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        state = fill(state);
        if (round & 1) {
            quicksort(items, COUNT, orders[round % 3]);
        } else {
            heapsort(items, COUNT, orders[round % 3]);
        }
        for (uint32_t i = 0; i < COUNT; i += 97) checksum = checksum * 31 + items[i].key + items[i].order;
    }
    return checksum;
}
