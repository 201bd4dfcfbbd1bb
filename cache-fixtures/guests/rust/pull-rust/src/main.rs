//! What src/pull.c does, in Rust: pulls the items that its record names (kind and key, u32 each), reveals how many bytes they have, and their sum.
#![no_std]
#![no_main]

extern crate alloc;

#[path = "../../wordcount/src/openvm.rs"]
mod openvm;
#[path = "../../../../../ffi/guest/rvr_pull.rs"]
mod rvr_pull;

use alloc::vec;

pub extern "C" fn main() {
    let record = openvm::read_record();
    let mut memory = vec![0u64; 1 << 17];
    let (mut bytes, mut sum) = (0u64, 0u64);
    for name in record.chunks_exact(8) {
        let kind = u32::from_le_bytes(name[..4].try_into().unwrap());
        let mut region = rvr_pull::Region::new(&mut memory);
        let item = region.pull(kind, &name[4..]).expect("the item that was asked for");
        bytes += item.len() as u64;
        sum += item.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
    openvm::reveal(&[bytes as u32, (bytes >> 32) as u32, sum as u32, (sum >> 32) as u32]);
}
