/* Parameters of four curves, as little-endian limbs: modulus and a (as the setup takes them), b, order, generator; of two also the generator of G2. */
#pragma once
#include <stdint.h>

static const uint64_t secp256k1_parameters[2][4] = {{0xfffffffefffffc2f, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
    {0, 0, 0, 0}};
static const uint64_t secp256k1_b[4] = {0x7, 0, 0, 0};
static const uint64_t secp256k1_order[4] = {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff};
static const uint64_t secp256k1_generator[2][4] = {{0x59f2815b16f81798, 0x29bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac},
    {0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465}};

static const uint64_t p256_parameters[2][4] = {{0xffffffffffffffff, 0xffffffff, 0, 0xffffffff00000001},
    {0xfffffffffffffffc, 0xffffffff, 0, 0xffffffff00000001}};
static const uint64_t p256_b[4] = {0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7};
static const uint64_t p256_order[4] = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000};
static const uint64_t p256_generator[2][4] = {{0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247},
    {0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b}};

static const uint64_t bn254_parameters[2][4] = {{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029},
    {0, 0, 0, 0}};
static const uint64_t bn254_b[4] = {0x3, 0, 0, 0};
static const uint64_t bn254_order[4] = {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029};
static const uint64_t bn254_generator[2][4] = {{0x1, 0, 0, 0},
    {0x2, 0, 0, 0}};

static const uint64_t bls12_381_parameters[2][6] = {
    {0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624, 0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a},
    {0, 0, 0, 0, 0, 0}};
static const uint64_t bls12_381_b[6] = {0x4, 0, 0, 0, 0, 0};
static const uint64_t bls12_381_order[4] = {0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48};
static const uint64_t bls12_381_generator[2][6] = {
    {0xfb3af00adb22c6bb, 0x6c55e83ff97a1aef, 0xa14e3a3f171bac58, 0xc3688c4f9774b905, 0x2695638c4fa9ac0f, 0x17f1d3a73197d794},
    {0xcaa232946c5e7e1, 0xd03cc744a2888ae4, 0xdb18cb2c04b3ed, 0xfcf5e095d5d00af6, 0xa09e30ed741d8ae4, 0x8b3f481e3aaa0f1}};

static const uint64_t bn254_g2[4][4] = {
    {0x46debd5cd992f6ed, 0x674322d4f75edadd, 0x426a00665e5c4479, 0x1800deef121f1e76},
    {0x97e485b7aef312c2, 0xf1aa493335a9e712, 0x7260bfb731fb5d25, 0x198e9393920d483a},
    {0x4ce6cc0166fa7daa, 0xe3d1e7690c43d37b, 0x4aab71808dcb408f, 0x12c85ea5db8c6deb},
    {0x55acdadcd122975b, 0xbc4b313370b38ef3, 0xec9e99ad690c3395, 0x90689d0585ff075}};
static const uint64_t bls12_381_g2[4][6] = {
    {0xd48056c8c121bdb8, 0xbac0326a805bbef, 0xb4510b647ae3d177, 0xc6e47ad4fa403b02, 0x260805272dc51051, 0x24aa2b2f08f0a91},
    {0xe5ac7d055d042b7e, 0x334cf11213945d57, 0xb5da61bbdc7f5049, 0x596bd0d09920b61a, 0x7dacd3a088274f65, 0x13e02b6052719f60},
    {0xe193548608b82801, 0x923ac9cc3baca289, 0x6d429a695160d12c, 0xadfd9baa8cbdd3a7, 0x8cc9cdc6da2e351a, 0xce5d527727d6e11},
    {0xaaa9075ff05f79be, 0x3f370d275cec1da1, 0x267492ab572e99ab, 0xcb3e287e85a763af, 0x32acd2b02bc28b99, 0x606c4a02ea734cc}};
