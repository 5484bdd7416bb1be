//! /dev: docker's nodes and no others, terminals, shared memory, message queues.

use super::place;
use super::{attach, detached};
use crate::runtime::plan::Plan;
use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::{MountAttrFlags, MoveMountFlags, OpenTreeFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The nodes, bound from the host: a user namespace cannot make any.
const NODES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

const LINKS: [(&str, &str); 6] = [
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    ("/proc/kcore", "core"),
    ("pts/ptmx", "ptmx"),
];

const QUIET: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID.union(MountAttrFlags::MOUNT_ATTR_NOEXEC);

/// A terminal of the container's own devpts.
#[derive(Debug)]
pub struct Terminal {
    /// The end that the pump keeps.
    pub master: OwnedFd,
    /// The end that becomes standard input, output and error.
    pub slave: OwnedFd,
}

impl Terminal {
    /// The terminal behind an opened multiplexer, of so many columns and rows. Its slave comes by
    /// TIOCGPTPEER, and is never looked up by a path. ioctl_tty(2).
    pub fn of(master: OwnedFd, size: (u16, u16)) -> io::Result<Self> {
        use rustix::pty::OpenptFlags;
        rustix::pty::unlockpt(&master)?;
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let slave = rustix::pty::ioctl_tiocgptpeer(&master, flags)?;
        let window = rustix::termios::Winsize { ws_col: size.0, ws_row: size.1, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&slave, window)?;
        Ok(Self { master, slave })
    }
}

/// Mounts /dev and what belongs below it; with `-t`, opens the container's terminal.
pub fn mount(root: BorrowedFd<'_>, plan: &Plan) -> io::Result<Option<Terminal>> {
    let place = place::own_directory(root, "/dev")?;
    let dev = detached("tmpfs", &[("mode", "755"), ("size", "65536k")], QUIET)?;
    for (target, name) in LINKS {
        rustix::fs::symlinkat(target, &dev, name)?;
    }
    for folder in ["pts", "shm", "mqueue"] {
        rustix::fs::mkdirat(&dev, folder, Mode::from_raw_mode(0o755))?;
    }
    NODES.iter().try_for_each(|name| make_file(&dev, name))?;
    attach(dev.as_fd(), place.as_fd())?;
    bind_nodes(&dev)?;
    mount_below(&dev, plan)?;
    if plan.console.terminal { open_terminal(&dev, plan.console.size).map(Some) } else { Ok(None) }
}

fn make_file(dev: &OwnedFd, name: &str) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(dev, name, flags, Mode::from_raw_mode(0o666)).map(drop)?)
}

/// Binds the host's nodes over the files of the same names.
fn bind_nodes(dev: &OwnedFd) -> io::Result<()> {
    for name in NODES {
        let clone = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
        let node = rustix::mount::open_tree(CWD, format!("/dev/{name}"), clone)?;
        check_node(&node, name)?;
        attach_below(&node, dev, name)?;
    }
    Ok(())
}

/// Moves the detached `mount` onto `name` in /dev, where only we have made anything yet.
fn attach_below(mount: &OwnedFd, dev: &OwnedFd, name: &str) -> io::Result<()> {
    Ok(rustix::mount::move_mount(mount, "", dev, name, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}

/// Whoever prepared the host's /dev may have lied; null that is no null would take all output.
fn check_node(node: &OwnedFd, name: &str) -> io::Result<()> {
    let stat = rustix::fs::fstat(node)?;
    let minor = match name {
        "null" => Some(3),
        "zero" => Some(5),
        "full" => Some(7),
        "random" => Some(8),
        "urandom" => Some(9),
        _ => None,
    };
    let is_device =
        rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::CharacterDevice;
    let numbers = (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev));
    if is_device && minor.is_none_or(|minor| numbers == (1, minor)) {
        return Ok(());
    }
    Err(io::Error::other(format!("/dev/{name} of the host is not the device it should be")))
}

fn mount_below(dev: &OwnedFd, plan: &Plan) -> io::Result<()> {
    let terminals: &[(&str, &str)] =
        &[("newinstance", ""), ("ptmxmode", "0666"), ("mode", "0620"), ("gid", "5")];
    let terminals = if plan.has_tty_group { terminals } else { &terminals[..3] };
    attach_below(&detached("devpts", terminals, QUIET)?, dev, "pts")?;
    let size = plan.rootfs.shm_size.to_string();
    let inert = QUIET | MountAttrFlags::MOUNT_ATTR_NODEV;
    attach_below(&detached("tmpfs", &[("mode", "1777"), ("size", &size)], inert)?, dev, "shm")?;
    attach_below(&detached("mqueue", &[], inert)?, dev, "mqueue")
}

/// Opens a new terminal of the container's devpts, its slave by TIOCGPTPEER and never by a path, and
/// binds it as /dev/console.
fn open_terminal(dev: &OwnedFd, size: (u16, u16)) -> io::Result<Terminal> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let master = rustix::fs::openat(dev, "pts/ptmx", flags, Mode::empty())?;
    let terminal = Terminal::of(master, size)?;
    make_file(dev, "console")?;
    let clone =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_EMPTY_PATH;
    let console = rustix::mount::open_tree(&terminal.slave, "", clone)?;
    attach_below(&console, dev, "console")?;
    Ok(terminal)
}
