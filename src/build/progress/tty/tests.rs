use super::super::event::{Event, Stream};
use super::super::replay::{Written, at, part};
use super::*;

fn display(written: &Written, colors: bool, window: Window) -> Tty {
    Tty::new(written.writer(), Look::plain(colors), window)
}

fn say(tty: &mut Tty, seconds: f64, what: What) {
    tty.hear(&Event { at: at(seconds), what });
}

fn announce(tty: &mut Tty, id: usize, name: &str) {
    say(tty, 0.0, What::Announced { id, name: name.to_owned() });
}

fn finished(tty: &mut Tty) {
    let end = at(0.34);
    tty.draw(end, true).unwrap();
    tty.end(false).unwrap();
}

#[test]
fn the_last_frame_is_that_of_buildx() {
    let written = Written::default();
    let mut tty = display(&written, true, || (60, 12));
    announce(&mut tty, 0, "[internal] load .dockerignore");
    announce(&mut tty, 1, "[1/2] FROM docker.io/library/bb:latest");
    announce(&mut tty, 2, "[2/2] RUN for i in 1 2 3 4 5 6; do echo two $i >&2; done");
    say(&mut tty, 0.0, What::Started { id: 0 });
    say(&mut tty, 0.0, part(0, "transferring context:", 2, 0, 0.0, Some(0.01)));
    say(&mut tty, 0.02, What::Done { id: 0 });
    say(&mut tty, 0.03, What::Cached { id: 1 });
    say(&mut tty, 0.04, What::Started { id: 2 });
    say(&mut tty, 0.24, What::Done { id: 2 });
    written.take();
    finished(&mut tty);
    let text = written.take();
    let frame = text.split_once("\x1b[?25l").unwrap().1;
    assert_eq!(
        frame,
        "[+] Building 0.3s (3/3) FINISHED               rcon:default\n\
         \x1b[34m => [internal] load .dockerignore                      0.0s\n\
         \x1b[0m\x1b[34m => => transferring context: 2B                        0.0s\n\
         \x1b[0m\x1b[34m => CACHED [1/2] FROM docker.io/library/bb:latest      0.0s\n\
         \x1b[0m\x1b[34m => [2/2] RUN for i in 1 2 3 4 5 6; do echo two $i >&  0.2s\n\
         \x1b[0m\x1b[?25h"
    );
}

#[test]
fn the_log_of_a_step_that_works_is_a_box_of_six_lines() {
    let written = Written::default();
    let mut tty = display(&written, false, || (40, 30));
    announce(&mut tty, 0, "[1/1] RUN make");
    say(&mut tty, 0.0, What::Started { id: 0 });
    for line in 0..8 {
        let bytes = format!("line {line}\n").into_bytes();
        say(&mut tty, 0.01, What::Log { id: 0, stream: Stream::Output, bytes });
    }
    written.take();
    tty.draw(at(0.5), false).unwrap();
    let text = written.take();
    let wanted: String = (2..8).map(|line| format!(" => => # {:30}\n", format!("line {line}"))).collect();
    assert!(text.contains(&wanted), "{text:?}");
    // The next frame begins above what was drawn: seven lines and the header.
    tty.draw(at(0.6), false).unwrap();
    assert!(written.take().starts_with(&"\x1b[1A".repeat(8)));
    // Without a log there is less to draw: the rest is wiped.
    say(&mut tty, 0.61, What::Done { id: 0 });
    tty.draw(at(0.7), true).unwrap();
    let text = written.take();
    assert!(text.contains(&format!("{}\n", " ".repeat(40)).repeat(6)), "{text:?}");
    assert!(text.ends_with("\x1b[6A\x1b[0G\x1b[?25h"), "{text:?}");
}

#[test]
fn a_failed_step_is_red_and_its_log_follows() {
    let written = Written::default();
    let mut tty = display(&written, true, || (60, 20));
    announce(&mut tty, 0, "[1/1] RUN false");
    say(&mut tty, 0.0, What::Started { id: 0 });
    say(&mut tty, 0.2, What::Log { id: 0, stream: Stream::Error, bytes: b"no\nway".to_vec() });
    say(&mut tty, 0.3, What::Failed { id: 0, error: "exit code: 1".to_owned() });
    written.take();
    tty.finish(true);
    let text = written.take();
    assert!(text.contains("\x1b[31m => ERROR [1/1] RUN false "), "{text:?}");
    assert!(text.ends_with("------\n > [1/1] RUN false:\n0.200 no\n0.200 way\n------\n"), "{text:?}");
}

#[test]
fn it_draws_at_most_ten_times_a_second() {
    let written = Written::default();
    let mut tty = display(&written, false, || (80, 24));
    announce(&mut tty, 0, "[1/1] RUN yes");
    say(&mut tty, 0.0, What::Started { id: 0 });
    for line in 0..1000 {
        let bytes = b"y\n".to_vec();
        say(&mut tty, f64::from(line) / 1000.0, What::Log { id: 0, stream: Stream::Output, bytes });
    }
    assert!(written.take().matches("[+] Building").count() <= 11);
}

#[test]
fn a_tiny_terminal_is_no_panic() {
    for window in [|| (0, 0), || (1, 1), || (13, 2), || (25, 3)] as [Window; 4] {
        let written = Written::default();
        let mut tty = display(&written, true, window);
        announce(&mut tty, 0, "[1/1] RUN yes");
        say(&mut tty, 0.0, What::Started { id: 0 });
        say(&mut tty, 1.0, What::Log { id: 0, stream: Stream::Output, bytes: b"y\n".to_vec() });
        finished(&mut tty);
    }
}
