//! The kernel's side, for tests: runs a program over a `struct seccomp_data`.

use super::compile::Action;
use super::instruction::{
    AND, IF_AT_LEAST, IF_EQUAL, IF_GREATER, LOAD, MAX_INSTRUCTIONS, Program, RETURN, SKIP,
};

/// One system call as a filter sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) number: u32,
    pub(super) architecture: u32,
    pub(super) arguments: [u64; 6],
}

impl Call {
    /// The call `number` with arguments 0.
    pub(super) fn new(architecture: u32, number: u32) -> Self {
        Self { number, architecture, arguments: [0; 6] }
    }

    /// The same with `value` as argument `index`.
    pub(super) fn with(mut self, index: usize, value: u64) -> Self {
        self.arguments[index] = value;
        self
    }

    /// 32 bits of the data; panics where the kernel would refuse the program.
    fn word(&self, offset: u32) -> u32 {
        assert_eq!(offset % 4, 0, "unaligned load");
        let offset = usize::try_from(offset).unwrap();
        match offset {
            0 => self.number,
            4 => self.architecture,
            8 | 12 => panic!("no filter of ours looks at the instruction pointer"),
            _ => {
                let bytes: Vec<u8> = self.arguments.iter().flat_map(|it| it.to_le_bytes()).collect();
                u32::from_le_bytes(bytes[offset - 16..offset - 12].try_into().unwrap())
            }
        }
    }
}

/// The verdict on `call` and the instructions executed for it. Panics where the kernel would refuse to
/// load the program: a jump or a load out of bounds, an operation seccomp does not have, no verdict.
pub(super) fn run(program: &Program, call: &Call) -> (u32, usize) {
    assert!((1..=MAX_INSTRUCTIONS).contains(&program.0.len()), "{} instructions", program.0.len());
    let (mut at, mut accumulator, mut steps) = (0, 0, 0);
    loop {
        let it = program.0.get(at).expect("the program ends without a verdict");
        steps += 1;
        at += 1;
        let holds = match it.code {
            RETURN => return (it.k, steps),
            LOAD => {
                accumulator = call.word(it.k);
                continue;
            }
            AND => {
                accumulator &= it.k;
                continue;
            }
            SKIP => {
                at += usize::try_from(it.k).unwrap();
                continue;
            }
            IF_EQUAL => accumulator == it.k,
            IF_GREATER => accumulator > it.k,
            IF_AT_LEAST => accumulator >= it.k,
            other => panic!("operation {other:#x}"),
        };
        at += usize::from(if holds { it.jt } else { it.jf });
    }
}

/// Whether the verdict on `call` is that of `action`.
pub(super) fn answers(program: &Program, call: &Call, action: Action) -> bool {
    run(program, call).0 == action.verdict()
}
