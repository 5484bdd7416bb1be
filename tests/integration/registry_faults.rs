//! Whatever a registry does wrong, a pull ends in the right image or in an error that says why; nothing
//! stands under the name after an error, and the next pull works.

use crate::support::archives::Packing;
use crate::support::fault::{Access, Fault};
use crate::support::published::{Format, Published, noise};
use crate::support::scene::{LARGE, LONG, Scene, image};
use crate::support::{Image, Layer, kill_hard};
use rcon::oci::digest::Digest;
use std::time::{Duration, Instant};

#[test]
fn a_blob_that_breaks_off_goes_on_where_it_broke_off() {
    for cuts in [&[0][..], &[1], &[100_000], &[3 << 20], &[1 << 20, 1 << 20, 1 << 20]] {
        let scene = Scene::new();
        scene.faulty.on(&scene.large(), cuts.iter().map(|bytes| Fault::CutAfter(*bytes)));
        scene.ends_right();
        let fetches = scene.faulty.seen(&scene.large());
        assert_eq!(fetches.len(), cuts.len() + 1, "{cuts:?}");
        let begins: Vec<_> = fetches.iter().map(|fetch| fetch.range().map_or(0, |range| range.0)).collect();
        let expected: Vec<_> = [0]
            .iter()
            .chain(cuts)
            .scan(0, |sum, bytes| {
                *sum += bytes;
                Some(*sum)
            })
            .collect();
        assert_eq!(begins, expected, "{cuts:?}");
    }
}

#[test]
fn a_range_that_is_ignored_or_breaks_off_as_well_does_no_harm() {
    for then in [Fault::IgnoreRange, Fault::CutAfter(0), Fault::CutAfter(1000), Fault::Status(503)] {
        let scene = Scene::new();
        scene.faulty.on(&scene.large(), [Fault::CutAfter(1 << 20), then]);
        scene.ends_right();
    }
}

#[test]
fn a_range_that_is_answered_otherwise_than_asked_spoils_nothing() {
    let total = image().layer(LARGE).len();
    for then in [
        Fault::Header("Content-Range", format!("bytes 0-{}/{total}", total - 1)),
        Fault::Header("Content-Range", format!("bytes 5-{}/{total}", total - 1)),
        Fault::Header("Content-Range", "bytes */*".to_owned()),
        Fault::Status(416),
        Fault::Flip,
    ] {
        let scene = Scene::new();
        scene.faulty.on(&scene.large(), [Fault::CutAfter(1 << 20), then]);
        scene.spoils_nothing();
    }
}

#[test]
fn a_registry_that_is_busy_is_asked_again() {
    for part in ["GET /manifests/", "HEAD /manifests/", "GET /blobs/"] {
        let scene = Scene::new();
        scene.faulty.on(
            part,
            [
                Fault::Status(500),
                Fault::RetryAfter(503, "1"),
                Fault::RetryAfter(429, "1"),
                Fault::Status(504),
            ],
        );
        scene.ends_right();
    }
}

#[test]
fn retry_after_is_waited_for() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::RetryAfter(429, "3")]);
    let begun = Instant::now();
    scene.ends_right();
    assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn a_manifest_or_a_configuration_that_breaks_off_is_asked_for_again() {
    for part in ["GET /manifests/".to_owned(), format!("GET /blobs/{}", image().config_digest())] {
        let scene = Scene::new();
        scene.faulty.on(&part, [Fault::CutAfter(0), Fault::CutAfter(50)]);
        scene.ends_right();
    }
}

#[test]
fn a_pause_is_waited_for() {
    let scene = Scene::new();
    scene.faulty.on("GET /manifests/", [Fault::PauseAfter(10, Duration::from_secs(2))]);
    scene.faulty.on(&scene.large(), [Fault::PauseAfter(1 << 20, Duration::from_secs(3))]);
    scene.ends_right();
    assert_eq!(scene.faulty.seen(&scene.large()).len(), 1);
}

#[test]
fn an_answer_that_never_goes_on_is_given_up_and_asked_for_again() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::StallAfter(1 << 20)]);
    scene.ends_right();
    assert_eq!(scene.faulty.seen(&scene.large()).last().unwrap().range(), Some((1 << 20, None)));
}

#[test]
fn a_token_that_expires_in_the_middle_is_asked_for_again() {
    let scene = Scene::asking(Access::Bearer);
    scene.faulty.on(&scene.large(), [Fault::CutAfter(1 << 20), Fault::Expire]);
    scene.ends_right();
}

#[test]
fn an_error_that_stays_is_told() {
    for (part, fault, words) in [
        ("GET /blobs/", Fault::Status(500), &["unknown error"][..]),
        ("GET /blobs/", Fault::Status(404), &["blob unknown"]),
        ("GET /blobs/", Fault::Status(403), &["denied"]),
        ("GET /blobs/", Fault::Status(429), &["you have reached your limit"]),
        ("GET /manifests/", Fault::Status(403), &["denied"]),
        ("GET /blobs/", Fault::CutAfter(0), &[]),
    ] {
        let scene = Scene::new();
        scene.faulty.always(part, fault.clone());
        scene.faulty.always(&part.replace("GET", "HEAD"), fault);
        scene.ends_in_error(words);
    }
}

#[test]
fn a_refusal_is_not_asked_for_again() {
    for status in [400, 403, 404] {
        let scene = Scene::new();
        scene.faulty.always(&scene.large(), Fault::Status(status));
        scene.pull().exits(1);
        assert_eq!(scene.faulty.seen(&scene.large()).len(), 1, "{status}");
    }
}

#[test]
fn other_bytes_than_the_digest_says_are_refused() {
    let image = image();
    for number in 0..image.blobs.len() {
        let digest = Digest::of(&image.blobs[number]);
        for fault in [Fault::Flip, Fault::Body(noise(image.blobs[number].len(), 9))] {
            let scene = Scene::new();
            scene.faulty.always(&format!("GET /blobs/{digest}"), fault);
            scene.ends_in_error(&[&digest.to_string()]);
        }
    }
}

#[test]
fn a_length_that_is_wrong_spoils_nothing() {
    let length = image().layer(LARGE).len();
    for said in [0, 1, length - 8, length + 8, length * 2, 1 << 40] {
        let scene = Scene::new();
        scene.faulty.always(&scene.large(), Fault::Header("Content-Length", said.to_string()));
        scene.spoils_nothing();
    }
}

#[test]
fn a_pull_that_was_killed_is_resumed_by_the_next_one() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::StallAfter(3 << 20)]);
    let call = scene.rcon.call(["pull", &scene.name]).spawn();
    scene.faulty.stalls(1);
    std::thread::sleep(Duration::from_millis(500));
    kill_hard(call.pid());
    assert_eq!(call.wait().signal(), Some(9));
    scene.rcon.has_no_images();
    scene.faulty.forget();
    scene.ends_right();
    let fetches = scene.faulty.seen(&scene.large());
    assert_eq!(fetches.len(), 1);
    let begin = fetches[0].range().map_or(0, |range| range.0);
    assert!((1 << 20..=3 << 20).contains(&begin), "resumed at {begin}");
}

#[test]
fn a_pull_that_waits_for_another_goes_on_when_that_one_is_killed() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::StallAfter(1 << 20)]);
    let first = scene.rcon.call(["pull", &scene.name]).spawn();
    scene.faulty.stalls(1);
    let second = scene.rcon.call(["pull", &scene.name]).within(LONG).spawn();
    std::thread::sleep(Duration::from_secs(1));
    kill_hard(first.pid());
    first.wait();
    second.wait().exits(0);
    scene.runs();
}

#[test]
fn a_large_layer_takes_little_memory() {
    let large = Image::empty().layer(Layer::new().file("noise", 0o644, noise(100 << 20, 8)));
    let large = Published::of(&large, Format::Oci, Packing::Plain);
    let scene = Scene::new();
    scene.faulty.publish("large", &large);
    let layer = format!("GET /blobs/{}", large.layer_digest(0));
    scene.faulty.on(&layer, [Fault::PauseAfter(99 << 20, Duration::from_secs(3))]);
    let call = scene.rcon.call(["pull", "-q", &format!("{}/large", scene.faulty.address())]).spawn();
    scene.faulty.stalls(1);
    std::thread::sleep(Duration::from_secs(1));
    let peak = peak_memory(call.pid());
    call.wait().exits(0);
    assert!((1..=64 << 10).contains(&peak), "{peak} kB");
}

/// The most memory that any process of this group took so far, in kB.
fn peak_memory(group: i32) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let of_group = |pid: &i32| {
        nix::unistd::getpgid(Some(nix::unistd::Pid::from_raw(*pid)))
            .is_ok_and(|found| found.as_raw() == group)
    };
    let peak = |pid: i32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    pids.filter(of_group).filter_map(peak).max().unwrap_or(0)
}
