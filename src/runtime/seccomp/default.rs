//! rcon's own policy: an allow-list, tightened by what a container's capabilities do not cover.
//!
//! It holds what both docker's and podman's default profiles (28.x, 5.x) allow a container with the
//! ordinary capabilities, and differs from them in four ways, each of which closes a hole:
//!
//! - `int` arguments are compared as the 32 bits that the kernel reads, so that setting the upper
//!   half of the register changes no verdict;
//! - sockets are an allow-list of families (and of netlink protocols), not a list of the one or two
//!   that had a vulnerability last year;
//! - the second ways to make a call, i386's and x32's, are shut, but i386's for images of a 386;
//! - a terminal does not take input from its programs (`TIOCSTI`, `TIOCLINUX`).
//!
//! What is unknown, or newer than this list, answers `ENOSYS`: programs then use what they used before.

use caps::Capability;

use super::compile::{Action, Clause, Comparison, Condition, Rule, Table, compile};
use super::instruction::Program;
use super::numbers::{Set, number};
use super::{Abi, Arch, NOT_IMPLEMENTED, NOT_PERMITTED};

/// `EAFNOSUPPORT`, for a socket family that is not allowed: the answer of a kernel built without it,
/// which programs meet with a fallback, where `EPERM` makes some give up.
const NO_SUCH_FAMILY: Action = Action::Errno(97);
/// `EPROTONOSUPPORT`, likewise for a netlink protocol.
const NO_SUCH_PROTOCOL: Action = Action::Errno(93);

/// Allowed with any arguments, in groups that can be read. A name an ABI lacks is skipped there.
const ALLOWED: &[&str] = &[
    // Files by descriptor.
    "close close_range copy_file_range dup dup2 dup3 fadvise64 fadvise64_64 fallocate fcntl fcntl64 \
     fdatasync flock fsync ftruncate ftruncate64 getdents getdents64 lseek _llseek pread64 preadv preadv2 \
     pwrite64 pwritev pwritev2 read readahead readv sendfile sendfile64 splice sync sync_file_range syncfs \
     tee write writev",
    // Files by name.
    "access chdir chmod chown chown32 creat faccessat faccessat2 fchdir fchmod fchmodat fchmodat2 fchown \
     fchown32 fchownat fstat fstat64 fstatat64 fstatfs fstatfs64 futimesat getcwd lchown lchown32 link linkat \
     lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 readlink \
     readlinkat rename renameat renameat2 rmdir stat stat64 statfs statfs64 statx symlink symlinkat truncate \
     truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes",
    // Extended attributes, and being told of changes.
    "fgetxattr flistxattr fremovexattr fsetxattr getxattr lgetxattr listxattr llistxattr lremovexattr \
     lsetxattr removexattr setxattr fanotify_mark inotify_add_watch inotify_init inotify_init1 \
     inotify_rm_watch",
    // Waiting, pipes and asynchronous reading.
    "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old \
     eventfd eventfd2 io_cancel io_destroy io_getevents io_setup io_submit pipe pipe2 poll ppoll ppoll_time64 \
     pselect6 pselect6_time64 select _newselect",
    // Memory.
    "brk madvise membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2 mprotect \
     mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages",
    // Processes and threads. The kernel's own checks guard ptrace since 4.8.
    "arch_prctl execve execveat exit exit_group fork futex futex_time64 get_robust_list get_thread_area \
     getcpu getpgid getpgrp getpid getppid getpriority getrusage getsid gettid ioprio_get ioprio_set kill \
     modify_ldt pidfd_open pidfd_send_signal prctl process_mrelease process_vm_readv process_vm_writev ptrace \
     restart_syscall rseq set_robust_list set_thread_area set_tid_address setpgid setpriority setsid tgkill \
     tkill vfork wait4 waitid waitpid",
    // Scheduling.
    "sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam \
     sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr \
     sched_setparam sched_setscheduler sched_yield",
    // Who one is, and confining oneself further.
    "capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid \
     getresgid32 getresuid getresuid32 getuid getuid32 landlock_add_rule landlock_create_ruleset \
     landlock_restrict_self seccomp setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups \
     setgroups32 setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid \
     setuid32",
    // Limits and what the system is.
    "getrandom getrlimit prlimit64 setrlimit sysinfo ugetrlimit uname",
    // Signals.
    "pause rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend \
     rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd signalfd4 sigprocmask \
     sigreturn",
    // Time. Who may set the clock with adjtimex, the kernel decides.
    "adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime \
     clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time \
     timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 \
     timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times",
    // Sockets, once they are made.
    "accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg \
     recvmmsg_time64 recvmsg sendmmsg sendmsg sendto setsockopt shutdown",
    // System V and POSIX IPC.
    "ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend \
     mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop \
     semtimedop_time64 shmat shmctl shmdt shmget",
];

/// [`ALLOWED`] in numbers, found by the compiler: a container's start does not wait for it.
static ALLOWED_X86_64: Set = Set::of(Abi::X86_64, ALLOWED);
static ALLOWED_AARCH64: Set = Set::of(Abi::Aarch64, ALLOWED);
static ALLOWED_I386: Set = Set::of(Abi::I386, ALLOWED);

/// Allowed when one of the capabilities is in the bounding set, else `EPERM`. What needs two, the
/// kernel asks for itself.
const GRANTED: &[(&[Capability], &str)] = &[
    (
        &[Capability::CAP_SYS_ADMIN],
        "fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr move_mount open_tree \
         quotactl quotactl_fd setdomainname sethostname setns umount umount2 unshare",
    ),
    (&[Capability::CAP_SYS_ADMIN, Capability::CAP_BPF], "bpf"),
    (&[Capability::CAP_SYS_ADMIN, Capability::CAP_PERFMON], "perf_event_open"),
    (&[Capability::CAP_SYS_ADMIN, Capability::CAP_SYSLOG], "syslog"),
    (&[Capability::CAP_DAC_READ_SEARCH], "open_by_handle_at"),
    (&[Capability::CAP_SYS_BOOT], "reboot"),
    (&[Capability::CAP_SYS_CHROOT], "chroot"),
    (&[Capability::CAP_SYS_MODULE], "delete_module finit_module init_module"),
    (&[Capability::CAP_SYS_NICE], "get_mempolicy mbind set_mempolicy set_mempolicy_home_node"),
    (&[Capability::CAP_SYS_PACCT], "acct"),
    (&[Capability::CAP_SYS_PTRACE], "kcmp pidfd_getfd process_madvise"),
    (&[Capability::CAP_SYS_RAWIO], "ioperm iopl"),
    (&[Capability::CAP_SYS_TIME], "clock_settime clock_settime64 settimeofday stime"),
    (&[Capability::CAP_SYS_TTY_CONFIG], "vhangup"),
];

/// `EPERM` for everyone: known, and dangerous or of no use in a container. (What is known to have
/// safe fallbacks - io_uring, the keyrings - is simply not listed, and so answers `ENOSYS`.)
const FORBIDDEN: &str = "\
    _sysctl create_module get_kernel_syms kexec_file_load kexec_load migrate_pages move_pages nfsservctl \
    pivot_root query_module swapoff swapon sysfs uselib userfaultfd ustat vm86 vm86old vmsplice";

/// `CLONE_NEW*` (linux/sched.h), all but `CLONE_NEWTIME`, whose bit is part of the exit signal in clone(2).
const NEW_NAMESPACES: u64 = 0x7e02_0000;
/// The execution domains docker knows: Linux, `PER_LINUX32`, both with `UNAME26`, and "tell me".
const PERSONALITIES: [u64; 5] = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/// `TIOCSTI` and `TIOCLINUX` (asm-generic/ioctls.h): type into the terminal, paste into it.
const TERMINAL_INPUT: [u64; 2] = [0x5412, 0x541c];

/// `AF_UNIX`, `AF_INET`, `AF_INET6`.
const FAMILIES: [u64; 3] = [1, 2, 10];
const AF_UNIX: u64 = 1;
const AF_NETLINK: u64 = 16;
const AF_PACKET: u64 = 17;
/// `NETLINK_ROUTE`, `_SOCK_DIAG`, `_KOBJECT_UEVENT`, `_GENERIC` (linux/netlink.h).
const NETLINKS: [u64; 4] = [0, 4, 15, 16];
const NETLINK_XFRM: u64 = 6;
const NETLINK_AUDIT: u64 = 9;
const NETLINK_NETFILTER: u64 = 12;

/// `SYS_SOCKET` and `SYS_SOCKETPAIR` of i386's socketcall(2), whose arguments a filter cannot see.
const SOCKETCALL_MAKES_ONE: [u64; 2] = [1, 8];

/// The filter of a container whose bounding set is `bounding` (bit N: capability N, linux/capability.h).
/// `image_is_386` opens the i386 calls on x86-64; it means nothing elsewhere.
///
/// # Panics
/// Never: the policy is a constant, and a test compiles every form of it.
pub fn default_program(arch: Arch, bounding: u64, image_is_386: bool) -> Program {
    let native = arch.abi();
    let mut tables = vec![table(native, bounding)];
    if native == Abi::X86_64 {
        let rules = if image_is_386 { table(Abi::I386, bounding).rules } else { Vec::new() };
        tables.push(Table { abi: Abi::I386, rules, default: NOT_IMPLEMENTED });
    }
    compile(tables).expect("the default policy fits in a program")
}

fn table(abi: Abi, bounding: u64) -> Table {
    let holds = |capability: Capability| bounding & capability.bitmask() != 0;
    let allowed = match abi {
        Abi::X86_64 => &ALLOWED_X86_64,
        Abi::Aarch64 => &ALLOWED_AARCH64,
        Abi::I386 => &ALLOWED_I386,
    };
    let mut rules = Vec::with_capacity(448);
    rules.extend(allowed.iter().map(|number| (number, Rule::always(Action::Allow))));
    let mut add = |names: &str, rule: &dyn Fn() -> Rule| {
        let numbers = names.split_ascii_whitespace().filter_map(|name| number(abi, name));
        rules.extend(numbers.map(|number| (number, rule())));
    };
    for (capabilities, names) in GRANTED {
        let granted = capabilities.iter().copied().any(holds);
        add(names, &|| Rule::always(if granted { Action::Allow } else { NOT_PERMITTED }));
    }
    add(FORBIDDEN, &|| Rule::always(NOT_PERMITTED));

    let admin = holds(Capability::CAP_SYS_ADMIN);
    // Flags behind a pointer cannot be checked; ENOSYS makes libc use clone.
    add("clone3", &|| Rule::always(if admin { Action::Allow } else { NOT_IMPLEMENTED }));
    add("clone", &|| if admin { Rule::always(Action::Allow) } else { clone_without_namespaces() });
    add("personality", &|| known_personalities());
    add("ioctl", &|| refuse_when(&TERMINAL_INPUT, 1, NOT_PERMITTED));
    add("socket", &|| sockets(&holds));
    add("socketpair", &|| Rule {
        clauses: vec![when([(0, Comparison::Equal(AF_UNIX))], Action::Allow)],
        otherwise: NO_SUCH_FAMILY,
    });
    // libc asks for the direct calls first, and comes here when they do not exist.
    add("socketcall", &|| refuse_when(&SOCKETCALL_MAKES_ONE, 0, NOT_IMPLEMENTED));
    Table { abi, rules, default: NOT_IMPLEMENTED }
}

/// `action` when all the `int` arguments compare so.
fn when<const N: usize>(conditions: [(u8, Comparison); N], action: Action) -> Clause {
    let conditions = conditions.map(|(argument, comparison)| Condition::int(argument, comparison));
    Clause { conditions: conditions.into(), action }
}

/// `action` when the `int` in `argument` is one of `values`, else allowed.
fn refuse_when(values: &[u64], argument: u8, action: Action) -> Rule {
    let clauses = values.iter().map(|&value| when([(argument, Comparison::Equal(value))], action)).collect();
    Rule { clauses, otherwise: Action::Allow }
}

fn clone_without_namespaces() -> Rule {
    let none = Comparison::Masked { mask: NEW_NAMESPACES, value: 0 };
    Rule { clauses: vec![when([(0, none)], Action::Allow)], otherwise: NOT_PERMITTED }
}

fn known_personalities() -> Rule {
    let clause = |value| when([(0, Comparison::Equal(value))], Action::Allow);
    Rule { clauses: PERSONALITIES.into_iter().map(clause).collect(), otherwise: NOT_PERMITTED }
}

/// socket(2): the families, and of netlink the protocols, that programs use.
fn sockets(holds: &dyn Fn(Capability) -> bool) -> Rule {
    let family = |family| (0, Comparison::Equal(family));
    let mut clauses: Vec<_> = FAMILIES.map(|it| when([family(it)], Action::Allow)).into();
    let mut netlink = |protocol| {
        clauses.push(when([family(AF_NETLINK), (2, Comparison::Equal(protocol))], Action::Allow));
    };
    NETLINKS.into_iter().for_each(&mut netlink);
    if [Capability::CAP_AUDIT_WRITE, Capability::CAP_AUDIT_CONTROL, Capability::CAP_AUDIT_READ]
        .into_iter()
        .any(holds)
    {
        netlink(NETLINK_AUDIT);
    }
    // Firewalls and IPsec: whoever grants this capability asks for them.
    if holds(Capability::CAP_NET_ADMIN) {
        netlink(NETLINK_NETFILTER);
        netlink(NETLINK_XFRM);
    }
    clauses.push(when([family(AF_NETLINK)], NO_SUCH_PROTOCOL));
    if holds(Capability::CAP_NET_RAW) {
        clauses.push(when([family(AF_PACKET)], Action::Allow));
    }
    Rule { clauses, otherwise: NO_SUCH_FAMILY }
}

#[cfg(test)]
mod tests {
    use super::super::emulate::{Call, answers, run};
    use super::*;

    const X86_64: u32 = 0xc000_003e;
    const AARCH64: u32 = 0xc000_00b7;
    const I386: u32 = 0x4000_0003;
    const ARM: u32 = 0x4000_0028;
    const X32: u32 = 0x4000_0000;

    /// Podman's eleven.
    const ORDINARY: u64 = 0x8004_05fb;
    const EVERYTHING: u64 = (1 << 41) - 1;

    /// Argument sets under which a call that is allowed at all is allowed, and some more.
    fn variants(call: Call) -> impl Iterator<Item = Call> {
        [0, 1, 2].into_iter().map(move |first| call.with(0, first))
    }

    fn allowed_numbers(program: &Program, architecture: u32, numbers: std::ops::Range<u32>) -> usize {
        let allowed =
            |number: &u32| variants(Call::new(architecture, *number)).any(|it| allowed(program, &it));
        numbers.filter(allowed).count()
    }

    fn allowed(program: &Program, call: &Call) -> bool {
        answers(program, call, Action::Allow)
    }

    fn call(architecture: u32, name: &str) -> Call {
        let abi = match architecture {
            X86_64 => Abi::X86_64,
            AARCH64 => Abi::Aarch64,
            _ => Abi::I386,
        };
        Call::new(architecture, number(abi, name).unwrap_or_else(|| panic!("{name}")))
    }

    #[test]
    fn every_name_in_the_policy_exists_and_is_named_once() {
        let lists = ALLOWED.iter().chain(GRANTED.iter().map(|row| &row.1)).chain([&FORBIDDEN]);
        let mut names: Vec<_> = lists.flat_map(|list| list.split_ascii_whitespace()).collect();
        for name in &names {
            let abis = [Abi::X86_64, Abi::Aarch64, Abi::I386];
            assert!(abis.into_iter().any(|abi| number(abi, name).is_some()), "{name}");
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn it_allows_no_more_than_297_calls() {
        let program = default_program(Arch::X86_64, ORDINARY, false);
        let count = allowed_numbers(&program, X86_64, 0..1024);
        assert!((280..=297).contains(&count), "{count}");
        let program = default_program(Arch::Aarch64, ORDINARY, false);
        let count = allowed_numbers(&program, AARCH64, 0..1024);
        assert!((230..=297).contains(&count), "{count}");
    }

    #[test]
    fn i386_and_x32_are_not_implemented_and_other_architectures_kill() {
        for bounding in [0, ORDINARY, EVERYTHING] {
            let x86 = default_program(Arch::X86_64, bounding, false);
            let opened = default_program(Arch::X86_64, bounding, true);
            let arm = default_program(Arch::Aarch64, bounding, true);
            for number in 0..1024 {
                for call in variants(Call::new(X86_64, number | X32)) {
                    assert!(answers(&x86, &call, NOT_IMPLEMENTED), "{call:?}");
                    assert!(answers(&opened, &call, NOT_IMPLEMENTED), "{call:?}");
                }
                assert!(answers(&x86, &Call::new(I386, number), NOT_IMPLEMENTED));
                for foreign in [0, ARM, AARCH64, 0xc000_0015, u32::MAX] {
                    assert!(answers(&x86, &Call::new(foreign, number), Action::KillProcess));
                    assert!(answers(&opened, &Call::new(foreign, number), Action::KillProcess));
                }
                for foreign in [0, ARM, I386, X86_64] {
                    assert!(answers(&arm, &Call::new(foreign, number), Action::KillProcess));
                }
            }
            for number in [X32 - 1, X32, X32 | 0x200, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
                assert!(answers(&x86, &Call::new(X86_64, number), NOT_IMPLEMENTED));
                assert!(answers(&arm, &Call::new(AARCH64, number), NOT_IMPLEMENTED));
            }
        }
    }

    #[test]
    fn unknown_and_newer_calls_are_not_implemented() {
        let program = default_program(Arch::X86_64, EVERYTHING, true);
        for number in 470..1024 {
            assert!(answers(&program, &Call::new(X86_64, number), NOT_IMPLEMENTED));
            assert!(answers(&program, &Call::new(I386, number), NOT_IMPLEMENTED));
        }
    }

    #[test]
    fn a_386_image_gets_i386_calls_but_no_socketcall_that_makes_a_socket() {
        let program = default_program(Arch::X86_64, ORDINARY, true);
        for name in ["read", "mmap2", "_llseek", "setuid32", "clock_gettime64", "ipc", "execve", "waitpid"] {
            assert!(allowed(&program, &call(I386, name)), "{name}");
        }
        for high in [0, 1 << 32] {
            for (code, action) in
                [(1, NOT_IMPLEMENTED), (8, NOT_IMPLEMENTED), (3, Action::Allow), (16, Action::Allow)]
            {
                let call = call(I386, "socketcall").with(0, code | high);
                assert!(answers(&program, &call, action), "{code}");
            }
        }
        assert!(answers(&program, &call(I386, "socket").with(0, 38), NO_SUCH_FAMILY));
        assert!(allowed(&program, &call(I386, "socket").with(0, 2)));
    }

    #[test]
    fn the_upper_half_of_an_int_changes_no_verdict() {
        let interesting =
            [0, 1, 2, 3, 4, 8, 9, 10, 12, 15, 16, 17, 38, 40, 0x5401, 0x5412, 0x541c, 0x2_0000, 0x1000_0011];
        for (arch, architectures) in [(Arch::X86_64, &[X86_64, I386][..]), (Arch::Aarch64, &[AARCH64])] {
            for bounding in [ORDINARY, ORDINARY | Capability::CAP_NET_RAW.bitmask(), EVERYTHING] {
                let program = default_program(arch, bounding, true);
                for &architecture in architectures {
                    for number in 0..512 {
                        for first in interesting {
                            for second in [0, 4, 9, 0x5412, 0x541c] {
                                let plain = Call::new(architecture, number)
                                    .with(0, first)
                                    .with(1, second)
                                    .with(2, second);
                                let mut dressed = plain;
                                dressed.arguments = plain.arguments.map(|it| it | 0xdead_beef << 32);
                                assert_eq!(run(&program, &plain).0, run(&program, &dressed).0, "{dressed:?}");
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn sockets_are_an_allow_list_of_families_and_netlink_protocols() {
        let verdict = |bounding, family: u64, protocol: u64| {
            let program = default_program(Arch::X86_64, bounding, false);
            let call = call(X86_64, "socket").with(0, family).with(2, protocol);
            run(&program, &call).0
        };
        for family in 0..64 {
            let expected = match family {
                1 | 2 | 10 | 16 => Action::Allow,
                _ => NO_SUCH_FAMILY,
            };
            assert_eq!(verdict(ORDINARY, family, 0), expected.verdict(), "{family}");
        }
        for protocol in 0..32 {
            let allowed = [0, 4, 15, 16].contains(&protocol);
            let expected = if allowed { Action::Allow } else { NO_SUCH_PROTOCOL };
            assert_eq!(verdict(ORDINARY, 16, protocol), expected.verdict(), "{protocol}");
        }
        let allow = Action::Allow.verdict();
        assert_eq!(verdict(Capability::CAP_NET_RAW.bitmask(), 17, 0x300), allow);
        assert_eq!(verdict(Capability::CAP_AUDIT_WRITE.bitmask(), 16, 9), allow);
        assert_eq!(verdict(Capability::CAP_NET_ADMIN.bitmask(), 16, 12), allow);
        assert_ne!(verdict(EVERYTHING, 38, 0), allow);
        assert_ne!(verdict(EVERYTHING, 40, 0), allow);
    }

    #[test]
    fn namespaces_need_sys_admin_in_clone_unshare_and_setns() {
        let flags = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];
        for (arch, architecture) in [(Arch::X86_64, X86_64), (Arch::Aarch64, AARCH64)] {
            let ordinary = default_program(arch, ORDINARY, false);
            let admin = default_program(arch, Capability::CAP_SYS_ADMIN.bitmask(), false);
            for flag in flags {
                let call = call(architecture, "clone").with(0, flag | 17);
                assert!(answers(&ordinary, &call, NOT_PERMITTED));
                assert!(allowed(&admin, &call));
            }
            // What fork and pthread_create of glibc and musl ask for.
            for flag in [17, 0x0120_0011, 0x003d_0f00, 0x007d_0f00, 0x4111] {
                assert!(allowed(&ordinary, &call(architecture, "clone").with(0, flag)), "{flag:#x}");
            }
            for name in ["unshare", "setns", "mount", "umount2", "fsopen", "move_mount", "open_tree", "bpf"] {
                assert!(answers(&ordinary, &call(architecture, name), NOT_PERMITTED), "{name}");
                assert!(allowed(&admin, &call(architecture, name)), "{name}");
            }
            assert!(answers(&ordinary, &call(architecture, "clone3"), NOT_IMPLEMENTED));
            assert!(allowed(&admin, &call(architecture, "clone3")));
        }
    }

    #[test]
    fn a_capability_opens_its_calls_and_no_others() {
        for (capabilities, names) in GRANTED {
            for name in names.split_ascii_whitespace() {
                let Some(number) = number(Abi::X86_64, name) else { continue };
                let call = Call::new(X86_64, number);
                for capability in caps::all() {
                    let program = default_program(Arch::X86_64, capability.bitmask(), false);
                    let expected =
                        if capabilities.contains(&capability) { Action::Allow } else { NOT_PERMITTED };
                    assert!(answers(&program, &call, expected), "{name} with {capability}");
                }
            }
        }
    }

    #[test]
    fn dangerous_calls_answer_as_documented() {
        let program = default_program(Arch::X86_64, ORDINARY, false);
        for name in ["io_uring_setup", "io_uring_enter", "keyctl", "add_key", "request_key", "clone3"] {
            assert!(answers(&program, &call(X86_64, name), NOT_IMPLEMENTED), "{name}");
        }
        for name in
            ["bpf", "perf_event_open", "userfaultfd", "open_by_handle_at", "kexec_load", "init_module"]
        {
            assert!(answers(&program, &call(X86_64, name), NOT_PERMITTED), "{name}");
        }
        for request in [0x5412, 0x541c] {
            let call = call(X86_64, "ioctl").with(1, request | 7 << 32);
            assert!(answers(&program, &call, NOT_PERMITTED));
        }
        assert!(allowed(&program, &call(X86_64, "ioctl").with(1, 0x5413)));
        for (domain, expected) in
            [(0, true), (8, true), (0x2_0000, true), (0xffff_ffff, true), (0x4_0000, false), (4, false)]
        {
            assert_eq!(
                allowed(&program, &call(X86_64, "personality").with(0, domain)),
                expected,
                "{domain:#x}"
            );
        }
    }

    #[test]
    fn ordinary_programs_find_what_they_need() {
        let names = "read write openat close fstat newfstatat statx lseek mmap mprotect munmap brk \
            rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64 readv writev pipe2 dup dup3 \
            getpid execve exit_group wait4 kill uname fcntl flock fsync ftruncate getdents64 getcwd chdir \
            renameat2 mkdirat unlinkat symlinkat readlinkat fchmodat fchownat umask prlimit64 getrandom \
            setresuid setgroups capget prctl futex sched_getaffinity clock_nanosleep epoll_pwait eventfd2 \
            timerfd_create accept4 connect bind listen sendmsg recvmsg memfd_create rseq set_robust_list \
            chroot ptrace seccomp getxattr utimensat fchmodat2 close_range pidfd_open";
        for (arch, architecture) in [(Arch::X86_64, X86_64), (Arch::Aarch64, AARCH64)] {
            let program = default_program(arch, ORDINARY, false);
            for name in names.split_ascii_whitespace() {
                assert!(allowed(&program, &call(architecture, name)), "{name} on {arch:?}");
            }
        }
    }

    #[test]
    fn the_program_is_short_and_a_call_takes_few_instructions() {
        let program = default_program(Arch::X86_64, ORDINARY, false);
        assert!(program.0.len() < 400, "{}", program.0.len());
        let most = (0..512).map(|number| run(&program, &Call::new(X86_64, number)).1).max();
        assert!(most < Some(40), "{most:?}");
        assert!(default_program(Arch::X86_64, EVERYTHING, true).0.len() < 800);
    }
}
