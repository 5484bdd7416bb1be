//! `--change` of `import` and `commit`: instructions of a Dockerfile, applied to a configuration.

use crate::error::{Error, Result};
use crate::oci::config::{Healthcheck, RunConfig};
use serde_json::Value;

/// Applies one instruction.
///
/// # Errors
/// When it is not one that changes a configuration, or says nothing.
pub fn apply(config: &mut RunConfig, change: &str) -> Result<()> {
    let change = change.trim();
    let (word, rest) = change.split_once(char::is_whitespace).unwrap_or((change, ""));
    let rest = rest.trim();
    let wrong = |why: &str| Error::usage(format!("invalid change `{change}`: {why}"));
    let instruction = word.to_ascii_uppercase();
    if rest.is_empty() && !matches!(instruction.as_str(), "CMD" | "ENTRYPOINT") {
        return Err(wrong(&format!("{instruction} requires at least one argument")));
    }
    match instruction.as_str() {
        "CMD" => config.cmd = Some(command(config, rest)),
        "ENTRYPOINT" => config.entrypoint = Some(command(config, rest)),
        "ENV" => {
            for (key, value) in pairs(rest).ok_or_else(|| wrong("ENV must be KEY=VALUE"))? {
                config.env.retain(|one| one.split('=').next() != Some(&key));
                config.env.push(format!("{key}={value}"));
            }
        }
        "LABEL" => config.labels.extend(pairs(rest).ok_or_else(|| wrong("LABEL must be KEY=VALUE"))?),
        "EXPOSE" => {
            for port in rest.split_whitespace() {
                let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
                let valid = matches!(protocol, "tcp" | "udp" | "sctp")
                    && number.split('-').count() <= 2
                    && number.split('-').all(|number| number.parse::<u16>().is_ok_and(|number| number > 0));
                if !valid {
                    return Err(wrong("EXPOSE takes PORT[-PORT][/tcp|udp|sctp]"));
                }
                config.exposed_ports.insert(format!("{number}/{protocol}"), empty());
            }
        }
        "VOLUME" => {
            let paths = list(rest).unwrap_or_else(|| words(rest).unwrap_or_default());
            if paths.is_empty() || paths.iter().any(String::is_empty) {
                return Err(wrong("VOLUME specified can not be an empty string"));
            }
            config.volumes.extend(paths.into_iter().map(|path| (path, empty())));
        }
        "USER" => config.user = rest.to_owned(),
        "WORKDIR" => {
            config.working_dir = match rest.starts_with('/') {
                true => rest.to_owned(),
                false => format!("{}/{rest}", config.working_dir.trim_end_matches('/')),
            }
        }
        "STOPSIGNAL" => config.stop_signal = Some(rest.to_owned()),
        "ONBUILD" => config.on_build.get_or_insert_default().push(rest.to_owned()),
        "HEALTHCHECK" => config.healthcheck = Some(healthcheck(rest).map_err(|why| wrong(&why))?),
        _ => return Err(wrong(&format!("{instruction} is not a valid change command"))),
    }
    Ok(())
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// The exec form `["a", "b"]`, or the shell form behind the image's shell.
fn command(config: &RunConfig, text: &str) -> Vec<String> {
    list(text).unwrap_or_else(|| match text {
        "" => Vec::new(),
        _ => {
            let mut shell =
                config.shell.clone().unwrap_or_else(|| vec!["/bin/sh".to_owned(), "-c".to_owned()]);
            shell.push(text.to_owned());
            shell
        }
    })
}

fn list(text: &str) -> Option<Vec<String>> {
    text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}

/// `KEY=VALUE …` with quotes, or the old `KEY VALUE`.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let words = words(text)?;
    if !words.first()?.contains('=') {
        let (key, value) = text.split_once(char::is_whitespace)?;
        return Some(vec![(key.to_owned(), value.trim().to_owned())]);
    }
    words
        .into_iter()
        .map(|word| {
            word.split_once('=').filter(|(key, _)| !key.is_empty()).map(|(k, v)| (k.to_owned(), v.to_owned()))
        })
        .collect()
}

/// Words with single and double quotes and backslashes, as a shell has them; `None` for an open quote.
fn words(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(chars.next()?),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

fn healthcheck(text: &str) -> Result<Healthcheck, String> {
    let mut check = Healthcheck::default();
    let mut rest = text;
    while let Some(flag) = rest.strip_prefix("--") {
        let (flag, after) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
        rest = after.trim_start();
        let (name, value) = flag.split_once('=').ok_or_else(|| format!("--{flag} needs a value"))?;
        let time =
            || duration(value).ok_or_else(|| format!("`{value}` is no duration, such as 30s or 1m30s"));
        match name {
            "interval" => check.interval = time()?,
            "timeout" => check.timeout = time()?,
            "start-period" => check.start_period = time()?,
            "start-interval" => check.start_interval = time()?,
            "retries" => check.retries = value.parse().map_err(|_| format!("`{value}` is no number"))?,
            _ => return Err(format!("unknown flag --{name}")),
        }
    }
    let (word, command) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    check.test = match (word.to_ascii_uppercase().as_str(), command.trim()) {
        ("NONE", "") => vec!["NONE".to_owned()],
        ("CMD", "") => return Err("missing command after HEALTHCHECK CMD".to_owned()),
        ("CMD", command) => match list(command) {
            Some(list) => [vec!["CMD".to_owned()], list].concat(),
            None => vec!["CMD-SHELL".to_owned(), command.to_owned()],
        },
        _ => return Err(format!("unknown type `{word}` of HEALTHCHECK (try CMD)")),
    };
    Ok(check)
}

/// Go's durations from milliseconds up: `1h30m`, `500ms`. In nanoseconds.
fn duration(text: &str) -> Option<i64> {
    let mut total = 0i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let units =
            [("ms", 1_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000)];
        let (unit, nanoseconds) = units.into_iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = &rest[unit.len()..];
        total = total.checked_add(number.checked_mul(nanoseconds)?)?;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_change_what_they_name() {
        let mut config = RunConfig::default();
        for change in [
            r#"CMD ["a", "b"]"#,
            "entrypoint run it",
            r#"ENV A=1 B="two words""#,
            "ENV A 3 4",
            "EXPOSE 80 53/udp",
            "LABEL x=y",
            r#"VOLUME ["/v"]"#,
            "WORKDIR /w",
            "WORKDIR sub",
            "USER 1:2",
            "STOPSIGNAL SIGINT",
            "ONBUILD RUN x",
            "HEALTHCHECK --interval=1m30s --retries=2 CMD true",
        ] {
            apply(&mut config, change).unwrap();
        }
        assert_eq!(config.cmd.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
        assert_eq!(config.entrypoint.as_deref().map(|e| e.join(" ")).as_deref(), Some("/bin/sh -c run it"));
        assert_eq!(config.env, ["B=two words", "A=3 4"]);
        assert!(config.exposed_ports.contains_key("80/tcp") && config.exposed_ports.contains_key("53/udp"));
        assert_eq!(config.working_dir, "/w/sub");
        let health = config.healthcheck.unwrap();
        assert_eq!((health.interval, health.retries, health.test.len()), (90_000_000_000, 2, 2));
    }

    #[test]
    fn what_is_no_change_says_why() {
        for wrong in [
            "",
            "RUN x",
            "ENV",
            "ENV A",
            "EXPOSE x",
            "EXPOSE 0",
            "EXPOSE 80/icmp",
            "HEALTHCHECK x",
            "HEALTHCHECK CMD",
            "HEALTHCHECK --interval=1x CMD a",
            r#"LABEL a="b"#,
        ] {
            assert!(apply(&mut RunConfig::default(), wrong).is_err(), "{wrong}");
        }
    }
}
