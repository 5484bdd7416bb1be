//! The filters of the processes that serve a container's networks: the way out, the name server, published ports.
//! They read what strangers send all day, and need little but sockets for it.

use super::compile::{Action, Comparison, Rule, Table, compile};
use super::instruction::Program;
use super::numbers::number;
use super::pump::{FATAL, NOT_EXECUTABLE, allow_when};
use super::{Arch, NOT_IMPLEMENTED, NOT_PERMITTED};

/// A process that serves networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// The way out: dials for containers, from the host.
    Uplink,
    /// A container's name server: reads who is on its networks, and asks the host's resolvers.
    Names,
    /// A container's published ports: accepts, dials inside, moves bytes.
    Ports,
}

/// What all of them do.
const COMMON: &str = "\
    read write readv writev close lseek fcntl \
    recvmsg sendmsg recvfrom sendto recvmmsg sendmmsg \
    accept4 bind connect shutdown getsockname getpeername setsockopt getsockopt \
    poll ppoll epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 \
    exit exit_group rt_sigreturn rt_sigprocmask restart_syscall \
    clock_gettime futex getrandom \
    brk munmap madvise mremap";

/// The name server and the way out look at /etc/resolv.conf, the name server at its networks.
const READING: &str = "openat newfstatat fstat statx readlink readlinkat";

/// To be told when a network changes.
const WATCHING: &str = "getdents64 inotify_init1 inotify_add_watch inotify_rm_watch";

/// To move bytes without looking at them.
const MOVING: &str = "splice pipe2 prlimit64";

/// `AF_INET`, `AF_INET6`: they talk to the network, and to no service of the host by any other way.
const INTERNET: [u64; 2] = [2, 10];

/// `FIONBIO`, asm-generic/ioctls.h.
const NON_BLOCKING: u64 = 0x5421;

/// The filter of one of them.
///
/// # Panics
/// Never: its size is fixed, and a test compiles it for every architecture.
pub fn server_program(arch: Arch, server: Server) -> Program {
    let abi = arch.abi();
    let more: &[&str] = match server {
        Server::Uplink => &[READING, "prlimit64"],
        Server::Names => &[READING, WATCHING],
        Server::Ports => &[MOVING],
    };
    let mut rules = Vec::new();
    let mut add = |name: &str, rule: Rule| rules.extend(number(abi, name).map(|number| (number, rule)));
    for name in std::iter::once(&COMMON).chain(more).flat_map(|names| names.split_ascii_whitespace()) {
        add(name, Rule::always(Action::Allow));
    }
    for name in FATAL.split_ascii_whitespace() {
        add(name, Rule::always(Action::KillProcess));
    }
    add("socket", allow_when(0, INTERNET.map(Comparison::Equal), NOT_PERMITTED));
    add("ioctl", allow_when(1, [Comparison::Equal(NON_BLOCKING)], NOT_PERMITTED));
    add("mmap", allow_when(2, [NOT_EXECUTABLE], NOT_PERMITTED));
    add("mprotect", allow_when(2, [NOT_EXECUTABLE], NOT_IMPLEMENTED));
    compile(vec![Table { abi, rules, default: NOT_PERMITTED }]).expect("sixty calls fit in any program")
}

#[cfg(test)]
mod tests {
    use super::super::emulate::{Call, answers};
    use super::*;

    fn allows(server: Server, name: &str, first: u64) -> bool {
        let abi = Arch::X86_64.abi();
        let call = Call::new(abi.audit_architecture(), number(abi, name).unwrap()).with(0, first);
        answers(&server_program(Arch::X86_64, server), &call, Action::Allow)
    }

    #[test]
    fn they_talk_to_the_internet_and_to_nothing_else() {
        for server in [Server::Uplink, Server::Names, Server::Ports] {
            for (family, allowed) in [(2, true), (10, true), (1, false), (16, false), (17, false)] {
                assert_eq!(allows(server, "socket", family), allowed, "{server:?} {family}");
            }
            for forbidden in ["execve", "ptrace", "setns", "unshare", "mount", "clone", "kill", "unlinkat"] {
                assert!(!allows(server, forbidden, 0), "{server:?} {forbidden}");
            }
        }
    }

    #[test]
    fn only_who_reads_files_can_open_them() {
        assert!(allows(Server::Names, "openat", 0));
        assert!(allows(Server::Uplink, "openat", 0));
        assert!(!allows(Server::Ports, "openat", 0));
        assert!(allows(Server::Ports, "splice", 0));
        assert!(!allows(Server::Names, "splice", 0));
    }

    #[test]
    fn there_is_one_for_every_architecture() {
        for arch in [Arch::X86_64, Arch::Aarch64] {
            for server in [Server::Uplink, Server::Names, Server::Ports] {
                assert!(!server_program(arch, server).to_bytes().is_empty());
            }
        }
    }
}
