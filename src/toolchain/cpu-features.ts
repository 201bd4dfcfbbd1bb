/** Which CPU features compiled code may use, told from the compiler's predefined macros. */

/**
 * Predefined macro → name in /proc/cpuinfo, for every feature whose instructions a compiler may choose on its own for
 * plain integer C. Features that only intrinsics or the kernel can reach are left out: they would refuse a CPU for no
 * reason.
 */
const X64: Readonly<Record<string, string>> = {
  __SSE3__: 'pni',
  __SSSE3__: 'ssse3',
  __SSE4_1__: 'sse4_1',
  __SSE4_2__: 'sse4_2',
  __SSE4A__: 'sse4a',
  __POPCNT__: 'popcnt',
  __LZCNT__: 'abm',
  __LAHF_SAHF__: 'lahf_lm',
  __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16: 'cx16',
  __MOVBE__: 'movbe',
  __BMI__: 'bmi1',
  __BMI2__: 'bmi2',
  __TBM__: 'tbm',
  __ADX__: 'adx',
  __AVX__: 'avx',
  __AVX2__: 'avx2',
  __FMA__: 'fma',
  __FMA4__: 'fma4',
  __XOP__: 'xop',
  __F16C__: 'f16c',
  __AES__: 'aes',
  __PCLMUL__: 'pclmulqdq',
  __SHA__: 'sha_ni',
  __GFNI__: 'gfni',
  __VAES__: 'vaes',
  __VPCLMULQDQ__: 'vpclmulqdq',
  __AVXVNNI__: 'avx_vnni',
  __AVXIFMA__: 'avx_ifma',
  __CMPCCXADD__: 'cmpccxadd',
  __AVX512F__: 'avx512f',
  __AVX512CD__: 'avx512cd',
  __AVX512BW__: 'avx512bw',
  __AVX512DQ__: 'avx512dq',
  __AVX512VL__: 'avx512vl',
  __AVX512IFMA__: 'avx512ifma',
  __AVX512VBMI__: 'avx512vbmi',
  __AVX512VBMI2__: 'avx512_vbmi2',
  __AVX512VNNI__: 'avx512_vnni',
  __AVX512BITALG__: 'avx512_bitalg',
  __AVX512VPOPCNTDQ__: 'avx512_vpopcntdq',
  __AVX512BF16__: 'avx512_bf16',
  __AVX512FP16__: 'avx512_fp16',
  __AVX512VP2INTERSECT__: 'avx512_vp2intersect',
  __PRFCHW__: '3dnowprefetch',
  __APX_F__: 'apx',
  __APX_EGPR__: 'apx',
}

const ARM64: Readonly<Record<string, string>> = {
  __ARM_NEON: 'asimd',
  __ARM_FEATURE_CRC32: 'crc32',
  __ARM_FEATURE_ATOMICS: 'atomics',
  __ARM_FEATURE_AES: 'aes',
  __ARM_FEATURE_SHA2: 'sha2',
  __ARM_FEATURE_SHA3: 'sha3',
  __ARM_FEATURE_SHA512: 'sha512',
  __ARM_FEATURE_SM3: 'sm3',
  __ARM_FEATURE_SM4: 'sm4',
  __ARM_FEATURE_DOTPROD: 'asimddp',
  __ARM_FEATURE_QRDMX: 'asimdrdm',
  __ARM_FEATURE_FP16_VECTOR_ARITHMETIC: 'asimdhp',
  __ARM_FEATURE_FP16_SCALAR_ARITHMETIC: 'fphp',
  __ARM_FEATURE_FP16_FML: 'asimdfhm',
  __ARM_FEATURE_BF16: 'bf16',
  __ARM_FEATURE_MATMUL_INT8: 'i8mm',
  __ARM_FEATURE_JCVT: 'jscvt',
  __ARM_FEATURE_COMPLEX: 'fcma',
  __ARM_FEATURE_FRINT: 'frint',
  __ARM_FEATURE_RCPC: 'lrcpc',
  __ARM_FEATURE_SVE: 'sve',
  __ARM_FEATURE_SVE2: 'sve2',
  __ARM_FEATURE_MOPS: 'mops',
  __ARM_FEATURE_CSSC: 'cssc',
  __ARM_FEATURE_LS64: 'ls64',
}

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = { x64: X64, arm64: ARM64 }

/** Names of the macros that `cc -dM -E` printed. */
export function macroNames(macros: string): Set<string> {
  return new Set(
    macros
      .split('\n')
      .map(line => /^#define (\w+)/.exec(line)?.[1])
      .filter(name => name !== undefined),
  )
}

/**
 * Features that code compiled with these macros requires of a CPU, sorted, as /proc/cpuinfo names them. `arch` is
 * Node's name. With `present` (compiling for the host itself) features that the kernel does not list are left out: the
 * host has what its compiler found there.
 */
export function requiredFeatures(macros: string, arch: string, present?: ReadonlySet<string>): string[] {
  const names = macroNames(macros)
  const wanted = Object.entries(TABLES[arch] ?? {})
    .filter(([macro]) => names.has(macro))
    .map(([, feature]) => feature)
  return [...new Set(wanted)].filter(feature => present === undefined || present.has(feature)).toSorted()
}

/** Required features that a CPU lacks. */
export function missingFeatures(required: readonly string[], present: ReadonlySet<string>): string[] {
  return required.filter(feature => !present.has(feature))
}
