//! Digests, and identifiers made of them.

use super::{Arguments, Failure, Function, Given, failed};
use crate::bake::lang::value::Value;
use ring::digest::{self, Algorithm};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt::Write;

/// Names of uuidv5's name spaces (RFC 9562, 6.6); they differ in one byte.
const SPACES: &[(&str, u8)] = &[("dns", 0x10), ("url", 0x11), ("oid", 0x12), ("x500", 0x14)];

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", "str cost...", |_| failed("bcrypt is not supported here")),
    Function::new("md5", "str", |a| Ok(Value::Text(hex(&md5(a.text(0)?.as_bytes()))))),
    Function::new("rsadecrypt", "ciphertext privatekey", |_| failed("rsadecrypt is not supported here")),
    Function::new("sha1", "str", |a| digest_of(a, &digest::SHA1_FOR_LEGACY_USE_ONLY)),
    Function::new("sha256", "str", |a| digest_of(a, &digest::SHA256)),
    Function::new("sha512", "str", |a| digest_of(a, &digest::SHA512)),
    Function::new("uuidv4", "", |_| {
        let mut bytes = [0; 16];
        match SystemRandom::new().fill(&mut bytes) {
            Ok(()) => Ok(Value::Text(uuid(bytes, 4))),
            Err(_) => failed("no random numbers"),
        }
    }),
    Function::new("uuidv5", "namespace name", uuid_of_name),
];

fn digest_of(a: &Arguments<'_>, algorithm: &'static Algorithm) -> Given {
    Ok(Value::Text(hex(digest::digest(algorithm, a.text(0)?.as_bytes()).as_ref())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap_or_default();
        out
    })
}

fn uuid_of_name(a: &Arguments<'_>) -> Given {
    let (space, name) = (a.text(0)?, a.text(1)?);
    let mut bytes = match SPACES.iter().find(|(name, _)| *name == space) {
        Some((_, last)) => {
            let mut bytes =
                [0x6b, 0xa7, 0xb8, 0, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
            bytes[3] = *last;
            bytes.to_vec()
        }
        None => match parse_uuid(&space) {
            Some(bytes) => bytes,
            None => return Err(Failure::Argument(0, format!("uuidv5() doesn't support namespace {space}"))),
        },
    };
    bytes.extend_from_slice(name.as_bytes());
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let mut id = [0; 16];
    id.copy_from_slice(&digest.as_ref()[..16]);
    Ok(Value::Text(uuid(id, 5)))
}

fn parse_uuid(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (digits.len() == 32).then(|| digits.chunks(2).map(pair).collect()).flatten()
}

/// A UUID with its version and variant set.
fn uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = bytes[6] & 0x0f | version << 4;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// MD5 (RFC 1321). For names only: it protects nothing.
fn md5(message: &[u8]) -> [u8; 16] {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64) + if padded.len() % 64 > 56 { 64 } else { 0 } - 8, 0);
    padded.extend_from_slice(&(message.len() as u64).wrapping_mul(8).to_le_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0_u32; 16];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        let [mut a, mut b, mut c, mut d] = state;
        for (step, constant) in (0_usize..64).zip(constants()) {
            let (mix, word) = match step / 16 {
                0 => (b & c | !b & d, step),
                1 => (d & b | !d & c, (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), 7 * step % 16),
            };
            let sum = a.wrapping_add(mix).wrapping_add(constant).wrapping_add(words[word]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(SHIFTS[step / 16][step % 4])));
        }
        for (state, value) in state.iter_mut().zip([a, b, c, d]) {
            *state = state.wrapping_add(value);
        }
    }
    let mut out = [0; 16];
    for (out, word) in out.chunks_exact_mut(4).zip(state) {
        out.copy_from_slice(&word.to_le_bytes());
    }
    out
}

/// The sine of 1 to 64, its first 32 bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 2^32")]
fn constants() -> impl Iterator<Item = u32> {
    (1..=64_u32).map(|step| (f64::from(step).sin().abs() * 4_294_967_296.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_is_that_of_the_standard() {
        for (text, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
            (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                "d174ab98d277d9f5a5611c2c9f419d9f",
            ),
        ] {
            assert_eq!(hex(&md5(text.as_bytes())), digest, "{text}");
        }
    }
}
