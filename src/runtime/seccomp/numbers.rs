//! Names of system calls and their numbers, for the three ABIs a filter of ours may meet.
//!
//! Linux 6.17, from its own tables: `arch/x86/entry/syscalls/syscall_64.tbl` (entries "common" and
//! "64"; the x32 ones are refused as a whole), `scripts/syscall.tbl` as arm64 uses it, and
//! `arch/x86/entry/syscalls/syscall_32.tbl`. A call that is missing here is an unknown call to every filter.

use std::cmp::Ordering;

use super::Abi;

/// The column of an ABI that does not have the call.
const NONE: u16 = u16::MAX;

/// The number of the call `name`, or `None` where `abi` has no such call. `const`, so that a policy can
/// be resolved when it is compiled (see [`Set`]) and not at every start of a container.
pub(super) const fn number(abi: Abi, name: &str) -> Option<u32> {
    let (mut low, mut high) = (0, CALLS.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let (candidate, x86_64, aarch64, i386) = CALLS[middle];
        match order(candidate.as_bytes(), name.as_bytes()) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => {
                let number = match abi {
                    Abi::X86_64 => x86_64,
                    Abi::Aarch64 => aarch64,
                    Abi::I386 => i386,
                };
                return if number == NONE { None } else { Some(number as u32) };
            }
        }
    }
    None
}

/// `Ord::cmp` of slices, which is not `const`.
const fn order(left: &[u8], right: &[u8]) -> Ordering {
    let mut at = 0;
    while at < left.len() && at < right.len() {
        if left[at] != right[at] {
            return if left[at] < right[at] { Ordering::Less } else { Ordering::Greater };
        }
        at += 1;
    }
    if left.len() == right.len() {
        Ordering::Equal
    } else if left.len() < right.len() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// A set of numbers below 512, a bit each; no call of the table has a higher one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Set([u64; 8]);

impl Set {
    /// The numbers in `abi` of the names in `lists`, which are separated by single spaces. Names that
    /// `abi` lacks are left out.
    pub(super) const fn of(abi: Abi, lists: &[&str]) -> Self {
        let mut bits = [0; 8];
        let mut list = 0;
        while list < lists.len() {
            let mut rest = lists[list];
            while !rest.is_empty() {
                let mut end = 0;
                while end < rest.len() && rest.as_bytes()[end] != b' ' {
                    end += 1;
                }
                let (name, more) = rest.split_at(end);
                if let Some(number) = number(abi, name) {
                    bits[number as usize / 64] |= 1 << (number % 64);
                }
                rest = if more.is_empty() { more } else { more.split_at(1).1 };
            }
            list += 1;
        }
        Self(bits)
    }

    /// The numbers, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        (0..512_u32).filter(|number| self.0[*number as usize / 64] & (1 << (number % 64)) != 0)
    }
}

/// Name and number on x86-64, aarch64 and i386; sorted by name.
const CALLS: &[(&str, u16, u16, u16)] = &[
    ("_llseek", NONE, NONE, 140),
    ("_newselect", NONE, NONE, 142),
    ("_sysctl", 156, NONE, 149),
    ("accept", 43, 202, NONE),
    ("accept4", 288, 242, 364),
    ("access", 21, NONE, 33),
    ("acct", 163, 89, 51),
    ("add_key", 248, 217, 286),
    ("adjtimex", 159, 171, 124),
    ("afs_syscall", 183, NONE, 137),
    ("alarm", 37, NONE, 27),
    ("arch_prctl", 158, NONE, 384),
    ("bdflush", NONE, NONE, 134),
    ("bind", 49, 200, 361),
    ("bpf", 321, 280, 357),
    ("break", NONE, NONE, 17),
    ("brk", 12, 214, 45),
    ("cachestat", 451, 451, 451),
    ("capget", 125, 90, 184),
    ("capset", 126, 91, 185),
    ("chdir", 80, 49, 12),
    ("chmod", 90, NONE, 15),
    ("chown", 92, NONE, 182),
    ("chown32", NONE, NONE, 212),
    ("chroot", 161, 51, 61),
    ("clock_adjtime", 305, 266, 343),
    ("clock_adjtime64", NONE, 405, 405),
    ("clock_getres", 229, 114, 266),
    ("clock_getres_time64", NONE, 406, 406),
    ("clock_gettime", 228, 113, 265),
    ("clock_gettime64", NONE, 403, 403),
    ("clock_nanosleep", 230, 115, 267),
    ("clock_nanosleep_time64", NONE, 407, 407),
    ("clock_settime", 227, 112, 264),
    ("clock_settime64", NONE, 404, 404),
    ("clone", 56, 220, 120),
    ("clone3", 435, 435, 435),
    ("close", 3, 57, 6),
    ("close_range", 436, 436, 436),
    ("connect", 42, 203, 362),
    ("copy_file_range", 326, 285, 377),
    ("creat", 85, NONE, 8),
    ("create_module", 174, NONE, 127),
    ("delete_module", 176, 106, 129),
    ("dup", 32, 23, 41),
    ("dup2", 33, NONE, 63),
    ("dup3", 292, 24, 330),
    ("epoll_create", 213, NONE, 254),
    ("epoll_create1", 291, 20, 329),
    ("epoll_ctl", 233, 21, 255),
    ("epoll_ctl_old", 214, NONE, NONE),
    ("epoll_pwait", 281, 22, 319),
    ("epoll_pwait2", 441, 441, 441),
    ("epoll_wait", 232, NONE, 256),
    ("epoll_wait_old", 215, NONE, NONE),
    ("eventfd", 284, NONE, 323),
    ("eventfd2", 290, 19, 328),
    ("execve", 59, 221, 11),
    ("execveat", 322, 281, 358),
    ("exit", 60, 93, 1),
    ("exit_group", 231, 94, 252),
    ("faccessat", 269, 48, 307),
    ("faccessat2", 439, 439, 439),
    ("fadvise64", 221, 223, 250),
    ("fadvise64_64", NONE, NONE, 272),
    ("fallocate", 285, 47, 324),
    ("fanotify_init", 300, 262, 338),
    ("fanotify_mark", 301, 263, 339),
    ("fchdir", 81, 50, 133),
    ("fchmod", 91, 52, 94),
    ("fchmodat", 268, 53, 306),
    ("fchmodat2", 452, 452, 452),
    ("fchown", 93, 55, 95),
    ("fchown32", NONE, NONE, 207),
    ("fchownat", 260, 54, 298),
    ("fcntl", 72, 25, 55),
    ("fcntl64", NONE, NONE, 221),
    ("fdatasync", 75, 83, 148),
    ("fgetxattr", 193, 10, 231),
    ("file_getattr", 468, 468, 468),
    ("file_setattr", 469, 469, 469),
    ("finit_module", 313, 273, 350),
    ("flistxattr", 196, 13, 234),
    ("flock", 73, 32, 143),
    ("fork", 57, NONE, 2),
    ("fremovexattr", 199, 16, 237),
    ("fsconfig", 431, 431, 431),
    ("fsetxattr", 190, 7, 228),
    ("fsmount", 432, 432, 432),
    ("fsopen", 430, 430, 430),
    ("fspick", 433, 433, 433),
    ("fstat", 5, 80, 108),
    ("fstat64", NONE, NONE, 197),
    ("fstatat64", NONE, NONE, 300),
    ("fstatfs", 138, 44, 100),
    ("fstatfs64", NONE, NONE, 269),
    ("fsync", 74, 82, 118),
    ("ftime", NONE, NONE, 35),
    ("ftruncate", 77, 46, 93),
    ("ftruncate64", NONE, NONE, 194),
    ("futex", 202, 98, 240),
    ("futex_requeue", 456, 456, 456),
    ("futex_time64", NONE, 422, 422),
    ("futex_wait", 455, 455, 455),
    ("futex_waitv", 449, 449, 449),
    ("futex_wake", 454, 454, 454),
    ("futimesat", 261, NONE, 299),
    ("get_kernel_syms", 177, NONE, 130),
    ("get_mempolicy", 239, 236, 275),
    ("get_robust_list", 274, 100, 312),
    ("get_thread_area", 211, NONE, 244),
    ("getcpu", 309, 168, 318),
    ("getcwd", 79, 17, 183),
    ("getdents", 78, NONE, 141),
    ("getdents64", 217, 61, 220),
    ("getegid", 108, 177, 50),
    ("getegid32", NONE, NONE, 202),
    ("geteuid", 107, 175, 49),
    ("geteuid32", NONE, NONE, 201),
    ("getgid", 104, 176, 47),
    ("getgid32", NONE, NONE, 200),
    ("getgroups", 115, 158, 80),
    ("getgroups32", NONE, NONE, 205),
    ("getitimer", 36, 102, 105),
    ("getpeername", 52, 205, 368),
    ("getpgid", 121, 155, 132),
    ("getpgrp", 111, NONE, 65),
    ("getpid", 39, 172, 20),
    ("getpmsg", 181, NONE, 188),
    ("getppid", 110, 173, 64),
    ("getpriority", 140, 141, 96),
    ("getrandom", 318, 278, 355),
    ("getresgid", 120, 150, 171),
    ("getresgid32", NONE, NONE, 211),
    ("getresuid", 118, 148, 165),
    ("getresuid32", NONE, NONE, 209),
    ("getrlimit", 97, 163, 76),
    ("getrusage", 98, 165, 77),
    ("getsid", 124, 156, 147),
    ("getsockname", 51, 204, 367),
    ("getsockopt", 55, 209, 365),
    ("gettid", 186, 178, 224),
    ("gettimeofday", 96, 169, 78),
    ("getuid", 102, 174, 24),
    ("getuid32", NONE, NONE, 199),
    ("getxattr", 191, 8, 229),
    ("getxattrat", 464, 464, 464),
    ("gtty", NONE, NONE, 32),
    ("idle", NONE, NONE, 112),
    ("init_module", 175, 105, 128),
    ("inotify_add_watch", 254, 27, 292),
    ("inotify_init", 253, NONE, 291),
    ("inotify_init1", 294, 26, 332),
    ("inotify_rm_watch", 255, 28, 293),
    ("io_cancel", 210, 3, 249),
    ("io_destroy", 207, 1, 246),
    ("io_getevents", 208, 4, 247),
    ("io_pgetevents", 333, 292, 385),
    ("io_pgetevents_time64", NONE, 416, 416),
    ("io_setup", 206, 0, 245),
    ("io_submit", 209, 2, 248),
    ("io_uring_enter", 426, 426, 426),
    ("io_uring_register", 427, 427, 427),
    ("io_uring_setup", 425, 425, 425),
    ("ioctl", 16, 29, 54),
    ("ioperm", 173, NONE, 101),
    ("iopl", 172, NONE, 110),
    ("ioprio_get", 252, 31, 290),
    ("ioprio_set", 251, 30, 289),
    ("ipc", NONE, NONE, 117),
    ("kcmp", 312, 272, 349),
    ("kexec_file_load", 320, 294, NONE),
    ("kexec_load", 246, 104, 283),
    ("keyctl", 250, 219, 288),
    ("kill", 62, 129, 37),
    ("landlock_add_rule", 445, 445, 445),
    ("landlock_create_ruleset", 444, 444, 444),
    ("landlock_restrict_self", 446, 446, 446),
    ("lchown", 94, NONE, 16),
    ("lchown32", NONE, NONE, 198),
    ("lgetxattr", 192, 9, 230),
    ("link", 86, NONE, 9),
    ("linkat", 265, 37, 303),
    ("listen", 50, 201, 363),
    ("listmount", 458, 458, 458),
    ("listxattr", 194, 11, 232),
    ("listxattrat", 465, 465, 465),
    ("llistxattr", 195, 12, 233),
    ("lock", NONE, NONE, 53),
    ("lookup_dcookie", 212, 18, 253),
    ("lremovexattr", 198, 15, 236),
    ("lseek", 8, 62, 19),
    ("lsetxattr", 189, 6, 227),
    ("lsm_get_self_attr", 459, 459, 459),
    ("lsm_list_modules", 461, 461, 461),
    ("lsm_set_self_attr", 460, 460, 460),
    ("lstat", 6, NONE, 107),
    ("lstat64", NONE, NONE, 196),
    ("madvise", 28, 233, 219),
    ("map_shadow_stack", 453, 453, 453),
    ("mbind", 237, 235, 274),
    ("membarrier", 324, 283, 375),
    ("memfd_create", 319, 279, 356),
    ("memfd_secret", 447, 447, 447),
    ("migrate_pages", 256, 238, 294),
    ("mincore", 27, 232, 218),
    ("mkdir", 83, NONE, 39),
    ("mkdirat", 258, 34, 296),
    ("mknod", 133, NONE, 14),
    ("mknodat", 259, 33, 297),
    ("mlock", 149, 228, 150),
    ("mlock2", 325, 284, 376),
    ("mlockall", 151, 230, 152),
    ("mmap", 9, 222, 90),
    ("mmap2", NONE, NONE, 192),
    ("modify_ldt", 154, NONE, 123),
    ("mount", 165, 40, 21),
    ("mount_setattr", 442, 442, 442),
    ("move_mount", 429, 429, 429),
    ("move_pages", 279, 239, 317),
    ("mprotect", 10, 226, 125),
    ("mpx", NONE, NONE, 56),
    ("mq_getsetattr", 245, 185, 282),
    ("mq_notify", 244, 184, 281),
    ("mq_open", 240, 180, 277),
    ("mq_timedreceive", 243, 183, 280),
    ("mq_timedreceive_time64", NONE, 419, 419),
    ("mq_timedsend", 242, 182, 279),
    ("mq_timedsend_time64", NONE, 418, 418),
    ("mq_unlink", 241, 181, 278),
    ("mremap", 25, 216, 163),
    ("mseal", 462, 462, 462),
    ("msgctl", 71, 187, 402),
    ("msgget", 68, 186, 399),
    ("msgrcv", 70, 188, 401),
    ("msgsnd", 69, 189, 400),
    ("msync", 26, 227, 144),
    ("munlock", 150, 229, 151),
    ("munlockall", 152, 231, 153),
    ("munmap", 11, 215, 91),
    ("name_to_handle_at", 303, 264, 341),
    ("nanosleep", 35, 101, 162),
    ("newfstatat", 262, 79, NONE),
    ("nfsservctl", 180, 42, 169),
    ("nice", NONE, NONE, 34),
    ("oldfstat", NONE, NONE, 28),
    ("oldlstat", NONE, NONE, 84),
    ("oldolduname", NONE, NONE, 59),
    ("oldstat", NONE, NONE, 18),
    ("olduname", NONE, NONE, 109),
    ("open", 2, NONE, 5),
    ("open_by_handle_at", 304, 265, 342),
    ("open_tree", 428, 428, 428),
    ("open_tree_attr", 467, 467, 467),
    ("openat", 257, 56, 295),
    ("openat2", 437, 437, 437),
    ("pause", 34, NONE, 29),
    ("perf_event_open", 298, 241, 336),
    ("personality", 135, 92, 136),
    ("pidfd_getfd", 438, 438, 438),
    ("pidfd_open", 434, 434, 434),
    ("pidfd_send_signal", 424, 424, 424),
    ("pipe", 22, NONE, 42),
    ("pipe2", 293, 59, 331),
    ("pivot_root", 155, 41, 217),
    ("pkey_alloc", 330, 289, 381),
    ("pkey_free", 331, 290, 382),
    ("pkey_mprotect", 329, 288, 380),
    ("poll", 7, NONE, 168),
    ("ppoll", 271, 73, 309),
    ("ppoll_time64", NONE, 414, 414),
    ("prctl", 157, 167, 172),
    ("pread64", 17, 67, 180),
    ("preadv", 295, 69, 333),
    ("preadv2", 327, 286, 378),
    ("prlimit64", 302, 261, 340),
    ("process_madvise", 440, 440, 440),
    ("process_mrelease", 448, 448, 448),
    ("process_vm_readv", 310, 270, 347),
    ("process_vm_writev", 311, 271, 348),
    ("prof", NONE, NONE, 44),
    ("profil", NONE, NONE, 98),
    ("pselect6", 270, 72, 308),
    ("pselect6_time64", NONE, 413, 413),
    ("ptrace", 101, 117, 26),
    ("putpmsg", 182, NONE, 189),
    ("pwrite64", 18, 68, 181),
    ("pwritev", 296, 70, 334),
    ("pwritev2", 328, 287, 379),
    ("query_module", 178, NONE, 167),
    ("quotactl", 179, 60, 131),
    ("quotactl_fd", 443, 443, 443),
    ("read", 0, 63, 3),
    ("readahead", 187, 213, 225),
    ("readdir", NONE, NONE, 89),
    ("readlink", 89, NONE, 85),
    ("readlinkat", 267, 78, 305),
    ("readv", 19, 65, 145),
    ("reboot", 169, 142, 88),
    ("recvfrom", 45, 207, 371),
    ("recvmmsg", 299, 243, 337),
    ("recvmmsg_time64", NONE, 417, 417),
    ("recvmsg", 47, 212, 372),
    ("remap_file_pages", 216, 234, 257),
    ("removexattr", 197, 14, 235),
    ("removexattrat", 466, 466, 466),
    ("rename", 82, NONE, 38),
    ("renameat", 264, 38, 302),
    ("renameat2", 316, 276, 353),
    ("request_key", 249, 218, 287),
    ("restart_syscall", 219, 128, 0),
    ("rmdir", 84, NONE, 40),
    ("rseq", 334, 293, 386),
    ("rt_sigaction", 13, 134, 174),
    ("rt_sigpending", 127, 136, 176),
    ("rt_sigprocmask", 14, 135, 175),
    ("rt_sigqueueinfo", 129, 138, 178),
    ("rt_sigreturn", 15, 139, 173),
    ("rt_sigsuspend", 130, 133, 179),
    ("rt_sigtimedwait", 128, 137, 177),
    ("rt_sigtimedwait_time64", NONE, 421, 421),
    ("rt_tgsigqueueinfo", 297, 240, 335),
    ("sched_get_priority_max", 146, 125, 159),
    ("sched_get_priority_min", 147, 126, 160),
    ("sched_getaffinity", 204, 123, 242),
    ("sched_getattr", 315, 275, 352),
    ("sched_getparam", 143, 121, 155),
    ("sched_getscheduler", 145, 120, 157),
    ("sched_rr_get_interval", 148, 127, 161),
    ("sched_rr_get_interval_time64", NONE, 423, 423),
    ("sched_setaffinity", 203, 122, 241),
    ("sched_setattr", 314, 274, 351),
    ("sched_setparam", 142, 118, 154),
    ("sched_setscheduler", 144, 119, 156),
    ("sched_yield", 24, 124, 158),
    ("seccomp", 317, 277, 354),
    ("security", 185, NONE, NONE),
    ("select", 23, NONE, 82),
    ("semctl", 66, 191, 394),
    ("semget", 64, 190, 393),
    ("semop", 65, 193, NONE),
    ("semtimedop", 220, 192, NONE),
    ("semtimedop_time64", NONE, 420, 420),
    ("sendfile", 40, 71, 187),
    ("sendfile64", NONE, NONE, 239),
    ("sendmmsg", 307, 269, 345),
    ("sendmsg", 46, 211, 370),
    ("sendto", 44, 206, 369),
    ("set_mempolicy", 238, 237, 276),
    ("set_mempolicy_home_node", 450, 450, 450),
    ("set_robust_list", 273, 99, 311),
    ("set_thread_area", 205, NONE, 243),
    ("set_tid_address", 218, 96, 258),
    ("setdomainname", 171, 162, 121),
    ("setfsgid", 123, 152, 139),
    ("setfsgid32", NONE, NONE, 216),
    ("setfsuid", 122, 151, 138),
    ("setfsuid32", NONE, NONE, 215),
    ("setgid", 106, 144, 46),
    ("setgid32", NONE, NONE, 214),
    ("setgroups", 116, 159, 81),
    ("setgroups32", NONE, NONE, 206),
    ("sethostname", 170, 161, 74),
    ("setitimer", 38, 103, 104),
    ("setns", 308, 268, 346),
    ("setpgid", 109, 154, 57),
    ("setpriority", 141, 140, 97),
    ("setregid", 114, 143, 71),
    ("setregid32", NONE, NONE, 204),
    ("setresgid", 119, 149, 170),
    ("setresgid32", NONE, NONE, 210),
    ("setresuid", 117, 147, 164),
    ("setresuid32", NONE, NONE, 208),
    ("setreuid", 113, 145, 70),
    ("setreuid32", NONE, NONE, 203),
    ("setrlimit", 160, 164, 75),
    ("setsid", 112, 157, 66),
    ("setsockopt", 54, 208, 366),
    ("settimeofday", 164, 170, 79),
    ("setuid", 105, 146, 23),
    ("setuid32", NONE, NONE, 213),
    ("setxattr", 188, 5, 226),
    ("setxattrat", 463, 463, 463),
    ("sgetmask", NONE, NONE, 68),
    ("shmat", 30, 196, 397),
    ("shmctl", 31, 195, 396),
    ("shmdt", 67, 197, 398),
    ("shmget", 29, 194, 395),
    ("shutdown", 48, 210, 373),
    ("sigaction", NONE, NONE, 67),
    ("sigaltstack", 131, 132, 186),
    ("signal", NONE, NONE, 48),
    ("signalfd", 282, NONE, 321),
    ("signalfd4", 289, 74, 327),
    ("sigpending", NONE, NONE, 73),
    ("sigprocmask", NONE, NONE, 126),
    ("sigreturn", NONE, NONE, 119),
    ("sigsuspend", NONE, NONE, 72),
    ("socket", 41, 198, 359),
    ("socketcall", NONE, NONE, 102),
    ("socketpair", 53, 199, 360),
    ("splice", 275, 76, 313),
    ("ssetmask", NONE, NONE, 69),
    ("stat", 4, NONE, 106),
    ("stat64", NONE, NONE, 195),
    ("statfs", 137, 43, 99),
    ("statfs64", NONE, NONE, 268),
    ("statmount", 457, 457, 457),
    ("statx", 332, 291, 383),
    ("stime", NONE, NONE, 25),
    ("stty", NONE, NONE, 31),
    ("swapoff", 168, 225, 115),
    ("swapon", 167, 224, 87),
    ("symlink", 88, NONE, 83),
    ("symlinkat", 266, 36, 304),
    ("sync", 162, 81, 36),
    ("sync_file_range", 277, 84, 314),
    ("syncfs", 306, 267, 344),
    ("sysfs", 139, NONE, 135),
    ("sysinfo", 99, 179, 116),
    ("syslog", 103, 116, 103),
    ("tee", 276, 77, 315),
    ("tgkill", 234, 131, 270),
    ("time", 201, NONE, 13),
    ("timer_create", 222, 107, 259),
    ("timer_delete", 226, 111, 263),
    ("timer_getoverrun", 225, 109, 262),
    ("timer_gettime", 224, 108, 261),
    ("timer_gettime64", NONE, 408, 408),
    ("timer_settime", 223, 110, 260),
    ("timer_settime64", NONE, 409, 409),
    ("timerfd_create", 283, 85, 322),
    ("timerfd_gettime", 287, 87, 326),
    ("timerfd_gettime64", NONE, 410, 410),
    ("timerfd_settime", 286, 86, 325),
    ("timerfd_settime64", NONE, 411, 411),
    ("times", 100, 153, 43),
    ("tkill", 200, 130, 238),
    ("truncate", 76, 45, 92),
    ("truncate64", NONE, NONE, 193),
    ("tuxcall", 184, NONE, NONE),
    ("ugetrlimit", NONE, NONE, 191),
    ("ulimit", NONE, NONE, 58),
    ("umask", 95, 166, 60),
    ("umount", NONE, NONE, 22),
    ("umount2", 166, 39, 52),
    ("uname", 63, 160, 122),
    ("unlink", 87, NONE, 10),
    ("unlinkat", 263, 35, 301),
    ("unshare", 272, 97, 310),
    ("uprobe", 336, NONE, NONE),
    ("uretprobe", 335, NONE, NONE),
    ("uselib", 134, NONE, 86),
    ("userfaultfd", 323, 282, 374),
    ("ustat", 136, NONE, 62),
    ("utime", 132, NONE, 30),
    ("utimensat", 280, 88, 320),
    ("utimensat_time64", NONE, 412, 412),
    ("utimes", 235, NONE, 271),
    ("vfork", 58, NONE, 190),
    ("vhangup", 153, 58, 111),
    ("vm86", NONE, NONE, 166),
    ("vm86old", NONE, NONE, 113),
    ("vmsplice", 278, 75, 316),
    ("vserver", 236, NONE, 273),
    ("wait4", 61, 260, 114),
    ("waitid", 247, 95, 284),
    ("waitpid", NONE, NONE, 7),
    ("write", 1, 64, 4),
    ("writev", 20, 66, 146),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_and_unique() {
        assert!(CALLS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_set_holds_the_numbers_of_its_names() {
        let set = Set::of(Abi::X86_64, &["write read mmap2", "no_such_call open"]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 1, 2]);
        assert!(CALLS.iter().all(|row| [row.1, row.2, row.3].iter().all(|it| *it < 512 || *it == NONE)));
        assert!(CALLS.iter().all(|row| number(Abi::X86_64, row.0).is_some() == (row.1 != NONE)));
    }

    #[test]
    fn no_two_names_of_an_abi_share_a_number() {
        for abi in [Abi::X86_64, Abi::Aarch64, Abi::I386] {
            let mut numbers: Vec<_> = CALLS.iter().filter_map(|row| number(abi, row.0)).collect();
            let count = numbers.len();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), count, "{abi:?}");
        }
    }

    #[test]
    fn numbers_agree_with_those_libc_was_built_for() {
        let native = super::super::Arch::native().abi();
        for (name, libc) in [
            ("read", libc::SYS_read),
            ("openat2", libc::SYS_openat2),
            ("clone3", libc::SYS_clone3),
            ("newfstatat", libc::SYS_newfstatat),
            ("seccomp", libc::SYS_seccomp),
            ("io_uring_setup", libc::SYS_io_uring_setup),
        ] {
            assert_eq!(number(native, name).map(i64::from), Some(libc), "{name}");
        }
    }
}
