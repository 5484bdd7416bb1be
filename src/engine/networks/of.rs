//! The networks of a container by their names, running or not.

use super::joined::{self, Joined};
use crate::engine::record::Record;
use crate::engine::wish::{Join, NetworkWish};
use crate::network::definition::DEFAULT;
use std::path::Path;

/// The networks of the container in `folder`: those on record, else what was asked for, with an empty id where there
/// is none yet.
pub fn networks(folder: &Path, record: &Record) -> Vec<Joined> {
    match joined::on_record(folder) {
        Ok(Some(on_record)) => on_record,
        _ => asked(&record.wish.network),
    }
}

fn asked(wish: &NetworkWish) -> Vec<Joined> {
    let plain = |name: &str| {
        let join = Join { network: name.to_owned(), ..Join::default() };
        vec![Joined { network: String::new(), name: name.to_owned(), join }]
    };
    match wish {
        NetworkWish::Default => plain(DEFAULT),
        NetworkWish::None => plain("none"),
        NetworkWish::Host => plain("host"),
        NetworkWish::Container(_) => Vec::new(),
        NetworkWish::Pasta(_) => plain("pasta"),
        NetworkWish::Networks(joins) => {
            let of_join = |join: &Join| Joined {
                network: String::new(),
                name: join.network.clone(),
                join: join.clone(),
            };
            joins.iter().map(of_join).collect()
        }
    }
}

/// The network as docker's NetworkMode has it: the first one.
pub fn mode(wish: &NetworkWish) -> String {
    match wish {
        NetworkWish::Container(name) => format!("container:{name}"),
        NetworkWish::Pasta(options) if !options.is_empty() => format!("pasta:{}", options.join(",")),
        other => asked(other).into_iter().next().map(|first| first.name).unwrap_or_default(),
    }
}

/// Whether ports mean anything there: not on the host's network, nor on none, nor on another container's.
pub fn has_ports(wish: &NetworkWish) -> bool {
    matches!(wish, NetworkWish::Default | NetworkWish::Networks(_) | NetworkWish::Pasta(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_has_dockers_names() {
        let mine = NetworkWish::Networks(vec![
            Join { network: "b".to_owned(), ..Join::default() },
            Join { network: "a".to_owned(), ..Join::default() },
        ]);
        for (wish, told, names) in [
            (NetworkWish::Default, "bridge", vec!["bridge"]),
            (NetworkWish::None, "none", vec!["none"]),
            (NetworkWish::Host, "host", vec!["host"]),
            (NetworkWish::Container("x".to_owned()), "container:x", vec![]),
            (NetworkWish::Pasta(vec!["-6".to_owned()]), "pasta:-6", vec!["pasta"]),
            (mine, "b", vec!["b", "a"]),
        ] {
            assert_eq!(mode(&wish), told);
            assert_eq!(asked(&wish).iter().map(|joined| joined.name.as_str()).collect::<Vec<_>>(), names);
        }
    }
}
