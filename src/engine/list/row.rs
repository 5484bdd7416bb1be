//! A container as a row of docker's table.

use super::{Seen, Standing};
use crate::engine::record::{Record, RecordedMount};
use crate::output::listing::{Listing, Row};
use crate::output::{shorten, size, time};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

/// Columns of a shortened command, and of a shortened mount.
const COMMAND_WIDTH: usize = 20;
const MOUNT_WIDTH: usize = 15;

const HEADERS: &[(&str, &str)] = &[
    ("ID", "CONTAINER ID"),
    ("Names", "NAMES"),
    ("Image", "IMAGE"),
    ("Command", "COMMAND"),
    ("CreatedAt", "CREATED AT"),
    ("RunningFor", "CREATED"),
    ("Ports", "PORTS"),
    ("State", "STATE"),
    ("Status", "STATUS"),
    ("Size", "SIZE"),
    ("Labels", "LABELS"),
    ("Mounts", "MOUNTS"),
    ("LocalVolumes", "LOCAL VOLUMES"),
    ("Networks", "NETWORKS"),
    ("Platform", "PLATFORM"),
];

/// The table of `ps`.
pub const TABLE: Listing<'static> = Listing {
    headers: HEADERS,
    default: "table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}",
    raw: Some(
        "container_id: {{.ID}}\\nimage: {{.Image}}\\ncommand: {{.Command}}\\ncreated_at: {{.CreatedAt}}\\n\
         state: {{.State}}\\nstatus: {{.Status}}\\nnames: {{.Names}}\\nlabels:{{pad .Labels 1 0}}\\n\
         ports:{{pad .Ports 1 0}}\\n",
    ),
};

/// The table of `ps --size`.
pub const TABLE_WITH_SIZE: Listing<'static> = Listing {
    headers: HEADERS,
    default: "table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}\\t{{.Size}}",
    raw: Some(
        "container_id: {{.ID}}\\nimage: {{.Image}}\\ncommand: {{.Command}}\\ncreated_at: {{.CreatedAt}}\\n\
         state: {{.State}}\\nstatus: {{.Status}}\\nnames: {{.Names}}\\nlabels:{{pad .Labels 1 0}}\\n\
         ports:{{pad .Ports 1 0}}\\nsize: {{.Size}}\\n",
    ),
};

/// The list of `ps --quiet`.
pub const IDS: Listing<'static> =
    Listing { headers: HEADERS, default: "{{.ID}}", raw: Some("container_id: {{.ID}}") };

/// What a row says beside the container itself.
#[derive(Debug, Clone)]
pub struct View {
    /// Ids, images, commands and mounts are whole.
    pub whole: bool,
    /// This moment.
    pub now: Timestamp,
    /// Of [`Seen::created`] as people read it.
    pub zone: TimeZone,
}

/// Bytes that a container takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Its own files.
    pub own: u64,
    /// Its own and its image's.
    pub with_image: u64,
}

/// The row of one container.
pub fn row(seen: &Seen, size: Size, view: &View) -> Row {
    let record = seen.record.as_ref();
    let mut fields = Map::new();
    let mut set = |key: &str, value: String| fields.insert(key.to_owned(), Json::String(value));
    set("ID", if view.whole { seen.id.to_string() } else { seen.id.short() });
    set("Names", seen.name.clone());
    set("Image", record.map_or_else(|| "<no image>".to_owned(), |record| image(record, view.whole)));
    set("Command", quoted(&shortened(&record.map(command).unwrap_or_default(), COMMAND_WIDTH, view.whole)));
    set("CreatedAt", time::created_at(seen.created, &view.zone));
    set("RunningFor", time::human_ago(seen.created, view.now));
    set("Ports", seen.ports());
    set("State", seen.standing.word().to_owned());
    set("Status", status(&seen.standing, view.now));
    set("Size", sizes(size));
    set("Labels", labels(record));
    set("Mounts", mounts(record, view.whole));
    set("LocalVolumes", local_volumes(record).to_string());
    set("Networks", seen.networks.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(","));
    set("Platform", record.map_or_else(String::new, |record| record.platform.clone()));
    Row { fields, labels: record.map(|record| record.labels.clone()).unwrap_or_default() }
}

/// What the container does, as docker tells it.
fn status(standing: &Standing, now: Timestamp) -> String {
    match standing {
        Standing::Created { .. } => "Created".to_owned(),
        Standing::Running { since } => format!("Up {}", time::human(now.duration_since(*since))),
        Standing::Exited { code, at } => format!("Exited ({code}) {}", time::human_ago(*at, now)),
        Standing::Dead => "Dead".to_owned(),
    }
}

fn image(record: &Record, whole: bool) -> String {
    let name = &record.image_name;
    match whole {
        true if *name == record.image.short() => record.image.to_string(),
        true => name.clone(),
        // A digest behind the name is left out.
        false => name.split('@').next().unwrap_or(name).to_owned(),
    }
}

/// The program and its arguments; those with a blank in them are quoted.
fn command(record: &Record) -> String {
    let mut line = record.path.clone();
    for argument in &record.arguments {
        match argument.contains(' ') {
            true => line.push_str(&format!(" '{argument}'")),
            false => line.push_str(&format!(" {argument}")),
        }
    }
    line
}

fn sizes(size: Size) -> String {
    let own = size::human(size.own);
    match size.with_image {
        0 => own,
        with_image => format!("{own} (virtual {})", size::human(with_image)),
    }
}

fn labels(record: Option<&Record>) -> String {
    let pairs: Vec<String> = record
        .iter()
        .flat_map(|record| &record.labels)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join(",")
}

/// Like docker, without what `--tmpfs` mounts.
fn mounts(record: Option<&Record>, whole: bool) -> String {
    let sources = record.iter().flat_map(|record| &record.mounts).filter_map(|mount| match mount {
        RecordedMount::Bind { source, .. } => Some(source),
        RecordedMount::Volume { name, .. } => Some(name),
        RecordedMount::Tmpfs { .. } => None,
    });
    sources.map(|source| shortened(source, MOUNT_WIDTH, whole)).collect::<Vec<_>>().join(",")
}

fn local_volumes(record: Option<&Record>) -> usize {
    let mounts = record.iter().flat_map(|record| &record.mounts);
    mounts.filter(|mount| matches!(mount, RecordedMount::Volume { .. })).count()
}

fn shortened(text: &str, width: usize, whole: bool) -> String {
    if whole { text.to_owned() } else { shorten(text, width) }
}

/// `text` in quotes, escaped as Go's strconv.Quote does it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\u{b}' => quoted.push_str("\\v"),
            '\u{c}' => quoted.push_str("\\f"),
            '\r' => quoted.push_str("\\r"),
            '\0'..='\x1f' | '\x7f' => quoted.push_str(&format!("\\x{:02x}", c as u32)),
            c if is_printable(c) => quoted.push(c),
            '\0'..='\u{ffff}' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    quoted.push('"');
    quoted
}

/// Behind a letter, since a combining sign at the beginning would be escaped.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~') || format!("a{c}").escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, seen};
    use super::*;

    fn view(whole: bool) -> View {
        View { whole, now: at("2026-01-02T12:00:00Z"), zone: TimeZone::UTC }
    }

    #[test]
    fn the_table_is_docker_s_to_the_byte() {
        let mut web = seen("a", "2026-01-02T11:55:00Z");
        web.standing = Standing::Running { since: at("2026-01-02T11:55:00Z") };
        let mut record = web.record.take().unwrap();
        record.arguments = vec!["-c".into(), "while true; do sleep 1; done".into()];
        record.exposed = vec!["7001/tcp".into(), "443/tcp".into(), "7000".into(), "53/udp".into()];
        web.record = Some(record);
        let mut old = seen("b", "2025-12-02T11:00:00Z");
        old.standing = Standing::Exited { code: 137, at: at("2026-01-02T11:57:00Z") };
        let rows = [row(&web, Size::default(), &view(false)), row(&old, Size::default(), &view(false))];
        assert_eq!(
            TABLE.render(None, &rows).unwrap(),
            "CONTAINER ID   IMAGE     COMMAND                  CREATED         STATUS                       PORTS                            NAMES\n\
             aaaaaaaaaaaa   alpine    \"/bin/sh -c 'while t…\"   5 minutes ago   Up 5 minutes                 443/tcp, 53/udp, 7000-7001/tcp   name-a\n\
             bbbbbbbbbbbb   alpine    \"/bin/sh\"                4 weeks ago     Exited (137) 3 minutes ago                                    name-b\n"
        );
        assert_eq!(IDS.render(None, &rows).unwrap(), "aaaaaaaaaaaa\nbbbbbbbbbbbb\n");
    }

    #[test]
    fn status_is_told_in_docker_s_words() {
        let now = at("2026-01-02T12:00:00Z");
        let cases = [
            (Standing::Created { code: 127 }, "Created"),
            (Standing::Running { since: now }, "Up Less than a second"),
            (Standing::Running { since: at("2026-01-01T12:00:00Z") }, "Up 24 hours"),
            (Standing::Exited { code: 0, at: at("2026-01-02T10:59:00Z") }, "Exited (0) About an hour ago"),
            (Standing::Dead, "Dead"),
        ];
        for (standing, words) in cases {
            assert_eq!(status(&standing, now), words);
        }
    }

    #[test]
    fn fields_are_whole_with_no_trunc() {
        let mut one = seen("c", "2026-01-02T11:00:00Z");
        let record = one.record.as_mut().unwrap();
        record.image_name = record.image.short();
        record.arguments = vec!["a \"very\" long\n argument of it".into()];
        record.mounts = vec![
            RecordedMount::Bind {
                source: "/a/very/long/folder/name".into(),
                target: "/a".into(),
                read_only: false,
                recursive: true,
            },
            RecordedMount::Tmpfs { target: "/t".into(), options: vec![] },
            RecordedMount::Volume {
                name: "data".into(),
                target: "/d".into(),
                read_only: true,
                anonymous: false,
            },
        ];
        let image = record.image.to_string();
        let whole = row(&one, Size { own: 2, with_image: 21_500_000 }, &view(true)).fields;
        assert_eq!(whole["ID"], "c".repeat(64));
        assert_eq!(whole["Image"], image.as_str());
        assert_eq!(whole["Command"], r#""/bin/sh 'a \"very\" long\n argument of it'""#);
        assert_eq!(whole["Mounts"], "/a/very/long/folder/name,data");
        assert_eq!(whole["LocalVolumes"], "1");
        assert_eq!(whole["Size"], "2B (virtual 21.5MB)");
        assert_eq!(whole["Labels"], "a=1,b=x=y");
        assert_eq!(whole["Networks"], "bridge");
        assert_eq!(whole["CreatedAt"], "2026-01-02 11:00:00 +0000 UTC");
        let short = row(&one, Size::default(), &view(false)).fields;
        assert_eq!(short["Image"], &image[7..19]);
        assert_eq!(short["Mounts"], "/a/very/long/f…,data");
        assert_eq!(short["Size"], "0B");
        assert_eq!(short["Ports"], "");
    }

    #[test]
    fn a_container_without_a_record_has_a_row() {
        let mut torn = seen("d", "2026-01-02T11:00:00Z");
        (torn.record, torn.standing) = (None, Standing::Dead);
        let fields = row(&torn, Size::default(), &view(false)).fields;
        assert_eq!(fields["Status"], "Dead");
        assert_eq!(fields["State"], "dead");
        assert_eq!(fields["Command"], "\"\"");
    }

    #[test]
    fn raw_is_a_block_of_lines() {
        let row = row(&seen("e", "2026-01-02T11:00:00Z"), Size::default(), &view(false));
        assert_eq!(
            TABLE_WITH_SIZE.render(Some("raw"), &[row]).unwrap(),
            "container_id: eeeeeeeeeeee\nimage: alpine\ncommand: \"/bin/sh\"\n\
             created_at: 2026-01-02 11:00:00 +0000 UTC\nstate: created\nstatus: Created\nnames: name-e\n\
             labels: a=1,b=x=y\nports:\nsize: 0B\n\n"
        );
    }

    #[test]
    fn quotes_are_gos() {
        assert_eq!(
            quoted("a\"\\\t\u{1b}é日\u{301}\u{200b}\u{7f}"),
            "\"a\\\"\\\\\\t\\x1bé日\u{301}\\u200b\\x7f\""
        );
    }

    #[test]
    fn long_texts_end_in_one_sign() {
        assert_eq!(shortened("12345678901234567890", 20, false), "12345678901234567890");
        assert_eq!(shortened("123456789012345678901", 20, false), "1234567890123456789…");
        assert_eq!(shortened("日本語日本語日本語日本語", 20, false), "日本語日本語日本語…");
        assert_eq!(shortened("日本語", 2, true), "日本語");
    }
}
