//! Who may remove what, case by case.

use super::*;
use crate::paths::Paths;

const MANIFEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Ground {
    _folder: tempfile::TempDir,
    store: Store,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let paths = Paths { data, runtime: folder.path().join("run"), config: folder.path().join("c") };
        Self { store: Store::open(&paths).unwrap(), _folder: folder }
    }

    /// An image without layers, with names, and digests of repositories.
    fn image(&self, names: &[&str], repositories: &[&str], parent: Option<Digest>) -> Digest {
        let config = format!("{{\"comment\":\"{names:?} {repositories:?}\"}}");
        let id = self.store.blobs().put(config.as_bytes()).unwrap();
        let repo_digests: Vec<_> = repositories.iter().map(|name| format!("{name}@{MANIFEST}")).collect();
        let record = serde_json::json!({
            "id": id, "layers": [], "size": 0, "architecture": "amd64", "os": "linux", "added": "",
            "repo_digests": repo_digests, "parent": parent,
        });
        self.store.images().put(&serde_json::from_value(record).unwrap()).unwrap();
        for name in names {
            self.store.tags().set(&TagName::parse(name).unwrap(), &id).unwrap();
        }
        id
    }

    /// The lines of a removal, or the error.
    fn rmi(&self, target: &str, force: Force, uses: &[Use]) -> String {
        match remove(&self.store, target, (force, Parents::Prune), || Ok(uses.to_vec())) {
            Ok(lines) => lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Err(error) => error.to_string(),
        }
    }

    fn has(&self, id: &Digest) -> bool {
        self.store.images().get(id).unwrap().is_some()
    }
}

fn using(image: Digest, running: bool) -> [Use; 1] {
    [Use { container: "c".repeat(64), image, running, layers: Vec::new() }]
}

#[test]
fn the_last_tag_of_a_repository_takes_its_digests_along() {
    let ground = Ground::new();
    let id = ground.image(&["app:1", "app:2"], &["docker.io/library/app"], None);
    assert_eq!(ground.rmi("app:1", Force::No, &[]), "Untagged: app:1");
    let lines = format!("Untagged: app:2\nUntagged: app@{MANIFEST}\nDeleted: {id}");
    assert_eq!(ground.rmi("app:2", Force::No, &[]), lines);
}

#[test]
fn a_digest_of_another_repository_keeps_the_image() {
    let ground = Ground::new();
    let id = ground.image(&["app:1"], &["quay.io/team/app"], None);
    assert_eq!(ground.rmi("app:1", Force::No, &[]), "Untagged: app:1");
    assert!(ground.has(&id));
    let name = format!("quay.io/team/app@{MANIFEST}");
    assert_eq!(ground.rmi(&name, Force::No, &[]), format!("Untagged: {name}\nDeleted: {id}"));
}

#[test]
fn a_digest_is_taken_away_alone_while_there_are_tags() {
    let ground = Ground::new();
    let id = ground.image(&["app:1"], &["docker.io/library/app"], None);
    let name = format!("app@{MANIFEST}");
    assert_eq!(ground.rmi(&name, Force::No, &[]), format!("Untagged: {name}"));
    assert_eq!(ground.rmi(&name, Force::No, &[]), format!("No such image: {name}"));
    assert_eq!(ground.rmi(&id.short(), Force::No, &[]), format!("Untagged: app:1\nDeleted: {id}"));
}

#[test]
fn by_its_id_an_image_of_one_repository_goes_with_all_its_names() {
    let ground = Ground::new();
    let id = ground.image(&["app:1"], &["docker.io/library/app"], None);
    let lines = format!("Untagged: app:1\nUntagged: app@{MANIFEST}\nDeleted: {id}");
    assert_eq!(ground.rmi(&id.to_string(), Force::No, &[]), lines);
    for (names, repositories) in [
        (&["app:1", "app:2"][..], &[][..]),
        (&["app:1", "other:1"], &[]),
        (&["app:1"], &["docker.io/library/other"]),
        (&[], &["quay.io/a", "quay.io/b"]),
    ] {
        let id = ground.image(names, repositories, None);
        let words = format!(
            "conflict: unable to delete {} (must be forced) - image is referenced in multiple repositories",
            id.short()
        );
        assert_eq!(ground.rmi(&id.hex(), Force::No, &using(id, false)), words, "{names:?}");
        assert!(ground.rmi(&id.hex(), Force::Yes, &[]).ends_with(&format!("Deleted: {id}")));
    }
}

#[test]
fn what_a_container_needs_stays_without_a_name_at_most() {
    let ground = Ground::new();
    let id = ground.image(&["app:1"], &[], None);
    let short = id.short();
    let delete = |can: &str, state: &str| {
        format!(
            "conflict: unable to delete {short} ({can}) - image is being used by {state} container cccccccccccc"
        )
    };
    let words = format!(
        "conflict: unable to remove repository reference \"app:1\" (must force) - container cccccccccccc is using its referenced image {short}"
    );
    assert_eq!(ground.rmi("app:1", Force::No, &using(id, false)), words);
    assert_eq!(ground.rmi(&short, Force::No, &using(id, false)), delete("must be forced", "stopped"));
    assert_eq!(ground.rmi(&short, Force::Yes, &using(id, true)), delete("cannot be forced", "running"));
    assert_eq!(ground.rmi(&short, Force::Yes, &using(id, false)), "Untagged: app:1");
    assert_eq!(ground.rmi(&short, Force::Yes, &using(id, false)), delete("cannot be forced", "stopped"));
    assert!(ground.has(&id));
    assert_eq!(ground.rmi(&short, Force::No, &[]), format!("Deleted: {id}"));
}

#[test]
fn a_parent_goes_with_its_last_child_unless_it_has_a_name() {
    let ground = Ground::new();
    let parent = ground.image(&[], &[], None);
    let named = ground.image(&["base"], &[], None);
    let child = ground.image(&["child"], &[], Some(parent));
    ground.image(&["other"], &[], Some(named));
    let words = format!(
        "conflict: unable to delete {} (cannot be forced) - image has dependent child images",
        parent.short()
    );
    assert_eq!(ground.rmi(&parent.short(), Force::Yes, &[]), words);
    let lines = format!("Untagged: child:latest\nDeleted: {child}\nDeleted: {parent}");
    assert_eq!(ground.rmi("child", Force::No, &[]), lines);
    ground.rmi("other", Force::No, &[]);
    assert!(ground.has(&named));
    assert_eq!(ground.rmi("base", Force::No, &[]), format!("Untagged: base:latest\nDeleted: {named}"));
}

#[test]
fn an_image_that_is_not_here_is_told_with_the_tag_that_was_meant() {
    let ground = Ground::new();
    let id = Digest::of(b"nobody");
    for (typed, shown) in [
        ("app", "app:latest"),
        ("docker.io/library/app", "app:latest"),
        ("quay.io/a/b:1", "quay.io/a/b:1"),
        ("abc123", "abc123:latest"),
        (&id.hex(), &id.to_string()),
        (&id.to_string(), &id.to_string()),
        (&format!("app@{id}"), &format!("app@{id}")),
    ] {
        assert_eq!(ground.rmi(typed, Force::No, &[]), format!("No such image: {shown}"), "{typed}");
    }
    let words = "invalid reference format: repository name (library/App) must be lowercase";
    assert_eq!(ground.rmi("App", Force::No, &[]), words);
}

#[test]
fn a_beginning_of_several_ids_is_said_to_be_one() {
    let ground = Ground::new();
    let mut seen = std::collections::HashSet::new();
    // There are sixteen digits an id can begin with.
    let mut firsts =
        (0..17).map(|number| ground.image(&[&format!("i{number}")], &[], None).hex()[..1].to_owned());
    let twice = firsts.find(|first| !seen.insert(first.clone())).unwrap();
    let error = ground.store.resolve(&twice).unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    let words = format!("No such image: {twice}:latest: the ids of several images begin with it");
    assert_eq!(error.to_string(), words);
}

#[test]
fn untagging_leaves_the_image_and_refuses_names_of_others() {
    let ground = Ground::new();
    let id = ground.image(&["a:1", "a:2", "b:1"], &["docker.io/library/b"], None);
    ground.image(&["c:1"], &[], None);
    let names = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let error = untag(&ground.store, "a:1", &names(&["a:2", "c:1"])).unwrap_err();
    assert_eq!((error.kind, error.to_string()), (Kind::NotFound, "the image is not called c:1".to_owned()));
    assert_eq!(ground.store.images().tags(&id).unwrap().len(), 3, "nothing was done");
    untag(&ground.store, "a:1", &names(&["b:1"])).unwrap();
    assert!(ground.store.images().get(&id).unwrap().unwrap().repo_digests.is_empty());
    untag(&ground.store, "a:1", &[]).unwrap();
    assert!(ground.has(&id) && ground.store.images().tags(&id).unwrap().is_empty());
}
