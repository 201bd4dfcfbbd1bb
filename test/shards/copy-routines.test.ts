/** Copy routines by name, and as parts of other functions. */
import { describe, expect, test } from 'vitest'
import { copyingIn, copyRoutine } from '../../src/shards/copy-routines.ts'

describe('names', () => {
  test.each([
    ['memcpy', 'memcpy'],
    ['__memcpy_chk', 'memcpy'],
    ['__aeabi_memcpy4', 'memcpy'],
    ['memset.part.0', 'memset'],
    ['memmove.constprop.0', 'memmove'],
    ['compiler_builtins::mem::memcpy', 'memcpy'],
    ['compiler_builtins::mem::impls::copy_forward', 'impls::copy_forward'],
    ['core::ptr::copy_nonoverlapping::<u8>', 'copy_nonoverlapping'],
    ['core::ptr::copy::<alloc::vec::Vec<u8>>', 'ptr::copy'],
    ['<[u8]>::copy_from_slice', 'copy_from_slice'],
    ['core::slice::<impl [T]>::fill', 'slice::fill'],
    ['int* std::copy<int const*, int*>(int const*, int const*, int*)', 'std::copy'],
    ['int* std::__1::copy<int*, int*>(int*, int*, int*)', 'std::copy'],
    ['void std::__copy_move<false, true>::__copy_m<int, int>(int const*, int*)', '__copy_move::__copy_m'],
  ])('%s', (name, routine) => {
    expect(copyRoutine(name)).toBe(routine)
  })

  const others = ['memcpy_test', 'my_memcpys', 'copy', 'state::copy', 'std::move<int>(int&)', 'fill', 'memcmp']
  const bracketed = ['apply(std::copy<int>)', 'Vec<memcpy>::push', 'strcpy::call', '', '<>', '::']
  test.each([...others, ...bracketed])('%s is none', name => {
    expect(copyRoutine(name)).toBeUndefined()
  })
})

describe('functions of an instruction, the innermost first', () => {
  test.each([
    [[], undefined],
    [['use', 'main'], undefined],
    [['memcpy'], { routine: 'memcpy', caller: undefined }],
    [['memcpy', 'push', 'main'], { routine: 'memcpy', caller: 'push' }],
    [['read_word', 'memmove', 'copy_within', 'main'], { routine: 'copy_within', caller: 'main' }],
    [['copy_nonoverlapping', 'memcpy'], { routine: 'memcpy', caller: undefined }],
    [[undefined, 'memset', undefined, 'main'], { routine: 'memset', caller: undefined }],
  ])('%j', (names, copying) => {
    expect(copyingIn(names)).toEqual(copying)
  })
})
