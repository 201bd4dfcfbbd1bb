/*
 * A block of transfers between accounts. The record holds the state's digest, the number of transfers and a zero (u32 each), and
 * for each transfer sender, recipient (32 bytes each), amount and nonce (u64 each). Reveals the digests of the state before the block
 * and behind it, in bytes 0–31 and 32–63.
 *
 * The state is a hexary trie of the accounts' keys, whose nodes are named by their SHA-256. A branch has a mask of the nibbles that it has
 * children for (u64), and their digests in order; an account is the only one with its nibbles so far: zero (u64), key, balance, nonce
 * (u64 each), digest of its code or zeros. Nodes and codes come from a witness that nobody has to trust.
 */
#include "witness.h"
#include "../abi/openvm/openvm-extensions.h"

enum { BLOCK_BYTES = 64, KEY_BYTES = 32, MOST_TRANSFERS = 1024, FANOUT = 16 };

typedef struct {
    uint64_t words[DIGEST_BYTES / 8];
} digest;

typedef struct {
    digest from, to;
    uint64_t amount, nonce;
} transfer;

static struct {
    digest root;
    uint32_t count, zero;
    transfer transfers[MOST_TRANSFERS];
} block;

typedef struct {
    uint64_t mask;
    digest children[FANOUT];
} branch;

typedef struct {
    uint64_t mask; /* 0 */
    digest key;
    uint64_t balance, nonce;
    digest code;
} account;

/* A node that is in memory and has the digest that it is named by, or had it before it was changed. */
typedef struct node node;
struct node {
    union {
        branch *branch;
        account *account;
    };
    node **children; /* by nibble; 0: not needed so far */
    uint32_t length;
    uint32_t is_changed;
};

/* Codes that have been needed. */
typedef struct code code;
struct code {
    digest name;
    const uint64_t *operations;
    uint32_t count;
    code *next;
};

static code *codes;
static char heap[1 << 22] __attribute__((aligned(8)));
static size_t allocated;

void *allocate(size_t bytes) {
    if (bytes > sizeof heap - allocated) terminate(EXIT_BAD_ITEM);
    void *memory = heap + allocated;
    allocated += (bytes + 7) & ~(size_t)7;
    return memory;
}

static inline uint32_t swapped(uint32_t value) {
    return value << 24 | (value & 0xff00) << 8 | (value >> 8 & 0xff00) | value >> 24;
}

/* SHA-256 of bytes at a multiple of 8, as many as a multiple of 8. */
static void digest_of(digest *to, const uint64_t *bytes, uint32_t length) {
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint32_t left = length;
    for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, bytes += BLOCK_BYTES / 8) sha256_compress(state, state, bytes);
    uint64_t last[BLOCK_BYTES / 8] = {0};
    uint32_t words = left / 8;
    for (uint32_t at = 0; at < words; at++) last[at] = bytes[at];
    last[words] = 0x80;
    if (words == BLOCK_BYTES / 8 - 1) {
        sha256_compress(state, state, last);
        for (uint32_t at = 0; at <= words; at++) last[at] = 0;
    }
    last[BLOCK_BYTES / 8 - 1] = (uint64_t)swapped(length * 8) << 32;
    sha256_compress(state, state, last);
    for (int at = 0; at < DIGEST_BYTES / 8; at++) to->words[at] = swapped(state[2 * at]) | (uint64_t)swapped(state[2 * at + 1]) << 32;
}

/* An item of the witness that has the digest. */
static uint64_t *verified(uint32_t kind, const digest *name, uint32_t *length) {
    uint64_t *item = (uint64_t *)witness_item(kind, name->words, length);
    digest found;
    if (*length % 8 != 0 || *length == 0) terminate(EXIT_BAD_ITEM);
    digest_of(&found, item, *length);
    if (!is_same_digest(found.words, name->words)) terminate(EXIT_BAD_ITEM);
    return item;
}

/* Children that a mask says are before the one of a nibble, or all of them. */
static uint32_t children_below(uint64_t mask, uint32_t nibble) {
    uint32_t count = 0;
    for (mask &= (1u << nibble) - 1; mask != 0; mask &= mask - 1) count++;
    return count;
}

static node *open_node(const digest *name) {
    node *opened = allocate(sizeof *opened);
    opened->branch = (branch *)verified(KIND_NODE, name, &opened->length);
    uint64_t mask = opened->branch->mask;
    uint32_t length = mask == 0 ? sizeof(account) : 8 + children_below(mask, FANOUT) * DIGEST_BYTES;
    if (mask >> FANOUT != 0 || opened->length != length) terminate(EXIT_BAD_ITEM);
    if (mask != 0) opened->children = allocate(FANOUT * sizeof(node *));
    return opened;
}

/* The account, which is going to be changed. */
static account *account_of(node *root, const digest *key) {
    node *at = root;
    for (uint32_t depth = 0; depth < 2 * KEY_BYTES; depth++) {
        at->is_changed = 1;
        if (at->children == 0) break;
        uint32_t nibble = ((const uint8_t *)key)[depth / 2] >> (depth % 2 == 0 ? 4 : 0) & 15;
        if ((at->branch->mask >> nibble & 1) == 0) terminate(EXIT_NO_ACCOUNT);
        if (at->children[nibble] == 0)
            at->children[nibble] = open_node(&at->branch->children[children_below(at->branch->mask, nibble)]);
        at = at->children[nibble];
    }
    if (at->children != 0 || !is_same_digest(at->account->key.words, key->words)) terminate(EXIT_NO_ACCOUNT);
    at->is_changed = 1;
    return at->account;
}

static const code *code_of(const digest *name) {
    for (code *known = codes; known != 0; known = known->next)
        if (is_same_digest(known->name.words, name->words)) return known;
    uint32_t length;
    code *opened = allocate(sizeof *opened);
    opened->operations = verified(KIND_CODE, name, &length);
    opened->name = *name;
    opened->count = length / 8;
    opened->next = codes;
    codes = opened;
    return opened;
}

/* What an account's code makes of an amount: the lowest two bits of an operation say what it does with the rest of it. */
static uint64_t result_of(const digest *name, uint64_t value) {
    static const digest none;
    if (is_same_digest(name->words, none.words)) return 0;
    const code *run = code_of(name);
    for (uint32_t at = 0; at < run->count; at++) {
        uint64_t operand = run->operations[at] >> 2;
        switch (run->operations[at] & 3) {
        case 0: value += operand; break;
        case 1: value ^= operand; break;
        case 2: value = value << 7 | value >> 57; break;
        default: value -= operand << 3;
        }
    }
    return value & 255;
}

/* What the recipient's code takes for itself is lost to everybody. */
static void pay(node *root, const transfer *paid) {
    account *from = account_of(root, &paid->from);
    if (from->nonce != paid->nonce) terminate(EXIT_BAD_NONCE);
    if (from->balance < paid->amount) terminate(EXIT_NO_FUNDS);
    from->balance -= paid->amount;
    from->nonce++;
    account *to = account_of(root, &paid->to);
    uint64_t fee = result_of(&to->code, paid->amount);
    uint64_t kept = fee < paid->amount ? paid->amount - fee : 0;
    if (to->balance + kept < kept) terminate(EXIT_NO_FUNDS);
    to->balance += kept;
}

static void digest_again(node *of, digest *to) {
    if (!of->is_changed) return;
    if (of->children != 0) {
        digest *child = of->branch->children;
        for (uint32_t nibble = 0; nibble < FANOUT; nibble++) {
            if ((of->branch->mask >> nibble & 1) == 0) continue;
            if (of->children[nibble] != 0) digest_again(of->children[nibble], child);
            child++;
        }
    }
    digest_of(to, (const uint64_t *)of->branch, of->length);
}

int main(void) {
    hint_input();
    size_t length = hint_store_word();
    if (length < sizeof block - sizeof block.transfers || length > sizeof block || length % 8 != 0) terminate(EXIT_BAD_RECORD);
    hint_buffer((word *)&block, length / WORD_BYTES);
    if (length != sizeof block - sizeof block.transfers + block.count * sizeof(transfer)) terminate(EXIT_BAD_RECORD);
    witness_open();
    digest after = block.root;
    node *root = open_node(&block.root);
    for (uint32_t at = 0; at < block.count; at++) pay(root, &block.transfers[at]);
    digest_again(root, &after);
    for (uint32_t at = 0; at < DIGEST_BYTES / 8; at++) {
        reveal_u64(block.root.words[at], 8 * at);
        reveal_u64(after.words[at], DIGEST_BYTES + 8 * at);
    }
    return 0;
}
