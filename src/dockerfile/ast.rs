//! What a Dockerfile says, instruction by instruction, nothing expanded yet.

/// Lines of the source, counted from 1; both ends belong to it. Line 0 is nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lines {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// What stands before the first comment or instruction.
    pub directives: Directives,
    /// `ARG` before the first `FROM`.
    pub global_args: Vec<Instruction>,
    /// At least one.
    pub stages: Vec<Stage>,
    /// Every instruction in the order of the file, `FROM` and global `ARG` too, as linters look at them.
    pub keywords: Vec<Keyword>,
    /// The last lines of instructions with an empty line in their midst, of which BuildKit warns. Comments there are
    /// fine.
    pub empty_continuations: Vec<Lines>,
}

/// Parser directives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directives {
    /// `# syntax=`, with its line.
    pub syntax: Option<(String, usize)>,
    /// `# escape=`: `` ` `` or `\`, which is the default.
    pub escape: Option<char>,
    /// `# check=`, with its line.
    pub check: Option<(String, usize)>,
}

/// How an instruction's name was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// As it stands: `run`, `RUN`, `Run`.
    pub text: String,
    /// Where.
    pub lines: Lines,
    /// The comments above, without `#`, as far up as the instruction before or an empty comment.
    pub comments: Vec<String>,
}

/// One stage, from a `FROM` to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What it builds on: an image, a stage before it, or `scratch`; not expanded.
    pub base: String,
    /// `--platform=`, not expanded.
    pub platform: Option<String>,
    /// After `AS`, in lower case.
    pub name: Option<String>,
    /// `AS` as it was written, with the name as it was written.
    pub as_written: Option<(String, String)>,
    /// The comment right above that describes the stage, when it begins with its name.
    pub comment: Option<String>,
    /// The `FROM`, as [`Instruction::original`].
    pub original: String,
    /// Where the `FROM` is.
    pub lines: Lines,
    /// What follows.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// What it says.
    pub kind: Kind,
    /// The instruction in one line, continuations joined, as BuildKit shows it: keyword as written, all blanks inside
    /// as they are; without heredoc bodies.
    pub original: String,
    /// Where, heredocs included.
    pub lines: Lines,
}

/// The instructions. Words are not expanded, but for heredocs the terminator decided whether they will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `ADD`.
    Add(Copying),
    /// `ARG`: names and default values.
    Arg(Vec<(String, Option<String>)>),
    /// `CMD`.
    Cmd(Command),
    /// `COPY`.
    Copy(Copying),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `ENV`; `legacy` is the form without `=`.
    Env { pairs: Vec<(String, String)>, legacy: bool },
    /// `EXPOSE`, in the order of their text, as in BuildKit's history.
    Expose(Vec<String>),
    /// `HEALTHCHECK`.
    Healthcheck(Healthcheck),
    /// `LABEL`; `legacy` is the form without `=`.
    Label { pairs: Vec<(String, String)>, legacy: bool },
    /// `MAINTAINER`.
    Maintainer(String),
    /// `ONBUILD`: the instruction, still text, with its heredocs. As with BuildKit, what is wrong in it is told by the
    /// build that triggers it.
    OnBuild(String),
    /// `RUN`.
    Run(Run),
    /// `SHELL`.
    Shell(Vec<String>),
    /// `STOPSIGNAL`.
    StopSignal(String),
    /// `USER`.
    User(String),
    /// `VOLUME`.
    Volume(Vec<String>),
    /// `WORKDIR`.
    Workdir(String),
}

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The JSON form; executed as it is.
    Exec(Vec<String>),
    /// Handed to the shell as one word.
    Shell(String),
}

/// `ADD` and `COPY`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copying {
    /// In order; not expanded. Heredocs are not among them.
    pub sources: Vec<String>,
    /// Heredocs that are sources.
    pub heredocs: Vec<Heredoc>,
    /// Where to; not expanded.
    pub destination: String,
    /// `--from=` of `COPY`, as written: an image may have capitals.
    pub from: Option<String>,
    /// `--chown=`.
    pub chown: Option<String>,
    /// `--chmod=`.
    pub chmod: Option<String>,
    /// `--link`.
    pub link: bool,
    /// `--parents` of `COPY`.
    pub parents: bool,
    /// `--exclude=`, in order.
    pub exclude: Vec<String>,
    /// `--checksum=` of `ADD`.
    pub checksum: Option<String>,
    /// `--keep-git-dir` of `ADD`.
    pub keep_git_dir: Option<bool>,
    /// `--unpack` of `ADD`.
    pub unpack: Option<bool>,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The terminator, without quotes.
    pub name: String,
    /// The terminator was not quoted: variables in the body are expanded (by rcon in COPY and ADD, by the shell
    /// in RUN).
    pub expand: bool,
    /// `<<-`: leading tabs were taken away already.
    pub chomp: bool,
    /// The lines between, each with its newline.
    pub body: String,
    /// The number before `<<`; 0 is usual.
    pub descriptor: u32,
}

/// `RUN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What runs. With heredocs in the shell form: the command line alone.
    pub command: Command,
    /// Heredocs of the shell form.
    pub heredocs: Vec<Heredoc>,
    /// `--mount=`, in order.
    pub mounts: Vec<Mount>,
    /// `--network=`.
    pub network: Option<RunNetwork>,
    /// `--security=`.
    pub security: Option<RunSecurity>,
    /// `--device=`, as written.
    pub devices: Vec<String>,
}

/// `RUN --network=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunNetwork {
    /// What the build has.
    Default,
    /// Loopback alone.
    None,
    /// The host's.
    Host,
}

/// `RUN --security=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunSecurity {
    /// Confined.
    Sandbox,
    /// Needs leave by `--allow security.insecure`.
    Insecure,
}

/// `RUN --mount=`. Values of the options that may hold variables are not expanded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mount {
    /// `type=`.
    pub kind: MountKind,
    /// `from=`.
    pub from: Option<String>,
    /// `source=`, `src=`.
    pub source: Option<String>,
    /// `target=`, `dst=`, `destination=`.
    pub target: Option<String>,
    /// `ro`/`readonly` is `Some(true)`, `rw`/`readwrite` is `Some(false)`.
    pub read_only: Option<bool>,
    /// `id=`.
    pub id: Option<String>,
    /// `sharing=` of a cache.
    pub sharing: Option<Sharing>,
    /// `required` of a secret or ssh.
    pub required: bool,
    /// `mode=`: octal, as written.
    pub mode: Option<String>,
    /// `uid=`, as written.
    pub uid: Option<String>,
    /// `gid=`, as written.
    pub gid: Option<String>,
    /// `size=` of a tmpfs: bytes.
    pub size: Option<u64>,
    /// `env=` of a secret: a variable instead of, or beside, a file.
    pub env: Option<String>,
    /// The whole of it, as written. Variables may stand in any value but that of `from=`: [`super::mount::expanded`]
    /// reads it anew.
    pub written: String,
}

/// `type=` of a mount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MountKind {
    /// The default.
    #[default]
    Bind,
    /// A folder that outlives the build.
    Cache,
    /// In memory.
    Tmpfs,
    /// A file the image never sees.
    Secret,
    /// The socket of an agent.
    Ssh,
}

/// `sharing=` of a cache mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Several at once: the default.
    Shared,
    /// Each its own, when it is in use.
    Private,
    /// One after the other.
    Locked,
}

/// `HEALTHCHECK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Healthcheck {
    /// `NONE`.
    None,
    /// `CMD`; times in nanoseconds, 0 where none was given.
    Command {
        command: Command,
        interval: i64,
        timeout: i64,
        start_period: i64,
        start_interval: i64,
        retries: i64,
    },
}
