use super::*;

fn args() -> BakeArgs {
    BakeArgs { call: "build".to_owned(), ..BakeArgs::default() }
}

#[test]
fn flags_are_overrides_behind_those_that_are_typed() {
    let typed = BakeArgs { set: vec!["a.args.x=1".to_owned()], push: true, check: true, ..args() };
    let folder = tempfile::tempdir().unwrap();
    let caller = Caller { directory: folder.path().into(), ..Caller::default() };
    let wish = typed.wish(&caller).unwrap();
    assert_eq!(wish.overrides, ["a.args.x=1", "*.push=true", "*.call=check"]);
    let wrong = BakeArgs { var: vec!["x".to_owned()], ..args() };
    assert_eq!(wrong.wish(&caller).unwrap_err().to_string(), "invalid variable \"x\", expected key=value");
}

#[test]
fn definitions_from_elsewhere_are_refused() {
    for place in ["https://github.com/a/b.git", "git@github.com:a/b", "cwd://https://h/x"] {
        let typed = BakeArgs { targets: vec![place.to_owned()], ..args() };
        assert_eq!(typed.refuse_remote().unwrap_err().kind, Kind::Unsupported, "{place}");
    }
    let typed =
        BakeArgs { targets: vec!["default".to_owned()], file: vec!["cwd://a.hcl".to_owned()], ..args() };
    assert!(typed.refuse_remote().is_ok());
}

#[test]
fn what_a_target_wants_has_to_be_allowed() {
    let mut bake = Bake::default();
    let target = bake::Target { entitlements: vec!["network.host".to_owned()], ..bake::Target::default() };
    bake.targets.insert("a".to_owned(), target);
    assert_eq!(args().check_entitlements(&bake).unwrap_err().hint(), Some("--allow network.host"));
    let allowed = BakeArgs { allow: vec!["security.insecure,network.host".to_owned()], ..args() };
    assert!(allowed.check_entitlements(&bake).is_ok());
}
