/** CPU features: from macros, from /proc/cpuinfo, and compared. */
import { describe, expect, it } from 'vitest'
import { missingFeatures, requiredFeatures } from '../../src/toolchain/cpu-features.ts'
import { hostCpu, parseCpuInfo } from '../../src/toolchain/cpu-info.ts'

const macros = (...names: string[]): string => names.map(name => `#define ${name} 1`).join('\n')
const x64 = (flags: string, clock = '2000.1'): string =>
  `processor\t: 0\nvendor_id\t: X\nmodel name\t: Y\ncpu MHz\t\t: ${clock}\nflags\t\t: ${flags}\n\n`

describe('requiredFeatures', () => {
  it('names x86-64 features as the kernel does', () => {
    expect(requiredFeatures(macros('__AVX2__', '__BMI2__', '__LZCNT__', '__SSE3__', '__OPTIMIZE__'), 'x64')).toEqual([
      'abm',
      'avx2',
      'bmi2',
      'pni',
    ])
  })
  it('names arm64 features as the kernel does', () => {
    expect(requiredFeatures(macros('__ARM_NEON', '__ARM_FEATURE_ATOMICS', '__ARM_FEATURE_DOTPROD'), 'arm64')).toEqual([
      'asimd',
      'asimddp',
      'atomics',
    ])
  })
  it('leaves out what the kernel of this host does not list', () => {
    expect(requiredFeatures(macros('__AVX2__', '__BMI2__'), 'x64', new Set(['avx2']))).toEqual(['avx2'])
  })
  it('does not take a longer name for a shorter one', () => {
    expect(requiredFeatures(macros('__AVX2__EXTRA'), 'x64')).toEqual([])
  })
})

it('missingFeatures names what a CPU lacks', () => {
  expect(missingFeatures(['avx2', 'bmi2'], new Set(['bmi2']))).toEqual(['avx2'])
})

describe('parseCpuInfo', () => {
  it('keeps features that all CPUs have', () => {
    expect(parseCpuInfo(x64('a b') + x64('b c')).features).toEqual(new Set(['b']))
  })
  it('reads the line of arm64', () => {
    expect(parseCpuInfo('processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\n').features).toEqual(
      new Set(['fp', 'asimd']),
    )
  })
  it('identifies a CPU by more than its first one, and not by its clock', () => {
    const identity = (text: string): string => parseCpuInfo(text).identity
    expect(identity(x64('a', '1000.0') + x64('a'))).toBe(identity(x64('a')))
    expect(identity(x64('a') + x64('a b'))).not.toBe(identity(x64('a')))
    expect(identity('Features\t: fp\nCPU part\t: 0xd0c\n')).not.toBe(identity('Features\t: fp\nCPU part\t: 0xd0d\n'))
  })
  it('is undefined where there is no such file', () => {
    expect(hostCpu('/nonexistent')).toBeUndefined()
  })
})
