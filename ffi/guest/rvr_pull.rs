//! For guests of ABI openvm: items of a host's witness store, pulled by kind and key where they are first needed (docs/streaming.md).
//! One file without dependencies, `#![no_std]`: copy it, or name it by `#[path]`.
//!
//! Nothing that is pulled may be trusted: check it against something that the guest knows, such as the hash that it is named by.
use core::arch::asm;

const MAGIC: usize = 0x4c4c_5550;
const HEADER_BYTES: usize = 16;
const WORD_BYTES: usize = size_of::<usize>();
const MOST_WORDS: usize = 1023;

const fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(8)
}

fn u32_at(frame: &[u64], at: usize) -> u32 {
    (frame[at / 2] >> (at % 2 * 32)) as u32
}

fn bytes_of(words: &[u64]) -> &[u8] {
    // Every bit pattern is a value of u8.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 8) }
}

/// Where items are put, one behind the other.
pub struct Region<'a> {
    free: &'a mut [u64],
}

impl<'a> Region<'a> {
    pub fn new(memory: &'a mut [u64]) -> Self {
        Region { free: memory }
    }

    /// The item's bytes where they lie in the region, at a multiple of 8. `None`: what the host handed over is not this item, or the
    /// region has no room for it. `key` has 2^16 bytes at most.
    pub fn pull(&mut self, kind: u32, key: &[u8]) -> Option<&'a mut [u8]> {
        let mut bytes = 0usize;
        // HintInput, with the item's name in registers: a host that keeps a store looks there. Then the record's length.
        unsafe {
            asm!(".insn i 0x0b, 3, x0, x0, 0", in("a0") kind as usize, in("a1") key.as_ptr(), in("a2") key.len(), in("a7") MAGIC);
            asm!(".insn i 0x0b, 1, {0}, x0, 0", in(reg) &mut bytes);
        }
        let behind_key = HEADER_BYTES + padded(key.len());
        if bytes % 8 != 0 || bytes < behind_key || bytes / 8 > self.free.len() {
            return None;
        }
        let (frame, free) = core::mem::take(&mut self.free).split_at_mut(bytes / 8);
        self.free = free;
        for part in frame.chunks_mut(MOST_WORDS * WORD_BYTES / 8) {
            let words = part.len() * 8 / WORD_BYTES;
            unsafe { asm!(".insn i 0x0b, 1, {0}, {1}, 1", in(reg) part.as_mut_ptr(), in(reg) words) };
        }
        let length = u32_at(frame, 2) as usize;
        let is_named = u32_at(frame, 0) == kind && u32_at(frame, 1) as usize == key.len() && u32_at(frame, 3) == 0;
        if !is_named || length > bytes - behind_key || !bytes_of(frame)[HEADER_BYTES..].starts_with(key) {
            return None;
        }
        let item = &mut frame[behind_key / 8..];
        Some(unsafe { core::slice::from_raw_parts_mut(item.as_mut_ptr().cast(), length) })
    }
}
