/* Linked structures: a search tree that is filled, searched and walked, and a list that is merge-sorted. */
#include <stddef.h>
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 130;

enum { NODES = 20000 };
typedef struct Node {
    struct Node *left, *right, *next;
    uint32_t key, count;
} Node;

static Node pool[NODES];

static uint32_t step(uint32_t state) {
    return state * 1664525u + 1013904223u;
}

static Node *insert(Node *root, Node *fresh) {
    Node **link = &root;
    while (*link != NULL) {
        if ((*link)->key == fresh->key) {
            (*link)->count++;
            return root;
        }
        link = fresh->key < (*link)->key ? &(*link)->left : &(*link)->right;
    }
    *link = fresh;
    return root;
}

static const Node *search(const Node *at, uint32_t key) {
    while (at != NULL && at->key != key) at = key < at->key ? at->left : at->right;
    return at;
}

static uint32_t walk(const Node *at, uint32_t checksum) {
    for (; at != NULL; at = at->right) {
        checksum = walk(at->left, checksum);
        checksum = checksum * 31 + at->key + at->count;
    }
    return checksum;
}

static Node *merge(Node *left, Node *right) {
    Node *head = NULL, **tail = &head;
    while (left != NULL && right != NULL) {
        Node **lesser = left->key <= right->key ? &left : &right;
        *tail = *lesser;
        tail = &(*lesser)->next;
        *lesser = *tail;
    }
    *tail = left != NULL ? left : right;
    return head;
}

static Node *merge_sort(Node *head) {
    if (head == NULL || head->next == NULL) return head;
    Node *middle = head;
    for (Node *end = head->next; end != NULL && end->next != NULL; end = end->next->next) middle = middle->next;
    Node *second = middle->next;
    middle->next = NULL;
    return merge(merge_sort(head), merge_sort(second));
}

unsigned kernel(unsigned scale) {
    uint32_t state = 1, checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        Node *root = NULL, *head = NULL;
        for (int i = 0; i < NODES; i++) {
            state = step(state);
            pool[i] = (Node){NULL, NULL, head, state >> 12, 0};
            head = &pool[i];
            root = insert(root, &pool[i]);
        }
        for (int i = 0; i < NODES; i++) {
            state = step(state);
            const Node *found = search(root, state >> 12);
            if (found != NULL) checksum += found->count + (uint32_t)i;
        }
        checksum = walk(root, checksum);
        for (const Node *at = merge_sort(head); at != NULL; at = at->next) checksum = checksum * 33 + at->key;
    }
    return checksum;
}
