//! Searches: by an index as docker's hub has one, by a catalog, and among tags.

use crate::support::fault::{Access, Fault, Faulty};
use crate::support::registry::{Options, Registry};
use crate::support::{Image, Layer, Published, Rcon, requires};
use serde_json::json;

/// A registry with an index of two.
fn indexed() -> Faulty {
    let registry = Faulty::start();
    registry.index(json!({ "num_results": 2, "results": [
        {
            "name": "alpine",
            "description": "A minimal image with a complete package index and only 5 MB in size!",
            "star_count": 11000, "is_official": true, "is_automated": false,
        },
        { "name": "team/alpine", "description": "two\nlines", "star_count": 3 },
    ]}));
    registry
}

fn small(text: &str) -> Published {
    Published::usual(&Image::empty().layer(Layer::new().file("f", 0o644, text)))
}

#[test]
fn findings_are_dockers_table_to_the_byte() {
    let (rcon, registry) = (Rcon::new(), indexed());
    let host = registry.address();
    let out = rcon.run(["search", &format!("{host}/alp ine")]);
    let wide = " ".repeat(host.len() + 8);
    let table = format!(
        "NAME{wide}   DESCRIPTION                                     STARS     OFFICIAL\n\
         {host}/alpine        A minimal image with a complete package inde…   11000     [OK]\n\
         {host}/team/alpine   two lines                                       3         \n"
    );
    assert_eq!(out.exits(0).stderr("").printed(), table);
    let asked = registry.seen("GET /v1/search");
    assert_eq!((asked[0].value("q"), asked[0].value("n")), (Some("alp ine"), Some("25")));
    rcon.run(["search", "--limit", "1", "--no-trunc", "--format", "{{.Description}}", &format!("{host}/x")])
        .exits(0)
        .stdout("A minimal image with a complete package index and only 5 MB in size!\n");
    assert_eq!(registry.seen("GET /v1/search")[1].value("n"), Some("1"));
}

#[test]
fn findings_are_filtered_and_formatted() {
    let (rcon, registry) = (Rcon::new(), indexed());
    let term = format!("{}/alpine", registry.address());
    for (filters, shown) in [
        (&["is-official=true"][..], "11000\n"),
        (&["is-official=0"], "3\n"),
        (&["stars=3"], "11000\n3\n"),
        (&["stars=4", "stars=2"], "11000\n"),
        (&["stars=4", "is-official=false"], ""),
    ] {
        let flags = filters.iter().flat_map(|filter| ["--filter", filter]);
        let words = ["search", "--format", "{{.StarCount}}"].into_iter().chain(flags).chain([term.as_str()]);
        assert_eq!(rcon.run(words).exits(0).printed(), shown, "{filters:?}");
    }
    let line = format!(
        "{{\"Description\":\"two lines\",\"IsOfficial\":\"false\",\"Name\":\"{}\",\"StarCount\":\"3\"}}\n",
        term.replace("/alpine", "/team/alpine")
    );
    let out = rcon.run(["search", "--format", "json", "-f", "is-official=false", &term]);
    assert_eq!(out.exits(0).printed(), line);
    rcon.run(["search", "--format", "table {{.IsOfficial}}", &term]).exits(0).stdout("OFFICIAL\n[OK]\n\n");
}

#[test]
fn a_search_is_refused_in_dockers_words_before_anybody_is_asked() {
    let (rcon, registry) = (Rcon::new(), indexed());
    let term = format!("{}/alpine", registry.address());
    for (flags, words) in [
        (&["--limit", "101"][..], "Limit 101 is outside the range of [1, 100]"),
        (&["--limit", "-1"], "Limit -1 is outside the range of [1, 100]"),
        (&["-f", "colour=red"], "invalid filter 'colour'"),
        (&["-f", "stars=many"], "invalid filter 'stars=[many]'"),
        (&["-f", "is-official=maybe"], "invalid filter 'is-official=[maybe]'"),
        (&["--list-tags", "-f", "stars=1"], "--filter and --list-tags contradict each other"),
    ] {
        let words_of_call = ["search"].iter().chain(flags).copied().chain([term.as_str()]);
        rcon.run(words_of_call).exits(1).stdout("").stderr_has(words);
    }
    rcon.run(["search"]).exits(1).stderr_has("'rcon search' requires 1 argument");
    rcon.run(["search", "http://x/y"]).exits(1).stderr_has("should not have a scheme");
    assert!(registry.requests().is_empty());
}

#[test]
fn a_registry_without_an_index_is_searched_by_its_catalog() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    for name in ["app", "team/web-app", "other"] {
        // What a catalog lists are repositories with a manifest.
        registry.publish(name, &small(name));
    }
    let host = registry.address();
    let out = rcon.run(["search", "--format", "{{.Name}}", &format!("{host}/APP")]);
    assert_eq!(out.exits(0).printed(), format!("{host}/app\n{host}/team/web-app\n"));
    let out = rcon.run(["search", "--format", "{{.Name}}|{{.Description}}", &format!("{host}/")]);
    assert_eq!(out.exits(0).printed().lines().count(), 3, "{out}");
    let out = rcon.run(["search", "--limit", "2", "--format", "{{.Name}}", &format!("{host}/")]);
    assert_eq!(out.exits(0).printed().lines().count(), 2, "{out}");
    rcon.run(["search", &format!("{host}/nothing")])
        .exits(0)
        .stdout("NAME      DESCRIPTION   STARS     OFFICIAL\n");
}

#[test]
fn a_search_uses_the_credentials_of_its_registry() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::start(Options { password: true, ..Options::default() }));
    registry.publish("app", &small("x"));
    let term = format!("{}/app", registry.address());
    rcon.run(["search", &term]).exits(1).stdout("");
    rcon.logs_in(&registry.address());
    let out = rcon.run(["search", "--format", "{{.Name}}", &term]);
    assert_eq!(out.exits(0).printed(), format!("{term}\n"));
}

#[test]
fn tags_are_listed_page_after_page() {
    let (rcon, registry) = (Rcon::new(), Faulty::asking(Access::Bearer));
    for tag in ["1", "2", "3", "latest"] {
        registry.publish(&format!("team/app:{tag}"), &small("x"));
    }
    registry.page(2);
    let name = format!("{}/team/app", registry.address());
    let out = rcon.run(["search", "--list-tags", "--limit", "3", &name]);
    let table = format!("NAME{}   TAG\n{name}   1\n{name}   2\n{name}   3\n", " ".repeat(name.len() - 4));
    assert_eq!(out.exits(0).printed(), table);
    let tagged = format!("{name}:1");
    rcon.run(["search", "--list-tags", &tagged]).exits(1).stderr_has("is more than a repository");
    registry.always("GET /tags/list", Fault::Status(404));
    rcon.run(["search", "--list-tags", &name]).exits(1).stdout("");
}
