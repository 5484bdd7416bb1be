use super::*;

fn entry(id: &str, size: u64, used: i64) -> Entry {
    Entry {
        id: id.to_owned(),
        parents: Vec::new(),
        kind: "regular".to_owned(),
        description: String::new(),
        size,
        created: Timestamp::UNIX_EPOCH,
        last_used: Some(Timestamp::from_second(used).unwrap()),
        uses: 1,
        in_use: false,
        shared: false,
    }
}

fn gone(entries: &[Entry], wish: &PruneWish, limit: room::Limit) -> Vec<String> {
    let all = entries.iter().cloned().map(Found::of).collect();
    let now = Timestamp::from_second(1000).unwrap();
    chosen(all, wish, limit, now).into_iter().map(|found| found.entry.id).collect()
}

#[test]
fn what_is_in_use_stays_and_what_images_share_goes_only_with_all() {
    let (free, mut used, mut shared) = (entry("free", 1, 0), entry("used", 1, 1), entry("shared", 1, 2));
    used.in_use = true;
    shared.shared = true;
    let entries = [free, used, shared];
    let all = PruneWish { all: true, ..PruneWish::default() };
    assert_eq!(gone(&entries, &PruneWish::default(), room::Limit::Nothing), ["free"]);
    assert_eq!(gone(&entries, &all, room::Limit::Nothing), ["free", "shared"]);
}

#[test]
fn the_least_recently_used_goes_first_until_the_rest_may_stay() {
    let entries = [entry("b", 10, 2), entry("a", 10, 1), entry("c", 10, 3)];
    let wish = PruneWish::default();
    assert_eq!(gone(&entries, &wish, room::Limit::Bytes(30)), [""; 0]);
    assert_eq!(gone(&entries, &wish, room::Limit::Bytes(29)), ["a"]);
    assert_eq!(gone(&entries, &wish, room::Limit::Bytes(10)), ["a", "b"]);
}
