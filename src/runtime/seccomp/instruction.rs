//! Classic BPF as seccomp runs it (seccomp_filter.rst): one instruction, a program of them, and the
//! assembler that writes a program from its end to its beginning.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};

/// Most instructions the kernel takes in one program (`BPF_MAXINSNS`, linux/bpf_common.h).
pub const MAX_INSTRUCTIONS: usize = 4096;

/// Loads the 32 bits at offset `k` of `struct seccomp_data` into the accumulator (`BPF_LD|BPF_W|BPF_ABS`).
pub(super) const LOAD: u16 = 0x20;
/// Ands the accumulator with `k` (`BPF_ALU|BPF_AND|BPF_K`).
pub(super) const AND: u16 = 0x54;
/// Skips `k` instructions (`BPF_JMP|BPF_JA`).
pub(super) const SKIP: u16 = 0x05;
/// Jumps on "accumulator equals `k`" (`BPF_JMP|BPF_JEQ|BPF_K`).
pub(super) const IF_EQUAL: u16 = 0x15;
/// Jumps on "accumulator is greater than `k`", unsigned (`BPF_JMP|BPF_JGT|BPF_K`).
pub(super) const IF_GREATER: u16 = 0x25;
/// Jumps on "accumulator is `k` or greater", unsigned (`BPF_JMP|BPF_JGE|BPF_K`).
pub(super) const IF_AT_LEAST: u16 = 0x35;
/// Ends the program with the verdict `k` (`BPF_RET|BPF_K`).
pub(super) const RETURN: u16 = 0x06;

/// One instruction, laid out as the kernel's `struct sock_filter`. As data it is one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
#[repr(C)]
pub struct Instruction {
    /// Operation.
    pub code: u16,
    /// Instructions to skip when the condition holds.
    pub jt: u8,
    /// Instructions to skip when it does not.
    pub jf: u8,
    /// Operand: offset, constant, distance or verdict.
    pub k: u32,
}

impl From<Instruction> for u64 {
    fn from(it: Instruction) -> u64 {
        u64::from(it.code) << 48 | u64::from(it.jt) << 40 | u64::from(it.jf) << 32 | u64::from(it.k)
    }
}

impl From<u64> for Instruction {
    #[expect(clippy::cast_possible_truncation, reason = "each cast takes the field out of its bits")]
    fn from(word: u64) -> Self {
        Self { code: (word >> 48) as u16, jt: (word >> 40) as u8, jf: (word >> 32) as u8, k: word as u32 }
    }
}

/// A filter as the kernel takes it: at most [`MAX_INSTRUCTIONS`], every path ending in a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Program(pub Vec<Instruction>);

impl Program {
    /// The program as the kernel takes it: an array of `struct sock_filter`. [`Self::from_bytes`] reads it back.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|it| it.to_bytes()).collect()
    }

    /// The program that [`Self::to_bytes`] wrote. Whether it is a sound one, the kernel checks.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the length is not that of 1 to [`MAX_INSTRUCTIONS`] instructions.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() || words.is_empty() || words.len() > MAX_INSTRUCTIONS {
            return Err(Error::new(Kind::Invalid, "reading a seccomp program")
                .because(format!("{} bytes are not 1 to {MAX_INSTRUCTIONS} instructions", bytes.len())));
        }
        Ok(Self(words.iter().map(|word| Instruction::from_bytes(*word)).collect()))
    }
}

impl Instruction {
    /// The bytes of a `struct sock_filter`, linux/filter.h.
    fn to_bytes(self) -> [u8; 8] {
        let [c0, c1] = self.code.to_ne_bytes();
        let [k0, k1, k2, k3] = self.k.to_ne_bytes();
        [c0, c1, self.jt, self.jf, k0, k1, k2, k3]
    }

    fn from_bytes([c0, c1, jt, jf, k0, k1, k2, k3]: [u8; 8]) -> Self {
        Self { code: u16::from_ne_bytes([c0, c1]), jt, jf, k: u32::from_ne_bytes([k0, k1, k2, k3]) }
    }
}

/// A place in the program under construction: how many instructions there are from it to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(usize);

/// Writes a program backwards. Classic BPF only jumps forward, so every target is known when the jump
/// to it is written, and one that is too far for the 8 bits of `jt` and `jf` gets a stepping stone at once.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    reversed: Vec<Instruction>,
}

impl Assembler {
    /// Ends with the verdict `value` (`SECCOMP_RET_*` and its data).
    pub(super) fn give(&mut self, value: u32) -> Label {
        self.push(RETURN, 0, 0, value)
    }

    /// Loads the 32 bits at `offset` of `struct seccomp_data`, then goes on at `next`.
    pub(super) fn load(&mut self, offset: u32, next: Label) -> Label {
        self.fall_through_to(next);
        self.push(LOAD, 0, 0, offset)
    }

    /// Ands the accumulator with `mask`, then goes on at `next`.
    pub(super) fn and(&mut self, mask: u32, next: Label) -> Label {
        self.fall_through_to(next);
        self.push(AND, 0, 0, mask)
    }

    /// Goes on at `yes` or at `no`; `code` is one of the `IF_*`.
    pub(super) fn branch(&mut self, code: u16, k: u32, yes: Label, no: Label) -> Label {
        let no = self.within_reach(no);
        let yes = self.within_reach(yes);
        let (jt, jf) = (self.distance(yes), self.distance(no));
        // within_reach left room for both, so neither conversion saturates.
        self.push(code, u8::try_from(jt).unwrap_or(u8::MAX), u8::try_from(jf).unwrap_or(u8::MAX), k)
    }

    /// Instructions written so far.
    pub(super) fn len(&self) -> usize {
        self.reversed.len()
    }

    /// The program, which begins at `start`.
    pub(super) fn finish(mut self, start: Label) -> Program {
        self.fall_through_to(start);
        self.reversed.reverse();
        Program(self.reversed)
    }

    /// `target`, or a stepping stone to it. One more stone may be laid afterwards without harm.
    fn within_reach(&mut self, target: Label) -> Label {
        if self.distance(target) < usize::from(u8::MAX) {
            return target;
        }
        // A verdict is as short as a skip to it, and quicker.
        match target.0.checked_sub(1).and_then(|index| self.reversed.get(index)) {
            Some(&Instruction { code: RETURN, k, .. }) => self.give(k),
            _ => self.skip_to(target),
        }
    }

    fn fall_through_to(&mut self, next: Label) {
        if self.distance(next) != 0 {
            self.skip_to(next);
        }
    }

    fn skip_to(&mut self, target: Label) -> Label {
        // A program is far shorter than 2^32 (compile refuses one above MAX_INSTRUCTIONS).
        let distance = u32::try_from(self.distance(target)).unwrap_or(u32::MAX);
        self.push(SKIP, 0, 0, distance)
    }

    /// Instructions between the next one to be written and `target`.
    fn distance(&self, target: Label) -> usize {
        self.reversed.len() - target.0
    }

    fn push(&mut self, code: u16, jt: u8, jf: u8, k: u32) -> Label {
        self.reversed.push(Instruction { code, jt, jf, k });
        Label(self.reversed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_survives_bytes_and_json() {
        let program = Program(vec![
            Instruction { code: IF_EQUAL, jt: 255, jf: 1, k: u32::MAX },
            Instruction { code: RETURN, jt: 0, jf: 0, k: 0x7fff_0000 },
        ]);
        assert_eq!(Program::from_bytes(&program.to_bytes()).unwrap(), program);
        let text = serde_json::to_string(&program).unwrap();
        assert_eq!(serde_json::from_str::<Program>(&text).unwrap(), program);
    }

    #[test]
    fn bytes_that_are_no_program_are_refused() {
        for length in [0, 7, 9, 8 * (MAX_INSTRUCTIONS + 1)] {
            assert!(Program::from_bytes(&vec![0; length]).is_err(), "{length}");
        }
    }

    #[test]
    fn an_instruction_is_laid_out_as_the_kernels() {
        assert_eq!((size_of::<Instruction>(), align_of::<Instruction>()), (8, 4));
        assert_eq!(std::mem::offset_of!(Instruction, k), 4);
    }
}
