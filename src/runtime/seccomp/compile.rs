//! A policy (what happens to which call, with which arguments) and its translation into a program.
//!
//! The program looks at the architecture, finds the number by a balanced tree of comparisons (about
//! nine for the three hundred calls of the default policy), and only then reads arguments.

use super::Abi;
use super::instruction::{Assembler, IF_AT_LEAST, IF_EQUAL, IF_GREATER, Label, MAX_INSTRUCTIONS, Program};
use crate::error::{Error, Kind, Result};

/// Offset of `nr` in `struct seccomp_data` (linux/seccomp.h).
const NUMBER: u32 = 0;
/// Offset of `arch`.
const ARCHITECTURE: u32 = 4;
/// Offset of `args[0]`; six of 64 bits, and both architectures of ours are little-endian.
const ARGUMENTS: u32 = 16;
/// Set in the numbers of x32, which otherwise are those of x86-64 (`__X32_SYSCALL_BIT`).
const X32: u32 = 0x4000_0000;

/// What the kernel does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// The call takes place.
    Allow,
    /// The call takes place and is written to the audit log.
    Log,
    /// The call fails with this error number (0 to 4095).
    Errno(u16),
    /// `SIGSYS`, which the program may catch.
    Trap,
    /// The calling thread dies.
    KillThread,
    /// The whole process dies.
    KillProcess,
}

impl Action {
    /// Grows with what the action takes from the program; two error numbers are equally strict.
    pub(super) fn strictness(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Log => 1,
            Self::Errno(_) => 2,
            Self::Trap => 3,
            Self::KillThread => 4,
            Self::KillProcess => 5,
        }
    }

    /// The verdict as the kernel reads it (`SECCOMP_RET_*`, linux/seccomp.h).
    pub(super) fn verdict(self) -> u32 {
        match self {
            Self::Allow => 0x7fff_0000,
            Self::Log => 0x7ffc_0000,
            Self::Errno(number) => 0x0005_0000 | u32::from(number),
            Self::Trap => 0x0003_0000,
            Self::KillThread => 0x0000_0000,
            Self::KillProcess => 0x8000_0000,
        }
    }
}

/// How an argument is compared, unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal(u64),
    NotEqual(u64),
    Less(u64),
    LessOrEqual(u64),
    Greater(u64),
    GreaterOrEqual(u64),
    /// The bits of `mask` are those of `value`.
    Masked {
        mask: u64,
        value: u64,
    },
}

/// How much of an argument the kernel reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// An `int`: the upper half of the register is the caller's to fill, and must change no verdict.
    Int,
    /// All 64 bits: a `long` or a pointer.
    Long,
}

/// A question about one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    /// 0 to 5.
    pub(super) argument: u8,
    pub(super) width: Width,
    pub(super) comparison: Comparison,
}

impl Condition {
    /// A condition on an argument that the kernel reads as an `int`.
    pub(super) fn int(argument: u8, comparison: Comparison) -> Self {
        Self { argument, width: Width::Int, comparison }
    }
}

/// What happens when all of its conditions hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) conditions: Vec<Condition>,
    pub(super) action: Action,
}

/// What happens to one call: the first clause that holds decides, else `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) clauses: Vec<Clause>,
    pub(super) otherwise: Action,
}

impl Rule {
    /// `action`, whatever the arguments.
    pub(super) fn always(action: Action) -> Self {
        Self { clauses: Vec::new(), otherwise: action }
    }
}

/// The rules of one ABI.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) abi: Abi,
    /// Number of the call and its rule, in any order; of two for one number the first is taken.
    pub(super) rules: Vec<(u32, Rule)>,
    /// What happens to every other call.
    pub(super) default: Action,
}

/// The program for `tables`, the first of which is looked for first. A call of an ABI without a table
/// kills the process: nothing we start can make one.
///
/// # Errors
/// [`Kind::Unsupported`] when the program would have more than [`MAX_INSTRUCTIONS`].
pub(super) fn compile(tables: Vec<Table>) -> Result<Program> {
    let mut assembler = Assembler::default();
    let mut starts = Vec::new();
    for table in tables {
        starts.push((table.abi.audit_architecture(), write_table(&mut assembler, table)?));
    }
    let mut dispatch = assembler.give(Action::KillProcess.verdict());
    for (architecture, start) in starts.into_iter().rev() {
        dispatch = assembler.branch(IF_EQUAL, architecture, start, dispatch);
    }
    let program = {
        let start = assembler.load(ARCHITECTURE, dispatch);
        assembler.finish(start)
    };
    refuse_if_too_long(program.0.len())?;
    Ok(program)
}

/// Writes the part that answers the calls of one ABI.
fn write_table(assembler: &mut Assembler, table: Table) -> Result<Label> {
    let Table { abi, mut rules, default } = table;
    rules.sort_by_key(|rule| rule.0);
    rules.dedup_by_key(|rule| rule.0);

    let mut answers = Answers::default();
    let unknown = answers.label(assembler, default);
    // From which number on which label is meant; neighbours that mean the same are one range.
    let mut ranges = vec![(0, unknown)];
    for (number, rule) in rules {
        let label = write_rule(assembler, &mut answers, &rule);
        refuse_if_too_long(assembler.len())?;
        begin_range(&mut ranges, number, label);
        begin_range(&mut ranges, number.saturating_add(1), unknown);
    }
    if abi == Abi::X86_64 {
        let refused = answers.label(assembler, super::NOT_IMPLEMENTED);
        ranges.retain(|range| range.0 < X32);
        begin_range(&mut ranges, X32, refused);
    }
    let tree = write_tree(assembler, &ranges);
    Ok(assembler.load(NUMBER, tree))
}

/// Labels of the actions that were written once.
#[derive(Default)]
struct Answers(Vec<(Action, Label)>);

impl Answers {
    fn label(&mut self, assembler: &mut Assembler, action: Action) -> Label {
        if let Some(known) = self.0.iter().find(|known| known.0 == action) {
            return known.1;
        }
        let label = assembler.give(action.verdict());
        self.0.push((action, label));
        label
    }
}

/// From `start` on, `label` is meant. Ranges come in ascending order; one that begins where the last
/// one does replaces it.
fn begin_range(ranges: &mut Vec<(u32, Label)>, start: u32, label: Label) {
    ranges.pop_if(|last| last.0 == start);
    if ranges.last().is_none_or(|last| last.1 != label) {
        ranges.push((start, label));
    }
}

/// Writes the search for the range that the accumulator lies in; there is at least one.
fn write_tree(assembler: &mut Assembler, ranges: &[(u32, Label)]) -> Label {
    let middle = ranges.len() / 2;
    let (pivot, label) = ranges[middle];
    if middle == 0 {
        return label;
    }
    let above = write_tree(assembler, &ranges[middle..]);
    let below = write_tree(assembler, &ranges[..middle]);
    assembler.branch(IF_AT_LEAST, pivot, above, below)
}

/// Writes the clauses of a rule, the last one first.
fn write_rule(assembler: &mut Assembler, answers: &mut Answers, rule: &Rule) -> Label {
    let mut next = answers.label(assembler, rule.otherwise);
    for clause in rule.clauses.iter().rev() {
        let mut holds = answers.label(assembler, clause.action);
        for condition in clause.conditions.iter().rev() {
            holds = write_condition(assembler, condition, holds, next);
        }
        next = holds;
    }
    next
}

/// Writes one comparison that goes on at `yes` or `no`.
fn write_condition(assembler: &mut Assembler, condition: &Condition, yes: Label, no: Label) -> Label {
    let low = ARGUMENTS + 8 * u32::from(condition.argument);
    let high = low + 4;
    let (code, value, mask, yes, no) = match condition.comparison {
        Comparison::Equal(value) => (IF_EQUAL, value, u64::MAX, yes, no),
        Comparison::NotEqual(value) => (IF_EQUAL, value, u64::MAX, no, yes),
        Comparison::Greater(value) => (IF_GREATER, value, u64::MAX, yes, no),
        Comparison::LessOrEqual(value) => (IF_GREATER, value, u64::MAX, no, yes),
        Comparison::GreaterOrEqual(value) => (IF_AT_LEAST, value, u64::MAX, yes, no),
        Comparison::Less(value) => (IF_AT_LEAST, value, u64::MAX, no, yes),
        Comparison::Masked { mask, value } => (IF_EQUAL, value, mask, yes, no),
    };
    let (value_high, value_low) = halves(value);
    let (mask_high, mask_low) = halves(mask);

    let decide = assembler.branch(code, value_low, yes, no);
    let decide = load_masked(assembler, low, mask_low, decide);
    if condition.width == Width::Int {
        return decide;
    }
    // The upper halves decide, unless they are equal.
    let equal = assembler.branch(IF_EQUAL, value_high, decide, no);
    let upper = if code == IF_EQUAL { equal } else { assembler.branch(IF_GREATER, value_high, yes, equal) };
    load_masked(assembler, high, mask_high, upper)
}

fn load_masked(assembler: &mut Assembler, offset: u32, mask: u32, next: Label) -> Label {
    let next = if mask == u32::MAX { next } else { assembler.and(mask, next) };
    assembler.load(offset, next)
}

/// The upper and the lower 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "taking the halves apart is the purpose")]
fn halves(value: u64) -> (u32, u32) {
    ((value >> 32) as u32, value as u32)
}

fn refuse_if_too_long(instructions: usize) -> Result<()> {
    if instructions <= MAX_INSTRUCTIONS {
        return Ok(());
    }
    Err(Error::new(Kind::Unsupported, "compiling the seccomp profile")
        .because(format!("it needs more than the {MAX_INSTRUCTIONS} instructions the kernel takes"))
        .fix("merge rules that say the same, or drop conditions on arguments"))
}

#[cfg(test)]
mod tests {
    use super::super::emulate::{Call, run};
    use super::*;

    /// Numbers without rhyme, the same on every run (xorshift64*).
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> u64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
        }

        fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
            choices[usize::try_from(self.roll() >> 33).unwrap() % choices.len()]
        }
    }

    const ACTIONS: [Action; 5] =
        [Action::Allow, Action::Errno(1), Action::Errno(38), Action::Trap, Action::KillProcess];
    /// Values at the edges of the halves.
    const VALUES: [u64; 10] = [
        0,
        1,
        7,
        0xffff_fffe,
        0xffff_ffff,
        0x1_0000_0000,
        0x1_0000_0001,
        0x7_0000_0007,
        0x7fff_ffff_ffff_ffff,
        u64::MAX,
    ];

    fn holds(condition: &Condition, call: &Call) -> bool {
        let cut = |it: u64| if condition.width == Width::Int { it & 0xffff_ffff } else { it };
        let argument = cut(call.arguments[usize::from(condition.argument)]);
        match condition.comparison {
            Comparison::Equal(value) => argument == cut(value),
            Comparison::NotEqual(value) => argument != cut(value),
            Comparison::Less(value) => argument < cut(value),
            Comparison::LessOrEqual(value) => argument <= cut(value),
            Comparison::Greater(value) => argument > cut(value),
            Comparison::GreaterOrEqual(value) => argument >= cut(value),
            Comparison::Masked { mask, value } => argument & mask == cut(value),
        }
    }

    /// What the policy says, read off without a program.
    fn meant(table: &Table, call: &Call) -> Action {
        let rule = table.rules.iter().find(|rule| rule.0 == call.number).map(|rule| &rule.1);
        rule.map_or(table.default, |rule| {
            let clause = rule.clauses.iter().find(|it| it.conditions.iter().all(|it| holds(it, call)));
            clause.map_or(rule.otherwise, |clause| clause.action)
        })
    }

    fn random_condition(dice: &mut Dice) -> Condition {
        let value = dice.one_of(&VALUES);
        let comparison = match dice.roll() % 7 {
            0 => Comparison::Equal(value),
            1 => Comparison::NotEqual(value),
            2 => Comparison::Less(value),
            3 => Comparison::LessOrEqual(value),
            4 => Comparison::Greater(value),
            5 => Comparison::GreaterOrEqual(value),
            _ => Comparison::Masked { mask: dice.one_of(&VALUES), value },
        };
        Condition {
            argument: dice.one_of(&[0, 1, 5]),
            width: dice.one_of(&[Width::Int, Width::Long]),
            comparison,
        }
    }

    fn random_rule(dice: &mut Dice) -> Rule {
        let clauses = (0..dice.roll() % 4).map(|_| Clause {
            conditions: (0..dice.roll() % 3).map(|_| random_condition(dice)).collect(),
            action: dice.one_of(&ACTIONS),
        });
        let clauses = clauses.collect();
        Rule { clauses, otherwise: dice.one_of(&ACTIONS) }
    }

    #[test]
    fn a_program_says_what_its_policy_means() {
        let mut dice = Dice(0x5eed);
        for _ in 0..200 {
            let rules = (0..dice.roll() % 160)
                .map(|_| (u32::try_from(dice.roll() % 300).unwrap(), random_rule(&mut dice)));
            let table = Table { abi: Abi::Aarch64, rules: rules.collect(), default: dice.one_of(&ACTIONS) };
            let copy = Table { abi: table.abi, rules: table.rules.clone(), default: table.default };
            let program = compile(vec![copy]).unwrap();
            for number in 0..302 {
                for _ in 0..4 {
                    let mut call = Call::new(Abi::Aarch64.audit_architecture(), number);
                    call.arguments = [(); 6].map(|()| dice.one_of(&VALUES));
                    assert_eq!(run(&program, &call).0, meant(&table, &call).verdict(), "{call:?}");
                }
            }
        }
    }

    #[test]
    fn jumps_longer_than_255_are_taken() {
        let mut dice = Dice(1);
        let mut rule = || Rule {
            clauses: (0..2)
                .map(|_| Clause { conditions: vec![random_condition(&mut dice)], action: Action::Trap })
                .collect(),
            otherwise: Action::Allow,
        };
        let rules: Vec<_> = (0..140).map(|number| (number * 2, rule())).collect();
        let table = Table { abi: Abi::X86_64, rules: rules.clone(), default: Action::Errno(38) };
        let other = Table { abi: Abi::I386, rules, default: Action::Errno(1) };
        let program = compile(vec![table, other]).unwrap();
        assert!(program.0.len() > 1000, "{}", program.0.len());
        for number in 0..400 {
            for (abi, default) in [(Abi::X86_64, Action::Errno(38)), (Abi::I386, Action::Errno(1))] {
                let verdict = run(&program, &Call::new(abi.audit_architecture(), number)).0;
                assert_eq!(verdict == default.verdict(), number % 2 == 1 || number >= 280, "{number}");
            }
        }
    }

    #[test]
    fn a_policy_too_long_for_the_kernel_is_refused() {
        let mut dice = Dice(2);
        let clauses = (0..3000).map(|value| Clause {
            conditions: vec![Condition {
                comparison: Comparison::Equal(value),
                ..random_condition(&mut dice)
            }],
            action: Action::Trap,
        });
        let rule = Rule { clauses: clauses.collect(), otherwise: Action::Allow };
        let error = compile(vec![Table { abi: Abi::X86_64, rules: vec![(0, rule)], default: Action::Allow }]);
        assert_eq!(error.unwrap_err().kind, Kind::Unsupported);
    }
}
