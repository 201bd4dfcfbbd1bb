//! Counts the words of its record, UTF-8 text: prints the most frequent, reveals three numbers (words, distinct words, greatest count).
#![no_std]
#![no_main]

extern crate alloc;

mod openvm;

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt::Write;

/// Every word of ASCII letters and digits, in lower case, and how often it stands in `text`.
fn count(text: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word.to_ascii_lowercase()).or_insert(0) += 1;
    }
    counts
}

pub extern "C" fn main() {
    let record = openvm::read_record();
    let text = core::str::from_utf8(&record).expect("the record is text");
    let counts = count(text);
    let (word, most) = counts.iter().max_by_key(|(_, count)| **count).expect("the text has words");
    let _ = writeln!(openvm::Host, "{most} x {word}");
    openvm::reveal(&[counts.values().sum(), counts.len() as u32, *most]);
}
