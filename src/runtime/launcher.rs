//! The launcher: the half of the monitor that keeps its power. It starts the container, sleeps, starts
//! what `exec` asks for, records the end. One thread; later calls of rcon join U0 through it.

use super::exec::{self, Execs};
use super::handshake::{self, Brought, Failure, FromInit, Means, Step, failed};
use super::init::{self, Streams};
use super::launch;
use super::log::Log;
use super::network::{self, Listeners, Networked};
use super::plan::{Network, Plan, Sharing};
use super::pump::{self, Parts};
use super::rootfs::{self, Mounts};
use super::stream::{self, Remedy, StartFailure, ToClient};
use crate::packet;
use crate::sys::fork::{Child, Forked, SingleThreaded, fork, fork_into};
use crate::sys::process::{self, Ended, Identity};
use crate::userns::outer;
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{CWD, Mode, OFlags};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// The processes of a running container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processes {
    /// This process.
    pub launcher: Identity,
    /// The pump.
    pub pump: Identity,
    /// The container's first process.
    pub init: Identity,
}

/// Where the launcher writes down what happens; the engine has it in the store.
pub trait Book {
    /// The container is about to execute; from here on it counts as running. Told again when one of its
    /// processes was replaced.
    fn running(&self, plan: &Plan, processes: &Processes) -> crate::error::Result<()>;
    /// execve took place.
    fn started(&self, plan: &Plan);
    /// The start failed after all.
    fn start_failed(&self, plan: &Plan, failure: &StartFailure);
    /// It has ended; on disk when this returns.
    fn ended(&self, plan: &Plan, ended: Ended);
    /// Its output is drained, and it goes (`--rm`): takes it out of sight, and gives what is left to delete.
    fn retire(&self, plan: &Plan) -> Option<PathBuf>;
    /// Everybody has been told of the end.
    fn announced(&self, plan: &Plan, retired: Option<&Path>, ended: Ended);
    /// Deletes what is left of it.
    fn delete(&self, plan: &Plan, retired: &Path);
}

/// Makes the container's namespaces, waits for its plan, starts it, and stays until it has ended.
pub fn main(client: OwnedFd, sharing: Sharing, book: &impl Book) -> ! {
    // The change of user took that away, and with it the way for others to join U0 through this process.
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable);
    let code = match begin(&client, sharing).and_then(|begun| start(begun, &client, book)) {
        Ok(started) => {
            let _ = stream::tell(client.as_fd(), &ToClient::Started);
            let starter = started.plan.transient.then_some(client);
            book.started(&started.plan);
            stay(started, starter, book)
        }
        Err(failure) => {
            let _ = stream::tell(client.as_fd(), &ToClient::Failed(failure));
            1
        }
    };
    process::exit_now(code)
}

/// The container's first process, in its namespaces, and its plan.
struct Begun {
    plan: Plan,
    plan_file: OwnedFd,
    lock: OwnedFd,
    init: Child,
    handshake: OwnedFd,
    signals: SignalFd,
    proof: SingleThreaded,
}

/// All that needs no plan comes before it is there.
fn begin(client: &OwnedFd, sharing: Sharing) -> Result<Begun, StartFailure> {
    let step = |error| in_words(failed(Step::Namespaces)(error));
    let proof = SingleThreaded::prove().map_err(step)?;
    let signals = process::signal_descriptor(&[Signal::SIGCHLD, Signal::SIGTERM]).map_err(step)?;
    let (ours, theirs) = packet::pair().map_err(step)?;
    join_network(sharing).map_err(step)?;
    let here = process::processor();
    let init = match fork_into(&proof, NAMESPACES).map_err(|error| in_words(refused(error)))? {
        Forked::Child => {
            drop(ours);
            init::main(&theirs, sharing)
        }
        Forked::Parent(child) => child,
    };
    drop(theirs);
    // Init has work to do at once, and is queued behind this process.
    process::leave_processor(here);
    write_maps(init.pid).map_err(step)?;
    match launch::await_plan(client.as_fd()).map_err(step)? {
        Some((plan_file, lock)) => {
            let plan = plan_file.try_clone().and_then(Plan::read).map_err(step)?;
            Ok(Begun { plan, plan_file, lock, init, handshake: ours, signals, proof })
        }
        // The caller thought better of it; init sees the end of the handshake.
        None => process::exit_now(0),
    }
}

/// The network namespace of another container is joined before init is made: only U0 has the power to.
fn join_network(sharing: Sharing) -> io::Result<()> {
    let Network::Of(other) = sharing.network else { return Ok(()) };
    let other = other.open().ok_or_else(|| io::Error::other("the other container has ended"))?;
    let network = rustix::thread::ThreadNameSpaceType::NETWORK;
    Ok(rustix::thread::move_into_thread_name_spaces(other.as_fd(), network)?)
}

/// A started container, seen from the launcher.
struct Started {
    plan: Plan,
    lock: OwnedFd,
    init: Child,
    pump: Child,
    pump_socket: OwnedFd,
    control: OwnedFd,
    signals: SignalFd,
    /// What a second pump would need, should the first be killed.
    spare: Spare,
    /// How often that was needed.
    replaced: u32,
    /// Its networks.
    network: Option<Networked>,
    /// All that the container said has been handed on.
    drained: bool,
    /// Unmounting an overlay writes back all that is dirty on the disk below it, which may take long: it
    /// stays mounted until everybody has been told of the end.
    root: Option<OwnedFd>,
}

/// A pump that dies again and again is not replaced for ever.
const MOST_PUMPS: u32 = 32;

/// Second handles on what the pump works with.
struct Spare {
    output: Option<OwnedFd>,
    error: Option<OwnedFd>,
    input: Option<OwnedFd>,
    terminal: Option<OwnedFd>,
}

fn start(begun: Begun, client: &OwnedFd, book: &impl Book) -> Result<Started, StartFailure> {
    let plan = begun.plan.clone();
    carry_out(begun, client, book).map_err(|failure| {
        let failure = in_words(failure);
        book.start_failed(&plan, &failure);
        failure
    })
}

fn in_words(failure: Failure) -> StartFailure {
    let remedy = if failure.step == Step::Overlay { Remedy::CopyLayers } else { Remedy::None };
    let code = failure.exit_code();
    let doing = match failure.step {
        Step::Namespaces => "making the container's namespaces: ",
        Step::Overlay => "mounting the overlay of the image's layers: ",
        Step::Proc => "mounting /proc: ",
        Step::Network => "setting up the network: ",
        Step::Ports => "",
        Step::Sys => "mounting /sys: ",
        Step::Dev => "mounting /dev: ",
        Step::Mount => "error mounting ",
        Step::Mask => "masking paths: ",
        Step::Marks => "marking the container: ",
        Step::Pivot => "changing the root: ",
        Step::ReadOnly => "making the root read-only: ",
        Step::Hostname => "setting the host name: ",
        Step::Streams => "connecting the standard streams: ",
        Step::Limits | Step::User | Step::WorkingDirectory => "",
        Step::Capabilities => "dropping capabilities: ",
        Step::Filter => "loading the seccomp filter: ",
        Step::ProgramMissing | Step::ProgramRefused => "",
    };
    StartFailure { code, message: format!("{doing}{}", failure.why), remedy }
}

fn carry_out(begun: Begun, client: &OwnedFd, book: &impl Book) -> Result<Started, Failure> {
    let Begun { plan, plan_file, lock, init, handshake: ours, signals, proof } = begun;
    // Before anything is made: a port that is taken is the likeliest failure.
    let listeners = bind(&plan)?;
    let Ends { streams, mut spare } = Ends::make(&plan).map_err(failed(Step::Streams))?;
    let sys = rootfs::system::foreign_sys(&plan).map_err(failed(Step::Sys))?;
    let mounts = Mounts { overlay: rootfs::overlay::make(&plan)?, sys };
    let means = Means { plan: plan_file, streams, mounts };
    handshake::tell_mapped(ours.as_fd(), &means).map_err(failed(Step::Namespaces))?;
    drop(means);
    // While init builds the tree: what else must be there before it runs.
    let (control, listener) = listen(&plan).map_err(failed(Step::Streams))?;
    let network = connect(&proof, &plan, &init, &ours, listeners)?;
    let held = network.as_ref().map(Networked::held).unwrap_or_default();
    let needs = PumpNeeds { spare: &spare, init: &init, listener, client: Some(client), lock: &lock, held };
    let (pump, pump_socket) = start_pump(&proof, &plan, needs)?;
    // Recorded before it runs, and while the tree is built: then init need not wait for that.
    let recorded = record_running(&plan, book, &init, &pump).and_then(|()| say_go(&ours));
    let prepared = recorded.and_then(|()| ready(&ours)).and_then(|brought| {
        spare.terminal = brought.terminal;
        begin_pump(&pump_socket, &spare)?;
        match handshake::next_of_init(ours.as_fd()).map_err(failed(Step::Namespaces))? {
            (FromInit::Gone, _) => Ok(brought.root),
            (FromInit::Failed(failure), _) => Err(failure),
            (FromInit::Networked | FromInit::Ready, _) => Err(unexpected()),
        }
    });
    match prepared {
        Ok(root) => {
            let (replaced, drained) = (0, false);
            Ok(Started {
                plan,
                lock,
                init,
                pump,
                pump_socket,
                control,
                signals,
                spare,
                replaced,
                network,
                drained,
                root,
            })
        }
        Err(failure) => {
            end_pump(&pump);
            Err(failure)
        }
    }
}

/// One that is gone has said why: that is read next.
fn say_go(init: &OwnedFd) -> Result<(), Failure> {
    match handshake::tell_go(init.as_fd()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        told => told.map_err(failed(Step::Namespaces)),
    }
}

/// The pump waits for the terminal, which init has made by now, and begins.
fn begin_pump(pump: &OwnedFd, spare: &Spare) -> Result<(), Failure> {
    let terminal = spare.terminal.as_ref().map(AsFd::as_fd);
    packet::send(pump.as_fd(), pump::BEGIN, b"", terminal.as_slice()).map_err(failed(Step::Streams))
}

fn unexpected() -> Failure {
    failed(Step::Namespaces)(io::Error::other("the container's first process broke the handshake"))
}

fn refused(error: io::Error) -> Failure {
    let words = crate::userns::outer::refusal(error);
    Failure { step: Step::Namespaces, why: words.to_string(), errno: 0 }
}

/// All but the network's, which takes as long to make as all others: init does that while this process
/// goes on.
const NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWCGROUP;

/// Maps the child 1:1. It must be dumpable meanwhile, or its /proc files belong to root.
fn write_maps(pid: i32) -> io::Result<()> {
    outer::mapping_of_process("self")
        .and_then(|own| outer::write_directly(pid as u32, &own.identity_for_child()))
        .map_err(|error| io::Error::other(error.to_string()))
}

/// The pipes of the standard streams, one side for the container, one for the pump.
struct Ends {
    streams: Streams,
    spare: Spare,
}

impl Ends {
    fn make(plan: &Plan) -> io::Result<Self> {
        let null = || {
            rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())
                .map_err(io::Error::from)
        };
        let none = Spare { output: None, error: None, input: None, terminal: None };
        if plan.console.terminal {
            return Ok(Self {
                streams: Streams { input: null()?, output: null()?, error: null()? },
                spare: none,
            });
        }
        let pipe = || rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(io::Error::from);
        let (output, output_end) = pipe()?;
        let (error, error_end) = pipe()?;
        let (input_end, input) = if plan.console.interactive {
            let (read, write) = pipe()?;
            (read, Some(write))
        } else {
            (null()?, None)
        };
        Ok(Self {
            streams: Streams { input: input_end, output: output_end, error: error_end },
            spare: Spare { output: Some(output), error: Some(error), input, terminal: None },
        })
    }
}

/// The control socket and the one for attaching.
fn listen(plan: &Plan) -> io::Result<(OwnedFd, OwnedFd)> {
    let folder =
        rustix::fs::open(&plan.sockets, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    Ok((packet::listen(folder.as_fd(), exec::SOCKET)?, packet::listen(folder.as_fd(), stream::SOCKET)?))
}

fn ready(init: &OwnedFd) -> Result<Brought, Failure> {
    match handshake::next_of_init(init.as_fd()).map_err(failed(Step::Namespaces))? {
        (FromInit::Ready, brought) => Ok(brought),
        (FromInit::Failed(failure), _) => Err(failure),
        (FromInit::Networked | FromInit::Gone, _) => Err(unexpected()),
    }
}

fn bind(plan: &Plan) -> Result<Listeners, Failure> {
    let wanted = plan.wiring.as_ref().map(|wiring| wiring.publish.as_slice()).unwrap_or_default();
    network::bind(wanted).map_err(|error| {
        let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        Failure { step: Step::Ports, why: format!("{error}{hint}"), errno: 0 }
    })
}

/// Connects the container to its networks, while init builds the tree.
fn connect(
    proof: &SingleThreaded,
    plan: &Plan,
    init: &Child,
    handshake: &OwnedFd,
    listeners: Listeners,
) -> Result<Option<Networked>, Failure> {
    if plan.sharing.network == Network::Own {
        match handshake::next_of_init(handshake.as_fd()).map_err(failed(Step::Namespaces))? {
            (FromInit::Networked, _) => {}
            (FromInit::Failed(failure), _) => return Err(failure),
            (FromInit::Ready | FromInit::Gone, _) => return Err(unexpected()),
        }
    }
    Networked::start(proof, plan, init.pid, listeners)
}

/// What a new pump is made of.
struct PumpNeeds<'a> {
    spare: &'a Spare,
    init: &'a Child,
    listener: OwnedFd,
    client: Option<&'a OwnedFd>,
    lock: &'a OwnedFd,
    /// What must not end before the container, whoever is killed.
    held: Vec<BorrowedFd<'a>>,
}

fn start_pump(
    proof: &SingleThreaded,
    plan: &Plan,
    needs: PumpNeeds<'_>,
) -> Result<(Child, OwnedFd), Failure> {
    let (ours, theirs) = packet::pair().map_err(failed(Step::Streams))?;
    let parts = parts(plan, needs, theirs).map_err(failed(Step::Streams))?;
    match fork(proof).map_err(failed(Step::Streams))? {
        Forked::Child => pump::main(parts, &plan.pump_filter),
        Forked::Parent(child) => Ok((child, ours)),
    }
}

fn parts(plan: &Plan, needs: PumpNeeds<'_>, launcher: OwnedFd) -> io::Result<Parts> {
    let PumpNeeds { spare, init, listener, client, lock, held } = needs;
    let copy = |end: &Option<OwnedFd>| end.as_ref().map(OwnedFd::try_clone).transpose();
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let log = rustix::fs::openat(CWD, plan.folder.join(LOG), flags, Mode::from_raw_mode(0o600))?;
    Ok(Parts {
        output: copy(&spare.output)?,
        error: copy(&spare.error)?,
        input: copy(&spare.input)?,
        terminal: None,
        log: Log::new(log),
        listener,
        hello: plan.hello,
        first_client: client.map(OwnedFd::try_clone).transpose()?,
        launcher,
        init: init.pidfd.try_clone()?,
        folder: rustix::fs::open(
            &plan.folder,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?,
        lock: lock.try_clone()?,
        held: held.iter().map(|end| end.try_clone_to_owned()).collect::<Result<_, _>>()?,
        input_once: plan.console.stdin_once,
    })
}

/// The log's name in the container's folder.
pub const LOG: &str = "container.log";

/// Where a pump without a launcher leaves the exit code.
pub use super::pump::EXIT_FILE;

fn end_pump(pump: &Child) {
    let _ = process::send_signal(&pump.pidfd, libc::SIGKILL);
    let _ = process::wait(pump.pidfd.as_fd());
}

fn record_running(plan: &Plan, book: &impl Book, init: &Child, pump: &Child) -> Result<(), Failure> {
    let identity = |pid| Identity::of(pid).map_err(failed(Step::Namespaces));
    let processes = Processes {
        launcher: identity(std::process::id() as i32)?,
        pump: identity(pump.pid)?,
        init: identity(init.pid)?,
    };
    book.running(plan, &processes).map_err(|error| Failure {
        step: Step::Namespaces,
        why: error.to_string(),
        errno: 0,
    })
}

/// Sleeps until the container has ended, and does what is asked meanwhile. Gives the exit code of this
/// process: the container's.
fn stay(mut started: Started, mut starter: Option<OwnedFd>, book: &impl Book) -> u8 {
    let mut execs = Execs::default();
    let ended = loop {
        if wait_for_work(&started, starter.as_ref(), &execs).is_err() {
            continue;
        }
        if starter.as_ref().is_some_and(has_gone) {
            starter = None;
            let _ = process::send_signal(&started.init.pidfd, libc::SIGKILL);
        }
        if let Some(ended) = reap(&mut started, &mut execs, book) {
            break ended;
        }
        hear_pump(&mut started);
        if let Some(network) = &mut started.network {
            network.serve();
        }
        execs.serve(&started.control, &started.init.pidfd, started.network.as_mut());
    };
    // Its ports are free before anyone is told of the end.
    if let Some(network) = started.network.take() {
        network.end();
    }
    book.ended(&started.plan, ended);
    execs.end();
    drain(&mut started);
    // Out of sight before anyone is told, deleted after.
    let retired = if started.plan.remove { book.retire(&started.plan) } else { None };
    let code = ended.exit_code();
    let _ = packet::send(started.pump_socket.as_fd(), pump::ANNOUNCE, &code.to_le_bytes(), &[]);
    book.announced(&started.plan, retired.as_deref(), ended);
    drop(started.root.take());
    if let Some(retired) = retired {
        book.delete(&started.plan, &retired);
    }
    code as u8
}

/// Whether nobody is at the other end any more.
fn has_gone(starter: &OwnedFd) -> bool {
    let mut polled = [PollFd::new(starter, PollFlags::empty())];
    poll(&mut polled, Some(&rustix::event::Timespec::default())).is_ok_and(|count| count > 0)
}

fn wait_for_work(started: &Started, starter: Option<&OwnedFd>, execs: &Execs) -> io::Result<()> {
    let mut watched = vec![started.signals.as_fd(), started.control.as_fd(), started.pump_socket.as_fd()];
    watched.extend(execs.watched());
    watched.extend(started.network.iter().flat_map(Networked::watched));
    let mut polled: Vec<PollFd<'_>> =
        watched.into_iter().map(|end| PollFd::from_borrowed_fd(end, PollFlags::IN)).collect();
    // What its starter sends is the pump's to read; only its end is heard.
    polled.extend(starter.map(|starter| PollFd::new(starter, PollFlags::empty())));
    Ok(poll(&mut polled, None).map(drop)?)
}

fn hear_pump(started: &mut Started) {
    while packet::is_readable(started.pump_socket.as_fd()) && hear_once(started) {}
}

/// Hears the next word of the pump; false when there will be none.
fn hear_once(started: &mut Started) -> bool {
    let mut buffer = [0u8; 16];
    match packet::receive(started.pump_socket.as_fd(), &mut buffer).ok().flatten().map(|packet| packet.kind) {
        // The container sees the end of its input only when nobody holds the other side any more.
        Some(pump::INPUT_OVER) => started.spare.input = None,
        Some(pump::DRAINED) => started.drained = true,
        Some(_) => {}
        None => return false,
    }
    true
}

/// Reaps whoever has ended; the container's end, when it is among them.
fn reap(started: &mut Started, execs: &mut Execs, book: &impl Book) -> Option<Ended> {
    while let Ok(Some(signal)) = started.signals.read_signal() {
        if signal.ssi_signo == libc::SIGTERM as u32 {
            // The service manager wants this unit to stop: the container is asked, as by `rcon stop`.
            let _ = process::send_signal(&started.init.pidfd, started.plan.stop_signal);
        }
    }
    let mut end = None;
    while let Ok(Some((pid, ended))) = process::reap() {
        if pid == started.init.pid {
            end = Some(ended);
        } else if pid == started.pump.pid {
            replace_pump(started, book);
        } else if !started.network.as_mut().is_some_and(|network| network.ended(pid)) {
            execs.ended(pid, ended);
        }
    }
    end
}

/// The pump was killed: another takes over its pipes, and nothing the container says is lost.
fn replace_pump(started: &mut Started, book: &impl Book) {
    started.replaced += 1;
    if started.replaced > MOST_PUMPS {
        let _ = process::send_signal(&started.init.pidfd, libc::SIGKILL);
        return;
    }
    if let Ok((pump, socket)) = another_pump(started, book) {
        started.pump = pump;
        started.pump_socket = socket;
        started.drained = false;
    }
}

fn another_pump(started: &Started, book: &impl Book) -> Result<(Child, OwnedFd), Failure> {
    let proof = SingleThreaded::prove().map_err(failed(Step::Streams))?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(&started.plan.sockets, flags, Mode::empty())
        .map_err(|errno| failed(Step::Streams)(errno.into()))?;
    let listener = packet::listen(folder.as_fd(), stream::SOCKET).map_err(failed(Step::Streams))?;
    let Started { plan, spare, init, lock, network, .. } = started;
    let held = network.as_ref().map(Networked::held).unwrap_or_default();
    let pump = start_pump(&proof, plan, PumpNeeds { spare, init, listener, client: None, lock, held })?;
    // On record before it begins: a pump that nobody knows of would keep the container from being repaired.
    record_running(plan, book, init, &pump.0)?;
    begin_pump(&pump.1, spare)?;
    Ok(pump)
}

/// Waits until the pump has handed on all that the container said.
fn drain(started: &mut Started) {
    hear_pump(started);
    if started.drained || packet::send(started.pump_socket.as_fd(), pump::DRAIN, b"", &[]).is_err() {
        return;
    }
    while !started.drained && hear_once(started) {}
}
