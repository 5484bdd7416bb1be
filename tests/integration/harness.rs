//! The registries of the tests themselves, as other tools see them.

use crate::support::archives::{PACKINGS, Packing};
use crate::support::fault::{Access, Fault, Faulty};
use crate::support::published::{FORMATS, Format, Published, noise};
use crate::support::registry::{Options, PASSWORD, Registry, USER};
use crate::support::{Image, Layer, Rcon, requires};
use rcon::oci::digest::Digest;
use std::io::Read;
use std::process::Command;

/// Runs skopeo; gives what it printed, or what it said.
fn skopeo(rcon: &Rcon, words: &[&str]) -> Result<String, String> {
    let mut command = Command::new("skopeo");
    command.arg("--insecure-policy").args(words);
    command.env("HOME", rcon.path("home")).env("TMPDIR", rcon.directory("tmp"));
    let out = command.output().unwrap();
    match out.status.success() {
        true => Ok(String::from_utf8(out.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
    }
}

fn copy_out(rcon: &Rcon, name: &str, to: &str, flags: &[&str]) -> Result<String, String> {
    let (from, to) = (format!("docker://{name}"), format!("dir:{}", rcon.path(to).display()));
    skopeo(rcon, &[&["copy"], flags, &[&from, &to]].concat())
}

fn image() -> Image {
    Image::busybox().layer(Layer::new().file("noise", 0o644, noise(1 << 20, 1)))
}

#[test]
fn skopeo_reads_what_was_put_into_docker_registry() {
    requires!(skopeo);
    requires!(docker_registry);
    let rcon = Rcon::new();
    let registry = Registry::open();
    let all = FORMATS.into_iter().flat_map(|format| PACKINGS.map(|packing| (format, packing)));
    // skopeo has not heard of zstd in docker's words.
    let known = all.filter(|pair| *pair != (Format::Docker, Packing::Zstd));
    for (number, (format, packing)) in known.enumerate() {
        let published = Published::of(&image(), format, packing);
        let name = registry.publish(&format!("team/app:{number}"), &published);
        copy_out(&rcon, &name, &number.to_string(), &["--src-tls-verify=false"]).unwrap();
    }
    let index = Published::index(Format::Docker, vec![Published::usual(&image())]);
    let name = registry.publish("index", &index);
    copy_out(&rcon, &name, "index", &["--src-tls-verify=false", "--all"]).unwrap();
    assert!(registry.fetches().len() > 4);
}

#[test]
fn docker_registry_asks_for_a_password_and_shows_its_certificate() {
    requires!(skopeo);
    requires!(docker_registry);
    let rcon = Rcon::new();
    let registry = Registry::start(Options { password: true, tls: true, ..Options::default() });
    let name = registry.publish("x", &Published::usual(&image()));
    let certificates = rcon.directory("certificates");
    std::fs::copy(registry.ca_file(), format!("{certificates}/ca.crt")).unwrap();
    let trust = format!("--src-cert-dir={certificates}");
    let who = format!("--src-creds={USER}:{PASSWORD}");
    let refused = copy_out(&rcon, &name, "a", &[&trust]).unwrap_err();
    assert!(refused.contains("authentication required") || refused.contains("unauthorized"), "{refused}");
    copy_out(&rcon, &name, "a", &[&trust, &who]).unwrap();
    copy_out(&rcon, &name, "b", &[&who]).unwrap_err();
}

#[test]
fn skopeo_finds_its_way_through_the_faulty_registry() {
    requires!(skopeo);
    let rcon = Rcon::new();
    for access in [Access::Open, Access::Basic, Access::Bearer] {
        let faulty = Faulty::asking(access);
        let published = Published::usual(&image());
        let name = faulty.publish("team/app", &published);
        let who = format!("{USER}:{PASSWORD}");
        copy_out(&rcon, &name, "copy", &["--src-tls-verify=false", "--src-creds", &who]).unwrap();
        let from = format!("dir:{}", rcon.path("copy").display());
        let to = format!("docker://{}/other:1", faulty.address());
        skopeo(&rcon, &["copy", "--dest-tls-verify=false", "--dest-creds", &who, &from, &to]).unwrap();
        assert_eq!(faulty.holds("other", "1"), Some(published.digest()));
    }
}

#[test]
fn faults_happen_once_each_in_their_order() {
    let faulty = Faulty::start();
    let published = Published::usual(&image());
    let layer = published.layer(1);
    faulty.publish("x", &published);
    let url = format!("http://{}/v2/x/blobs/{}", faulty.address(), published.layer_digest(1));
    faulty.on("GET /blobs/", [Fault::CutAfter(1000), Fault::RetryAfter(503, "1"), Fault::Flip]);
    let (_, body, ended) = fetch(&url, None);
    assert!(body == layer[..1000] && !ended);
    assert_eq!(fetch(&url, None).0, 503);
    let (_, flipped, _) = fetch(&url, None);
    assert!(flipped.len() == layer.len() && flipped != layer);
    let (status, part, ended) = fetch(&url, Some("bytes=500-"));
    assert!(status == 206 && part == layer[500..] && ended);
    assert_eq!(faulty.seen("GET /blobs/").last().unwrap().range(), Some((500, None)));
}

#[test]
fn an_upload_that_is_cut_keeps_what_arrived() {
    let faulty = Faulty::start();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let to = |path: &str| format!("http://{}{path}", faulty.address());
    let begun = agent.post(to("/v2/x/blobs/uploads/")).send_empty().unwrap();
    let place = to(begun.headers()["location"].to_str().unwrap());
    let bytes = noise(1 << 20, 2);
    faulty.on("PATCH ", [Fault::CutAfter(1000)]);
    assert!(agent.patch(&place).send(&bytes[..]).is_err());
    let state = agent.get(&place).call().unwrap();
    assert_eq!((state.status().as_u16(), &state.headers()["range"]), (204, &"0-999".parse().unwrap()));
    let rest =
        |begin: usize| agent.patch(&place).header("Content-Range", format!("{begin}-{}", bytes.len() - 1));
    assert_eq!(rest(0).send(&bytes[..]).unwrap().status(), 416);
    assert_eq!(rest(1000).send(&bytes[1000..]).unwrap().status(), 202);
    let digest = Digest::of(&bytes);
    let end = |digest: &Digest| agent.put(format!("{place}&digest={digest}")).send_empty().unwrap().status();
    assert_eq!(end(&digest), 201);
    assert_eq!(fetch(&to(&format!("/v2/x/blobs/{digest}")), None).1, bytes);
}

/// Status, body, and whether the body ended as it was to.
fn fetch(url: &str, range: Option<&str>) -> (u16, Vec<u8>, bool) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = range.into_iter().fold(agent.get(url), |request, range| request.header("Range", range));
    let answer = request.call().unwrap();
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    let ended = answer.into_body().into_reader().read_to_end(&mut body).is_ok();
    (status, body, ended)
}
