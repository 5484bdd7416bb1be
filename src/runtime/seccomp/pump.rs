//! The filter of our own confined helper, which moves a container's output and waits for its end.

use super::compile::{Action, Clause, Comparison, Condition, Rule, Table, compile};
use super::instruction::Program;
use super::numbers::number;
use super::{Arch, NOT_IMPLEMENTED, NOT_PERMITTED};

/// What the helper may call with any arguments: 37 calls, and three more below. Descriptors it needs
/// (the log's directory, the listening socket, epoll, signalfd) are opened before it confines itself,
/// but for the files of a log that is rotated.
const ALLOWED: &str = "\
    read write writev close lseek \
    poll ppoll epoll_ctl epoll_wait epoll_pwait \
    recvmsg sendmsg recvfrom sendto accept4 \
    openat renameat unlinkat fsync fdatasync ftruncate fstat statx newfstatat \
    pidfd_send_signal waitid exit_group rt_sigreturn rt_sigprocmask restart_syscall \
    clock_gettime futex getrandom \
    brk munmap madvise mremap";

/// A helper that does one of these is no longer ours.
pub(super) const FATAL: &str = "execve execveat ptrace process_vm_writev";

/// `TCGETS`, `TIOCGWINSZ`, `TIOCSWINSZ` and `FIONREAD` (asm-generic/ioctls.h, the same on x86).
const TERMINAL: [u64; 4] = [0x5401, 0x5413, 0x5414, 0x541b];
/// `PIDFD_GET_INFO` whatever the size of its structure, which grows with the kernel (linux/pidfd.h).
const PIDFD_GET_INFO: Comparison = Comparison::Masked { mask: 0xc000_ffff, value: 0xc000_ff0b };
/// The bit `PROT_EXEC` of a `prot`, unset.
pub(super) const NOT_EXECUTABLE: Comparison = Comparison::Masked { mask: 0x4, value: 0 };

/// The filter for our helper process. Anything not needed fails with `EPERM`, so that a surprise in a
/// library costs one operation and not the container's log; foreign ABIs kill.
///
/// # Panics
/// Never: its size is fixed, and a test compiles it for every architecture.
pub fn pump_program(arch: Arch) -> Program {
    let abi = arch.abi();
    let mut rules = Vec::new();
    let mut add = |name: &str, rule: Rule| rules.extend(number(abi, name).map(|number| (number, rule)));
    for name in ALLOWED.split_ascii_whitespace() {
        add(name, Rule::always(Action::Allow));
    }
    for name in FATAL.split_ascii_whitespace() {
        add(name, Rule::always(Action::KillProcess));
    }
    let controls = TERMINAL.into_iter().map(Comparison::Equal).chain([PIDFD_GET_INFO]);
    add("ioctl", allow_when(1, controls, NOT_PERMITTED));
    add("mmap", allow_when(2, [NOT_EXECUTABLE], NOT_PERMITTED));
    // musl's allocator makes room with mprotect and takes ENOSYS for "no need to".
    add("mprotect", allow_when(2, [NOT_EXECUTABLE], NOT_IMPLEMENTED));
    compile(vec![Table { abi, rules, default: NOT_PERMITTED }]).expect("forty calls fit in any program")
}

/// Allows the call when one of `comparisons` holds for the `int` in `argument`. `PROT_*` are low bits
/// of a `long`, for which that is as good.
pub(super) fn allow_when(
    argument: u8,
    comparisons: impl IntoIterator<Item = Comparison>,
    otherwise: Action,
) -> Rule {
    let clause =
        |comparison| Clause { conditions: vec![Condition::int(argument, comparison)], action: Action::Allow };
    Rule { clauses: comparisons.into_iter().map(clause).collect(), otherwise }
}

#[cfg(test)]
mod tests {
    use super::super::emulate::{Call, answers};
    use super::*;

    #[test]
    fn the_helper_has_at_most_forty_calls() {
        for arch in [Arch::X86_64, Arch::Aarch64] {
            let program = pump_program(arch);
            let architecture = arch.abi().audit_architecture();
            let allowed = |number: &u32| {
                [0, 0x5413].iter().any(|request| {
                    answers(&program, &Call::new(architecture, *number).with(1, *request), Action::Allow)
                })
            };
            let count = (0..1024).filter(allowed).count();
            assert!((35..=40).contains(&count), "{count} on {arch:?}");
        }
    }

    #[test]
    fn the_helper_maps_nothing_executable_and_executes_nothing() {
        let program = pump_program(Arch::X86_64);
        let call = |name: &str| {
            let abi = Arch::X86_64.abi();
            Call::new(abi.audit_architecture(), number(abi, name).unwrap())
        };
        for high in [0, 1 << 32] {
            assert!(answers(&program, &call("mmap").with(2, 3 | high), Action::Allow));
            assert!(answers(&program, &call("mmap").with(2, 5 | high), NOT_PERMITTED));
            assert!(answers(&program, &call("mprotect").with(2, 7 | high), NOT_IMPLEMENTED));
        }
        assert!(answers(&program, &call("execve"), Action::KillProcess));
        assert!(answers(&program, &call("socket"), NOT_PERMITTED));
        assert!(answers(&program, &call("ioctl").with(1, 0xc040_ff0b), Action::Allow));
        assert!(answers(&program, &call("ioctl").with(1, 0xc050_ff0b), Action::Allow));
        assert!(answers(&program, &call("ioctl").with(1, 0x5412), NOT_PERMITTED));
        assert!(answers(&program, &Call::new(0x4000_0003, 3), Action::KillProcess));
    }
}
