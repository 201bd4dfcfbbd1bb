/** Readable names: what c++filt prints without hashes, what stays as it is, and names made to take forever. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ReadableNames } from '../../src/elf/demangle/names.ts'
import { shortened } from '../../src/report/form/table.ts'
import { randomSource } from '../support/random.ts'

/** Right: c++filt's text (GNU binutils) without hashes. */
const known: readonly (readonly [symbol: string, name: string])[] = [
  [
    '_ZN4core3ptr89drop_glue$LT$std..io..default_write_fmt..Adapter$LT$std..sys..stdio..unix..Stderr$GT$$GT$17h47c300949e1ccc52E',
    'core::ptr::drop_glue<std::io::default_write_fmt::Adapter<std::sys::stdio::unix::Stderr>>',
  ],
  ['_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h94ca7d13c837b187E', '<&T as core::fmt::Debug>::fmt'],
  [
    '_ZN3std3sys9backtrace28__rust_begin_short_backtrace17h1cdf6682188488c0E',
    'std::sys::backtrace::__rust_begin_short_backtrace',
  ],
  [
    '_ZN5alloc11collections5btree3map25IntoIter$LT$K$C$V$C$A$GT$10dying_next17hda7228c7c1b78d57E.llvm.10968729349175305254',
    'alloc::collections::btree::map::IntoIter<K,V,A>::dying_next',
  ],
  [
    '_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtB4_6result6ResultuINtNtCslNYArtu3iFV_5alloc5boxed3BoxDNtNtB4_3any3AnyNtNtB4_6marker4SendEL_EEECs6xxl1lAjzDf_1a',
    'core::ptr::drop_in_place::<core::result::Result<(), alloc::boxed::Box<dyn core::any::Any + core::marker::Send>>>',
  ],
  ['_RNvMsi_NtNtNtCsjrHSEGnQ3l9_3std3sys2fs4unixNtB5_4File6open_c', '<std::sys::fs::unix::File>::open_c'],
  [
    '_RNvNvMsa_NtCsgEmfK2I1SDS_4core3fmtNtB7_9Formatter12pad_integral12write_prefix',
    '<core::fmt::Formatter>::pad_integral::write_prefix',
  ],
  [
    '_RNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0Cs6xxl1lAjzDf_1a.llvm.11706572330231215360',
    'std::rt::lang_start::<()>::{closure#0}',
  ],
  [
    '_ZN3art10ArenaStack19AllocWithMemoryToolEjNS_14ArenaAllocKindE',
    'art::ArenaStack::AllocWithMemoryTool(unsigned int, art::ArenaAllocKind)',
  ],
  ['_ZNSt6vectorIiSaIiEE9push_backEOi', 'std::vector<int, std::allocator<int> >::push_back(int&&)'],
  ['_ZN3foo3barEv.constprop.0', 'foo::bar() [clone .constprop.0]'],
  ['main', 'main'],
  ['_start', '_start'],
  ['_Zebra', '_Zebra'],
  ['_Rn', '_Rn'],
  ['_ZN', '_ZN'],
  ['_RNvMs_NtCs_4core3fmt9Arguments3new', '_RNvMs_NtCs_4core3fmt9Arguments3new'],
  ['memcpy.llvm.4491415954825246518', 'memcpy'],
  ['f.constprop.0', 'f.constprop.0'],
  ['', ''],
]

test.each(known)('%s', (symbol, name) => expect(new ReadableNames().of(symbol)).toBe(name))

test('many at once are those of each by itself', () => {
  const list = [...known, ...known.slice(0, 3)]
  expect(new ReadableNames().all(list.map(([symbol]) => symbol))).toEqual(list.map(([, name]) => name))
})

const symbolsIn = (library: string): string[] => [
  ...new Set(
    execFileSync('nm', ['-D', '--defined-only', library], { maxBuffer: 2 ** 28 })
      .toString()
      .split('\n')
      .map(line => line.split(' ').at(-1)!.replace(/@.*/, '')),
  ),
]
const filtered = (symbols: readonly string[]): string[] =>
  execFileSync('c++filt', [], { input: `${symbols.join('\n')}\n`, maxBuffer: 2 ** 28 })
    .toString()
    .split('\n')
const isFound = (command: string): boolean =>
  process.env['PATH']!.split(':').some(directory => existsSync(`${directory}/${command}`))
const tools = isFound('nm') && isFound('c++filt')
const cpp = globSync('/usr/lib/*/libstdc++.so.6')[0]
const rust = globSync([
  `${process.env['HOME']}/.rustup/toolchains/*/lib/rustlib/*/lib/libstd-*.so`,
  '/usr/lib/rustlib/*/lib/libstd-*.so',
])[0]

describe('real names beside c++filt', () => {
  test.skipIf(!tools || cpp === undefined)('C++', () => {
    const symbols = symbolsIn(cpp!)
      .filter(symbol => symbol.startsWith('_ZN'))
      .slice(0, 4000)
    const names = new ReadableNames().all(symbols)
    const expected = filtered(symbols)
    expect(symbols.length).toBeGreaterThan(1000)
    // Styles differ: std::string or what it stands for, types of literals, return types.
    expect(names.filter((name, index) => name === symbols[index] && expected[index] !== name)).toEqual([])
    expect(names.filter((name, index) => name === expected[index]).length / names.length).toBeGreaterThan(0.8)
  })

  test.skipIf(!tools || rust === undefined)('Rust', () => {
    const symbols = symbolsIn(rust!)
      .filter(symbol => /^_R|17h[0-9a-f]{16}E/.test(symbol))
      .slice(0, 4000)
    const names = new ReadableNames().all(symbols)
    const expected = filtered(symbols).map(text =>
      text.replace(/::h[0-9a-f]{16}$/, '').replaceAll(/\[[0-9a-f]+\]/g, ''),
    )
    expect(symbols.length).toBeGreaterThan(500)
    // Types of constants and suffixes of statics excepted.
    expect(names.filter((name, index) => name === expected[index]).length / names.length).toBeGreaterThan(0.95)
  })
})

/** Each type has the one before it twice: 24 doublings are a gigabyte of text. */
const doubling = (levels: number, name = 'f'): string =>
  `_Z${name.length}${name}1AIiiE${Array.from({ length: levels }, (_, level) => `S_IS${level.toString(36).toUpperCase()}_S${level.toString(36).toUpperCase()}_E`).join('')}`

describe('hostile names', () => {
  test('a name that would become a gigabyte stays as it is, and so do those behind four of them', () => {
    const names = new ReadableNames()
    const hostile = ['a', 'b', 'c', 'd', 'e'].map(name => doubling(26, name))
    const [plain, name] = known[0]!
    expect(names.all([hostile[0]!, plain])).toEqual([hostile[0], name])
    expect(names.all([...hostile, known[1]![0]])).toEqual([...hostile, known[1]![0]])
    expect(names.of(plain)).toBe(name)
  })

  test('names longer than any screen stay as they are', () => {
    const symbol = doubling(10)
    expect(new ReadableNames().of(symbol)).toBe(symbol)
    expect(new ReadableNames().of(doubling(3))).toMatch(/^f\(A<int, int>, A<A<int, int>, A<int, int> >, A<A<A<int/)
  })

  test('deep and broken ones', () => {
    const deep = [
      '_Z1fPPPP'.padEnd(4000, 'P'),
      `_R${'Nv'.repeat(1500)}C1a1b`,
      `_RIC0${'RR'.repeat(1900)}uE`,
      `_Z1f${'DpT_'.repeat(900)}`,
      `_Z1fIX${'pl'.repeat(1800)}EE`,
      `_RINvC1a1b${'IB_'.repeat(1000)}E`,
    ]
    expect(new ReadableNames().all(deep)).toEqual(deep)
  })

  test('changed real names', () => {
    const next = randomSource(14)
    const names = new ReadableNames()
    const changed = Array.from({ length: 3000 }, () => {
      const symbol = [...known[next(11)]![0]]
      const at = 2 + next(symbol.length - 2)
      if (next(2) === 0) symbol[at] = String.fromCharCode(32 + next(95))
      else symbol.splice(at, 0, ...symbol.slice(next(symbol.length), next(symbol.length)))
      return symbol.join('')
    })
    for (const name of names.all(changed)) expect(name.length).toBeLessThanOrEqual(4096)
    expect(names.of(known[0]![0])).toBe(known[0]![1])
  })
})

test('long names lose their middle', () => {
  expect(shortened('x'.repeat(72))).toBe('x'.repeat(72))
  expect(shortened(`front${'x'.repeat(300)}back`, 20)).toBe('frontxxxx…xxxxxxback')
})
