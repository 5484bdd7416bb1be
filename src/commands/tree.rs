//! Which verbs there are, and what they are called.

use super::verb::{Purpose, Verb, finish};
use super::{
    attach, build, buildx, check, completion, create, df, exec, globals, history, image_exists, image_tree,
    images, import, info, inspect, kill, load, login, logout, logs, manifest, network, port, prune, ps, pull,
    push, rename, reset, restart, rm, rmi, run, save, search, start, stop, tag, unshare, untag, update,
    version, wait,
};
use clap::Command;

/// The name of the program, as it is typed.
pub(super) const PROGRAM: &str = "rcon";

/// A name in a list of commands.
pub(super) struct Entry {
    /// Its name, then its aliases.
    pub names: &'static [&'static str],
    pub what: What,
}

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum What {
    Verb(&'static Verb),
    Group(&'static Group),
}

/// Verbs about one kind of thing: `rcon image …`.
pub(super) struct Group {
    pub about: &'static str,
    pub entries: &'static [Entry],
    /// Whether flags of its verbs may stand before their names: `buildx --builder NAME build`.
    pub carries: bool,
    /// Builds one of its commands; a function pointer, since that is all that clap defers.
    pub defer: fn(Command) -> Command,
}

/// A part of the list of commands, under its title.
pub(super) struct Section {
    pub title: &'static str,
    pub entries: &'static [Entry],
}

const fn verb(names: &'static [&'static str], verb: &'static Verb) -> Entry {
    Entry { names, what: What::Verb(verb) }
}

const fn group(names: &'static [&'static str], group: &'static Group) -> Entry {
    Entry { names, what: What::Group(group) }
}

/// All commands, as the help of the program lists them.
pub(super) static SECTIONS: &[Section] = &[
    Section {
        title: "Common Commands",
        entries: &[
            verb(&["run"], &run::VERB),
            verb(&["exec"], &exec::VERB),
            verb(&["ps"], &ps::VERB),
            verb(&["build"], &build::VERB),
            verb(&["pull"], &pull::VERB),
            verb(&["push"], &push::VERB),
            verb(&["images"], &images::VERB),
            verb(&["search"], &search::VERB),
            verb(&["login"], &login::VERB),
            verb(&["logout"], &logout::VERB),
            verb(&["version"], &version::VERB),
            verb(&["info"], &info::VERB),
        ],
    },
    Section {
        title: "Management Commands",
        entries: &[
            group(&["builder"], &BUILDER),
            group(&["buildx"], &BUILDX),
            group(&["container"], &CONTAINER),
            group(&["image"], &IMAGE),
            group(&["manifest"], &MANIFEST),
            group(&["network"], &NETWORK),
            group(&["system"], &SYSTEM),
            group(&["volume"], &VOLUME),
        ],
    },
    Section {
        title: "Commands",
        entries: &[
            verb(&["attach"], &attach::VERB),
            verb(&["completion"], &completion::VERB),
            verb(&["create"], &create::VERB),
            verb(&["history"], &history::VERB),
            verb(&["import"], &import::VERB),
            verb(&["inspect"], &inspect::VERB),
            verb(&["kill"], &kill::VERB),
            verb(&["load"], &load::VERB),
            verb(&["logs"], &logs::VERB),
            verb(&["port"], &port::VERB),
            verb(&["rename"], &rename::VERB),
            verb(&["restart"], &restart::VERB),
            verb(&["rm"], &rm::VERB),
            verb(&["rmi"], &rmi::VERB),
            verb(&["save"], &save::VERB),
            verb(&["start"], &start::VERB),
            verb(&["stop"], &stop::VERB),
            verb(&["tag"], &tag::VERB),
            verb(&["unshare"], &unshare::VERB),
            verb(&["untag"], &untag::VERB),
            verb(&["update"], &update::VERB),
            verb(&["wait"], &wait::VERB),
        ],
    },
];

static BUILDER: Group = Group {
    about: "Manage builds",
    carries: true,
    defer: |command| deferred(BUILDER.entries.iter(), command),
    entries: &[
        verb(&["build"], &build::VERB),
        verb(&["du"], &buildx::du::VERB),
        verb(&["prune"], &buildx::prune::VERB),
    ],
};

static BUILDX: Group = Group {
    about: "Build as docker's buildx does",
    carries: true,
    defer: |command| deferred(BUILDX.entries.iter(), command),
    entries: &[
        verb(&["bake", "f"], &buildx::bake::VERB),
        verb(&["build", "b"], &build::VERB),
        verb(&["create"], &buildx::create::VERB),
        verb(&["dap"], &buildx::absent::DAP),
        verb(&["debug"], &buildx::absent::DEBUG),
        verb(&["dial-stdio"], &buildx::absent::DIAL_STDIO),
        verb(&["du"], &buildx::du::VERB),
        group(&["history"], &HISTORY),
        group(&["imagetools", "imagetool"], &IMAGETOOLS),
        verb(&["inspect"], &buildx::inspect::VERB),
        verb(&["install"], &buildx::absent::INSTALL),
        verb(&["ls"], &buildx::list::VERB),
        verb(&["policy"], &buildx::absent::POLICY),
        verb(&["prune"], &buildx::prune::VERB),
        verb(&["rm"], &buildx::rm::VERB),
        verb(&["stop"], &buildx::stop::VERB),
        verb(&["uninstall"], &buildx::absent::UNINSTALL),
        verb(&["use"], &buildx::choose::VERB),
        verb(&["version"], &buildx::version::VERB),
    ],
};

static HISTORY: Group = Group {
    about: "Work on the record of builds",
    carries: true,
    defer: |command| deferred(HISTORY.entries.iter(), command),
    entries: &[
        verb(&["export"], &buildx::absent::HISTORY_EXPORT),
        verb(&["import"], &buildx::absent::HISTORY_IMPORT),
        verb(&["inspect"], &buildx::history::inspect::VERB),
        verb(&["logs"], &buildx::history::logs::VERB),
        verb(&["ls"], &buildx::history::list::VERB),
        verb(&["open"], &buildx::absent::HISTORY_OPEN),
        verb(&["rm"], &buildx::history::rm::VERB),
        verb(&["trace"], &buildx::absent::HISTORY_TRACE),
    ],
};

static IMAGETOOLS: Group = Group {
    about: "Work on images in registries",
    carries: true,
    defer: |command| deferred(IMAGETOOLS.entries.iter(), command),
    entries: &[
        verb(&["create"], &buildx::imagetools::create::VERB),
        verb(&["inspect"], &buildx::imagetools::inspect::VERB),
    ],
};

static CONTAINER: Group = Group {
    about: "Manage containers",
    carries: false,
    defer: |command| deferred(CONTAINER.entries.iter(), command),
    entries: &[
        verb(&["attach"], &attach::VERB),
        verb(&["create"], &create::VERB),
        verb(&["exec"], &exec::VERB),
        verb(&["inspect"], &inspect::CONTAINER),
        verb(&["kill"], &kill::VERB),
        verb(&["logs"], &logs::VERB),
        verb(&["ls", "list", "ps"], &ps::VERB),
        verb(&["port"], &port::VERB),
        verb(&["prune"], &prune::container::VERB),
        verb(&["rename"], &rename::VERB),
        verb(&["restart"], &restart::VERB),
        verb(&["rm", "remove"], &rm::VERB),
        verb(&["run"], &run::VERB),
        verb(&["start"], &start::VERB),
        verb(&["stop"], &stop::VERB),
        verb(&["update"], &update::VERB),
        verb(&["wait"], &wait::VERB),
    ],
};

static IMAGE: Group = Group {
    about: "Manage images",
    carries: false,
    defer: |command| deferred(IMAGE.entries.iter(), command),
    entries: &[
        verb(&["build"], &build::VERB),
        verb(&["exists"], &image_exists::VERB),
        verb(&["history"], &history::VERB),
        verb(&["import"], &import::VERB),
        verb(&["inspect"], &inspect::IMAGE),
        verb(&["load"], &load::VERB),
        verb(&["ls", "list"], &images::VERB),
        verb(&["prune"], &prune::image::VERB),
        verb(&["pull"], &pull::VERB),
        verb(&["push"], &push::VERB),
        verb(&["rm", "remove"], &rmi::VERB),
        verb(&["save"], &save::VERB),
        verb(&["tag"], &tag::VERB),
        verb(&["tree"], &image_tree::VERB),
        verb(&["untag"], &untag::VERB),
    ],
};

static MANIFEST: Group = Group {
    about: "Manage lists of manifests",
    carries: false,
    defer: |command| deferred(MANIFEST.entries.iter(), command),
    entries: &[
        verb(&["add"], &manifest::add::VERB),
        verb(&["annotate"], &manifest::annotate::VERB),
        verb(&["create"], &manifest::create::VERB),
        verb(&["inspect"], &manifest::inspect::VERB),
        verb(&["push"], &manifest::push::VERB),
        verb(&["rm"], &manifest::rm::VERB),
    ],
};

static NETWORK: Group = Group {
    about: "Manage networks",
    carries: false,
    defer: |command| deferred(NETWORK.entries.iter(), command),
    entries: &[
        verb(&["connect"], &network::connect::VERB),
        verb(&["create"], &network::create::VERB),
        verb(&["disconnect"], &network::disconnect::VERB),
        verb(&["exists"], &network::exists::VERB),
        verb(&["inspect"], &network::inspect::VERB),
        verb(&["ls", "list"], &network::list::VERB),
        verb(&["prune"], &network::prune::VERB),
        verb(&["rm", "remove"], &network::rm::VERB),
    ],
};

static SYSTEM: Group = Group {
    about: "Manage rcon",
    carries: false,
    defer: |command| deferred(SYSTEM.entries.iter(), command),
    entries: &[
        verb(&["check"], &check::VERB),
        verb(&["df"], &df::VERB),
        verb(&["info"], &info::VERB),
        verb(&["prune"], &prune::system::VERB),
        verb(&["reset"], &reset::VERB),
    ],
};

static VOLUME: Group = Group {
    about: "Manage volumes",
    carries: false,
    defer: |command| deferred(VOLUME.entries.iter(), command),
    entries: &[verb(&["prune"], &prune::volume::VERB)],
};

/// The entries of the program itself.
pub(super) fn top() -> impl Iterator<Item = &'static Entry> {
    SECTIONS.iter().flat_map(|section| section.entries)
}

/// Finds a name, or an alias, among `entries`.
pub(super) fn find(mut entries: impl Iterator<Item = &'static Entry>, name: &str) -> Option<&'static Entry> {
    entries.find(|entry| entry.names.contains(&name))
}

/// Every way to call `verb`, without the program's name, the plain one first.
pub(super) fn paths(verb: &'static Verb) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in top() {
        match entry.what {
            What::Verb(other) if std::ptr::eq(verb, other) => {
                paths.extend(entry.names.iter().map(|name| (*name).to_owned()));
            }
            What::Verb(_) => {}
            What::Group(group) => {
                let same =
                    |entry: &&Entry| matches!(entry.what, What::Verb(other) if std::ptr::eq(verb, other));
                for entry_of_group in group.entries.iter().filter(same) {
                    let names = entry_of_group.names.iter();
                    paths.extend(names.map(|name| format!("{} {name}", entry.names[0])));
                }
            }
        }
    }
    paths.sort_by_key(|path| path.contains(' '));
    paths
}

/// How a group is called, among `entries` below `parent`.
fn path_of(
    group: &'static Group,
    mut entries: &mut dyn Iterator<Item = &'static Entry>,
    parent: &str,
) -> Option<String> {
    (&mut entries).find_map(|entry| {
        let path = format!("{parent} {}", entry.names[0]);
        match entry.what {
            What::Group(other) if std::ptr::eq(group, other) => Some(path),
            What::Group(other) => path_of(group, &mut other.entries.iter(), &path),
            What::Verb(_) => None,
        }
    })
}

/// The whole tree, to be written about: man pages and completions. Each command is deferred, and so
/// built only when somebody asks for it.
pub(super) fn reference() -> Command {
    let root = finish(globals::augment(Command::new(PROGRAM), Purpose::Reference), Purpose::Reference)
        .about(globals::ABOUT)
        .override_usage("rcon [OPTIONS] COMMAND");
    root.subcommands(top().map(|entry| named(entry, PROGRAM).defer(|command| deferred(top(), command))))
}

/// The outside of a command: all that is seen before it is built.
fn named(entry: &'static Entry, parent: &str) -> Command {
    let name = entry.names[0];
    let command = Command::new(name).visible_aliases(&entry.names[1..]);
    match entry.what {
        What::Verb(verb) => {
            command.about(verb.about).override_usage(verb.usage_line(&format!("{parent} {name}")))
        }
        What::Group(group) => command.about(group.about).override_usage(format!("{parent} {name} COMMAND")),
    }
}

/// Builds a deferred command. clap hands over nothing but the command, so its name has to find it.
fn deferred(entries: impl Iterator<Item = &'static Entry>, command: Command) -> Command {
    match find(entries, command.get_name()).map(|entry| entry.what) {
        Some(What::Verb(verb)) => verb.build(command, Purpose::Reference),
        Some(What::Group(group)) => {
            let parent = path_of(group, &mut top(), PROGRAM).unwrap_or_else(|| PROGRAM.to_owned());
            let entries = group.entries.iter();
            let command = finish(command, Purpose::Reference);
            command.subcommands(entries.map(|entry| named(entry, &parent).defer(group.defer)))
        }
        None => command,
    }
}
