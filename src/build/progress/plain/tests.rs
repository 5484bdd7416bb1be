use super::super::event::Stream;
use super::super::replay::{Written, at, part};
use super::*;

struct Replay {
    written: Written,
    plain: Plain,
}

impl Replay {
    fn new(names: &[&str]) -> Self {
        let written = Written::default();
        let plain = Plain::new(written.writer(), false);
        let mut replay = Self { written, plain };
        for (id, name) in names.iter().enumerate() {
            replay.say(0.0, What::Announced { id, name: (*name).to_owned() });
        }
        replay
    }

    fn say(&mut self, seconds: f64, what: What) {
        self.plain.hear(&Event { at: at(seconds), what });
    }

    fn log(&mut self, seconds: f64, id: usize, text: &str) {
        let bytes = text.as_bytes().to_vec();
        self.say(seconds, What::Log { id, stream: Stream::Output, bytes });
    }

    fn end(mut self, seconds: f64, failed: bool) -> String {
        self.plain.refresh(at(seconds)).unwrap();
        self.plain.end(failed).unwrap();
        self.written.take()
    }
}

#[test]
fn a_build_reads_as_buildkit_writes_it() {
    let mut replay = Replay::new(&[
        "[internal] load build definition from b.Dockerfile",
        "[internal] load metadata for docker.io/library/bb:latest",
        "[1/3] FROM docker.io/library/bb:latest",
        "[2/3] RUN true",
        "exporting to image",
    ]);
    replay.say(0.0, What::Started { id: 0 });
    replay.say(0.0, part(0, "transferring dockerfile:", 0, 0, 0.0, None));
    replay.say(0.01, part(0, "transferring dockerfile:", 90, 0, 0.0, Some(0.005)));
    let warning = "JSONArgsRecommended: JSON arguments recommended for CMD (line 5)";
    let (detail, url) = (Vec::new(), String::new());
    replay.say(0.02, What::Warning { id: 0, short: warning.to_owned(), detail, url });
    replay.say(0.02, What::Done { id: 0 });
    replay.say(0.03, What::Started { id: 1 });
    replay.say(0.04, What::Done { id: 1 });
    replay.say(0.05, What::Cached { id: 2 });
    replay.say(0.06, What::Started { id: 3 });
    replay.say(0.26, What::Done { id: 3 });
    replay.say(0.27, What::Started { id: 4 });
    replay.say(0.27, part(4, "exporting layers", 0, 0, 0.27, Some(0.31)));
    replay.say(0.31, part(4, "naming to docker.io/library/showb", 0, 0, 0.31, Some(0.311)));
    replay.say(0.32, What::Done { id: 4 });
    assert_eq!(
        replay.end(0.4, false),
        "#0 building with \"default\" instance using rcon driver

#1 [internal] load build definition from b.Dockerfile
#1 transferring dockerfile: 90B done
#1 WARN: JSONArgsRecommended: JSON arguments recommended for CMD (line 5)
#1 DONE 0.0s

#2 [internal] load metadata for docker.io/library/bb:latest
#2 DONE 0.0s

#3 [1/3] FROM docker.io/library/bb:latest
#3 CACHED

#4 [2/3] RUN true
#4 DONE 0.2s

#5 exporting to image
#5 exporting layers 0.0s done
#5 naming to docker.io/library/showb done
#5 DONE 0.1s

 1 warning found (use docker --debug to expand):
 - JSONArgsRecommended: JSON arguments recommended for CMD (line 5)
"
    );
}

#[test]
fn steps_side_by_side_take_turns() {
    let mut replay = Replay::new(&["[one 2/2] RUN a", "[two 2/2] RUN b"]);
    replay.say(0.0, What::Started { id: 0 });
    replay.say(0.05, What::Started { id: 1 });
    for second in 0..8 {
        replay.log(0.26 + f64::from(second), 0, &format!("one {second}\n"));
        if second < 6 {
            replay.log(0.27 + f64::from(second) * 1.3, 1, &format!("two {second}\n"));
        }
    }
    replay.say(8.1, What::Done { id: 1 });
    replay.log(8.27, 0, "partial");
    replay.log(8.5, 0, " rest\nnoeol");
    replay.say(8.8, What::Done { id: 0 });
    let text = replay.end(9.0, false);
    assert!(text.starts_with("#0 building"), "{text}");
    assert!(text.contains("\n\n#1 [one 2/2] RUN a\n#1 0.260 one 0\n#1 1.260 one 1\n"), "{text}");
    assert!(text.contains("#1 ...\n\n#2 [two 2/2] RUN b\n#2 0.220 two 0\n"), "{text}");
    assert!(text.contains("\n#2 DONE 8.1s\n\n#1 [one 2/2] RUN a\n"), "{text}");
    assert!(text.ends_with("#1 8.270 partial rest\n#1 8.500 noeol\n#1 DONE 8.8s\n"), "{text}");
}

#[test]
fn the_tail_of_a_failed_step_is_shown_again() {
    let mut replay = Replay::new(&["[2/3] RUN false", "[3/3] RUN later"]);
    replay.say(0.0, What::Started { id: 0 });
    let lines: String = (1..=40).map(|line| format!("line {line}\n")).collect();
    replay.log(0.183, 0, &(lines + "last no eol"));
    replay.say(0.2, What::Failed { id: 0, error: "process failed: exit code: 3".to_owned() });
    replay.say(0.2, What::Canceled { id: 1 });
    let text = replay.end(0.3, true);
    let tail: String = (32..=40).map(|line| format!("0.183 line {line}\n")).collect();
    let wanted = format!(
        "#1 0.183 last no eol\n#1 ERROR: process failed: exit code: 3\n\n#2 [3/3] RUN later\n#2 CANCELED\n\
         ------\n > [2/3] RUN false:\n{tail}0.183 last no eol\n------\n"
    );
    assert!(text.ends_with(&wanted), "{text}");
}

#[test]
fn a_line_that_is_interrupted_is_shown_again_whole() {
    let mut replay = Replay::new(&["a", "b"]);
    replay.say(0.0, What::Started { id: 0 });
    replay.log(0.2, 0, "Password: ");
    replay.say(0.4, What::Started { id: 1 });
    replay.say(0.6, What::Done { id: 1 });
    replay.log(0.8, 0, "***\n");
    replay.say(1.0, What::Done { id: 0 });
    let wanted = "#1 a\n#1 0.200 Password: \n#1 ...\n\n#2 b\n#2 DONE 0.2s\n\n\
                  #1 a\n#1 0.200 Password: ***\n#1 DONE 1.0s\n";
    let text = replay.end(1.1, false);
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn a_flood_of_a_hidden_step_is_shown_and_not_kept() {
    let mut replay = Replay::new(&["quiet", "loud"]);
    replay.say(0.0, What::Started { id: 0 });
    replay.say(0.15, What::Started { id: 1 });
    let text = "y".repeat(100_000);
    for piece in 0..100 {
        replay.log(0.2 + f64::from(piece) / 1000.0, 1, &text);
        let waiting = replay.plain.shown[1].lines.waiting();
        assert!(waiting <= MOST_WAITING + text.len(), "{waiting}");
    }
    let shown = replay.end(1.0, false);
    assert_eq!(shown.matches('y').count(), 100 * text.len());
}
