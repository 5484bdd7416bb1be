use super::*;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A repository on this machine, and an empty folder.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(made.path().join("sub")).unwrap();
        made.git(&["init", "--quiet", "--initial-branch=main", "."]);
        made.write("Dockerfile", "FROM scratch\n");
        made.write("sub/file", "sub\n");
        made.commit("one");
        made.git(&["tag", "v1"]);
        made.git(&["tag", "-a", "-m", "x", "v2"]);
        made.commit("two");
        made.git(&["checkout", "--quiet", "-b", "other"]);
        made.commit("three");
        made.git(&["checkout", "--quiet", "main"]);
        made
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    fn git(&self, arguments: &[&str]) -> String {
        fs::create_dir_all(self.path()).unwrap();
        let user = ["-c", "user.name=n", "-c", "user.email=e", "-c", "protocol.file.allow=always"];
        let output =
            Command::new("git").args(user).args(arguments).current_dir(self.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        crate::durable::write(&self.path().join(name), text.as_bytes()).unwrap();
    }

    fn commit(&self, text: &str) {
        self.write("file", text);
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "-m", text]);
    }

    fn check_out(&self, what: &str, keep: bool) -> Result<(Checkout, PathBuf)> {
        let into = self.folder.path().join(crate::durable::temporary_name());
        fs::create_dir_all(&into).unwrap();
        let checkout = git(&format!("file://{}{what}", self.path().display()), keep, &into)?;
        Ok((checkout, into))
    }

    fn file(&self, what: &str) -> String {
        let (_, into) = self.check_out(what, false).unwrap();
        assert!(!into.join(".git").exists());
        fs::read_to_string(into.join("file")).unwrap()
    }
}

#[test]
fn the_default_branch_a_branch_a_tag_and_a_commit_are_fetched() {
    let repository = Repository::new();
    let first = repository.git(&["rev-parse", "v1"]);
    assert_eq!(repository.file(""), "two");
    assert_eq!(repository.file("#other"), "three");
    assert_eq!(repository.file("#v1"), "one");
    assert_eq!(repository.file("#v2"), "one");
    assert_eq!(repository.file("#refs/heads/other"), "three");
    assert_eq!(repository.file("?branch=other"), "three");
    assert_eq!(repository.file(&format!("#{first}")), "one");
    let (checkout, _) = repository.check_out("#v2", false).unwrap();
    assert_eq!(checkout.commit, first);
}

#[test]
fn a_checksum_must_fit() {
    let repository = Repository::new();
    let first = repository.git(&["rev-parse", "v1"]);
    repository.check_out(&format!("?ref=v1&checksum={}", &first[..7]), false).unwrap();
    let error = repository.check_out("?ref=v1&checksum=0000000", false).unwrap_err().to_string();
    assert_eq!(error, format!("expected checksum to match 0000000, got {first}"));
}

#[test]
fn what_is_not_there_is_told_in_words() {
    let repository = Repository::new();
    let told = |what: &str| repository.check_out(what, false).unwrap_err().to_string();
    assert_eq!(told("#nope"), "repository does not contain ref nope, output: \"\"");
    assert_eq!(told("#main:nope"), "invalid subdir /nope: no such file or directory");
    for digit in ["0", "1"] {
        let error = told(&format!("#{}", digit.repeat(40)));
        assert!(error.starts_with("repository does not contain commit "), "{error}");
    }
    let missing = format!("file://{}/none", repository.folder.path().display());
    let error = git(&missing, false, repository.folder.path()).unwrap_err().to_string();
    assert!(error.starts_with("error fetching default branch for repository file://"), "{error}");
    assert!(error.contains("git stderr:\nfatal:"), "{error}");
}

#[test]
fn a_folder_is_the_root_unless_a_link_is_on_the_way() {
    let repository = Repository::new();
    std::os::unix::fs::symlink("/etc", repository.path().join("out")).unwrap();
    std::os::unix::fs::symlink("sub", repository.path().join("in")).unwrap();
    repository.commit("links");
    let (checkout, _) = repository.check_out("#main:sub", true).unwrap();
    assert!(rustix::fs::statat(&checkout.root, "file", rustix::fs::AtFlags::empty()).is_ok());
    assert!(rustix::fs::statat(&checkout.root, ".git", rustix::fs::AtFlags::empty()).is_err());
    for folder in ["out", "in", "file"] {
        let error = repository.check_out(&format!("#main:{folder}"), false).unwrap_err();
        assert!(error.to_string().starts_with(&format!("invalid subdir /{folder}: ")), "{error}");
    }
}

#[test]
fn the_repository_stays_when_it_is_wanted_and_holds_one_commit() {
    let repository = Repository::new();
    let (checkout, into) = repository.check_out("", true).unwrap();
    let log = Command::new("git").args(["log", "--format=%H %D"]).current_dir(&into).output().unwrap();
    let log = String::from_utf8(log.stdout).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.starts_with(&checkout.commit) && log.contains("HEAD -> main"), "{log}");
}

#[test]
fn no_hook_and_no_template_of_the_user_runs() {
    let repository = Repository::new();
    let (_, into) = repository.check_out("", true).unwrap();
    assert!(!into.join(".git/hooks").exists());
}

#[test]
fn a_submodule_of_this_machine_is_refused() {
    let repository = Repository::new();
    let other = Repository::new();
    let url = format!("file://{}", other.path().display());
    repository.git(&["submodule", "--quiet", "add", &url, "inner"]);
    repository.commit("with a submodule");
    let error = repository.check_out("", false).unwrap_err().to_string();
    assert!(error.contains("transport 'file' not allowed"), "{error}");
    assert_eq!(repository.file("?submodules=false"), "with a submodule");
}

#[test]
fn branches_go_before_tags_and_only_whole_names_count() {
    let object = "1".repeat(40);
    let tag = "2".repeat(40);
    let listed = format!("{tag}\trefs/heads/feature/x\n{tag}\trefs/tags/x\n{object}\trefs/heads/x\n");
    assert_eq!(find(&listed, "x").unwrap().object, object);
    assert_eq!(find(&listed, "refs/tags/x").unwrap().object, tag);
    assert_eq!(find("evil\trefs/heads/x\n", "x"), None);
}
