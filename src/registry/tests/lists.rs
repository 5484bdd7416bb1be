//! Tags and searches: page after page, to an end, and at one server.

use super::server::{Reply, Server};
use super::{client, endpoint, pulling};
use crate::error::Kind;
use crate::registry::search::Found;

#[test]
fn tags_come_page_after_page() {
    let server = Server::new(|request| match request.path.as_str() {
        "/v2/a/b/tags/list?n=1000" => Reply::new(200)
            .header("Link", "</v2/a/b/tags/list?last=2&n=2>; rel=\"next\"")
            .body(r#"{"name":"a/b","tags":["1","2"]}"#),
        _ => Reply::new(200).body(r#"{"name":"a/b","tags":["3"]}"#),
    });
    assert_eq!(pulling(&server).tags().unwrap(), ["1", "2", "3"]);
    let server = Server::new(|_| Reply::new(200).body(r#"{"name":"a/b","tags":null}"#));
    assert!(pulling(&server).tags().unwrap().is_empty());
}

#[test]
fn a_list_that_leads_to_another_server_or_in_a_circle_is_refused() {
    for link in ["<http://localhost:1/v2/>; rel=next", "</v2/a/b/tags/list?n=1000>; rel=next", "<>; rel=next"]
    {
        let server = Server::new(move |_| Reply::new(200).header("Link", link).body(r#"{"tags":["1"]}"#));
        assert_eq!(pulling(&server).tags().unwrap_err().kind, Kind::Denied, "{link}");
    }
    let server = Server::new(|request| {
        let link = format!("</v2/a/b/tags/list?last={}>; rel=next", request.path.len());
        let other = format!("{}x", request.path);
        let link = if request.path.contains("last") { format!("<{other}>; rel=next") } else { link };
        Reply::new(200).header("Link", link).body(r#"{"tags":["1"]}"#)
    });
    assert_eq!(pulling(&server).tags().unwrap_err().kind, Kind::Invalid);
    assert_eq!(server.seen().len(), 200);
}

#[test]
fn the_hub_is_searched_by_its_index() {
    let body = r#"{"num_results":2,"results":[
        {"name":"alpine","description":"small","star_count":9,"is_official":true,"is_automated":false},
        {"name":"a/alpine"}]}"#;
    let server = Server::new(move |_| Reply::new(200).body(body));
    let mut hub = endpoint(&server);
    hub.registry = "docker.io".to_owned();
    let found = client().search(&hub, "alp ine", 25).unwrap();
    assert_eq!(server.lines(), ["GET /v1/search?q=alp%20ine&n=25"]);
    let alpine = Found { name: "alpine".into(), description: "small".into(), stars: 9, official: true };
    assert_eq!(found[0], alpine);
    assert_eq!((found[1].name.as_str(), found[1].stars), ("a/alpine", 0));
    assert_eq!(client().search(&hub, "x", 1).unwrap().len(), 1);
}

#[test]
fn other_registries_are_searched_by_their_catalog() {
    let server = Server::new(|request| match request.path.as_str() {
        path if path.starts_with("/v1/") => Reply::new(404),
        path if path.contains("last") => Reply::new(200).body(r#"{"repositories":["alpine"]}"#),
        _ => Reply::new(200)
            .header("Link", "</v2/_catalog?last=b>; rel=\"next\"")
            .body(r#"{"repositories":["x/Alpine","b"]}"#),
    });
    let names = |limit| {
        let found = client().search(&endpoint(&server), "ALPINE", limit).unwrap();
        found.into_iter().map(|found| found.name).collect::<Vec<_>>()
    };
    assert_eq!(names(25), ["x/Alpine", "alpine"]);
    assert_eq!(names(1), ["x/Alpine"]);
}

#[test]
fn a_registry_with_an_index_is_searched_by_it() {
    let server = Server::new(|_| Reply::new(200).body(r#"{"results":[{"name":"a/b","star_count":2}]}"#));
    assert_eq!(client().search(&endpoint(&server), "b", 7).unwrap()[0].stars, 2);
    assert_eq!(server.lines(), ["GET /v1/search?q=b&n=7"]);
    let server = Server::new(|request| match request.path.starts_with("/v1/") {
        true => Reply::new(200).body("<html>welcome</html>"),
        false => Reply::new(200).body(r#"{"repositories":["ab"]}"#),
    });
    assert_eq!(client().search(&endpoint(&server), "b", 7).unwrap()[0].name, "ab");
}
