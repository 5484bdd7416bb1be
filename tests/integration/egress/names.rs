//! Rules by name: what our name server resolves is open, as long as nobody else resolves it.

use super::{STOPPED, Scene};

/// What our name server says of a name that may not be asked for: NXDOMAIN.
const NOT_THERE: &str = "code 3";

/// A network with a stand-in for the world's name servers, at 172.30.9.53.
fn with_names() -> Scene {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "--subnet", "172.30.9.0/24", "n"]).exits(0);
    let words = ["run", "-d", "--network", "n", "--ip", "172.30.9.53", "peer", "peer", "name"];
    let known =
        ["good.test", "bad.test", "*.wide.test", "wide.test"].map(|name| format!("{name}={}", scene.host));
    let known = known.iter().map(String::as_str);
    let id = scene.rcon.run(words.into_iter().chain(known)).succeeds();
    crate::support::until("the name server serves", || {
        scene.rcon.run(["logs", &id]).printed().contains("serves")
    });
    scene
}

#[track_caller]
fn serves(scene: &Scene, name: &str, rules: &[&str]) {
    let usual = ["--name", name, "--network", "n", "--dns", "172.30.9.53"];
    let rules = rules.iter().flat_map(|rule| ["--egress", rule]);
    scene.rcon.serves(&usual.into_iter().chain(rules).collect::<Vec<_>>());
}

#[test]
fn an_allowed_name_opens_what_it_resolves_to() {
    let scene = with_names();
    serves(&scene, "c1", &["allow=good.test"]);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED, "nobody asked for the name yet");
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "good.test"]), scene.host);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    assert_eq!(scene.asks("c1", "udp"), "hello");
}

#[test]
fn a_name_is_allowed_with_one_port() {
    let scene = with_names();
    let other = crate::support::peer::Outside::start();
    let allow = format!("allow=good.test:{}", scene.outside.port);
    serves(&scene, "c1", &[&allow]);
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "GOOD.test"]), scene.host);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    assert_eq!(scene.rcon.asks("c1", "tcp", &scene.host, other.port), STOPPED);
}

#[test]
fn another_name_is_not_even_asked_for() {
    let scene = with_names();
    serves(&scene, "c1", &["allow=good.test"]);
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "bad.test"]), NOT_THERE);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    scene.logs("c1", "deny dns bad.test");
}

#[test]
fn a_star_stands_for_what_is_below_a_domain() {
    let scene = with_names();
    serves(&scene, "c1", &["allow=*.wide.test"]);
    for name in ["wide.test", "notwide.test", "good.test", "wide.test.good.test"] {
        assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", name]), NOT_THERE, "{name}");
    }
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "a.b.wide.test"]), scene.host);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
}

#[test]
fn what_one_container_resolved_is_not_open_to_another() {
    let scene = with_names();
    serves(&scene, "c1", &["allow=good.test"]);
    serves(&scene, "c2", &["allow=good.test"]);
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "good.test"]), scene.host);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    assert_eq!(scene.asks("c2", "tcp"), STOPPED);
}

#[test]
fn an_answer_by_another_name_server_opens_nothing() {
    let scene = with_names();
    serves(&scene, "c1", &["allow=good.test"]);
    // The stand-in is a neighbour, so it can be asked; but what it says counts only when ours asked.
    assert_eq!(scene.rcon.peer("c1", &["resolve", "172.30.9.53", "good.test"]), scene.host);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    // Those outside cannot be asked at all.
    assert_eq!(scene.rcon.peer("c1", &["resolve", "198.51.100.53", "good.test"]), STOPPED);
    scene.logs("c1", "deny udp 198.51.100.53:53");
}

#[test]
fn under_deny_no_name_of_the_world_is_asked_for() {
    let scene = with_names();
    serves(&scene, "c1", &["deny"]);
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "good.test"]), NOT_THERE);
    scene.logs("c1", "deny dns good.test");
}

#[test]
fn a_name_that_is_resolved_again_stays_open() {
    let scene = with_names();
    serves(&scene, "c1", &["allow=good.test"]);
    for _ in 0..3 {
        assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "good.test"]), scene.host);
        assert_eq!(scene.asks("c1", "tcp"), "hello");
    }
}
