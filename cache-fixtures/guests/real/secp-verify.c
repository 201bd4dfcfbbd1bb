/* Verifies ECDSA signatures over secp256k1. Standard input: a count (32 bits, little-endian), then records of a message hash (32 bytes),
 * a signature (64 bytes, r and s) and a compressed public key (33 bytes). Argument 1: how often all are verified (default 1).
 * Prints the verdict of each record and how many verifications succeeded in all rounds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "include/secp256k1.h"

enum { hash_bytes = 32, signature_bytes = 64, key_bytes = 33, record_bytes = hash_bytes + signature_bytes + key_bytes, max_count = 4096 };

static unsigned char records[max_count][record_bytes];

/* Fills the buffer unless the input ends before; returns whether it was filled. */
static int read_all(void *to, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t got = read(0, (char *)to + done, length - done);
        if (got <= 0) return 0;
        done += (size_t)got;
    }
    return 1;
}

static const char *verify(const secp256k1_context *context, const unsigned char *record) {
    secp256k1_ecdsa_signature signature;
    secp256k1_pubkey key;
    if (!secp256k1_ec_pubkey_parse(context, &key, record + hash_bytes + signature_bytes, key_bytes)) return "no public key";
    if (!secp256k1_ecdsa_signature_parse_compact(context, &signature, record + hash_bytes)) return "no signature";
    return secp256k1_ecdsa_verify(context, &signature, record, &key) ? "valid" : "invalid";
}

int main(int argc, char **argv) {
    const unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    unsigned char header[4];
    if (!read_all(header, sizeof header)) return 1;
    const uint32_t count = header[0] | (uint32_t)header[1] << 8 | (uint32_t)header[2] << 16 | (uint32_t)header[3] << 24;
    if (count > max_count || !read_all(records, (size_t)count * record_bytes)) return 1;

    secp256k1_context *context = secp256k1_context_create(SECP256K1_CONTEXT_VERIFY);
    unsigned long valid = 0;
    for (unsigned long round = 0; round < rounds; round++) {
        for (uint32_t index = 0; index < count; index++) {
            const char *verdict = verify(context, records[index]);
            if (verdict[0] == 'v') valid++;
            if (round == 0) printf("%lu %s\n", (unsigned long)index, verdict);
        }
    }
    printf("%lu valid of %lu\n", valid, rounds * count);
    secp256k1_context_destroy(context);
    return 0;
}
