//! The ports that a container says it listens on.

use crate::engine::wish::Wish;
use crate::network::port::{Port, Protocol};

/// The ports of the image and of `--expose` in docker's form, `80/tcp`: by number, each once.
pub fn exposed(image: &[String], wish: &Wish) -> Vec<String> {
    let complete = |port: &String| if port.contains('/') { port.clone() } else { format!("{port}/tcp") };
    let mut all: Vec<String> =
        image.iter().map(complete).chain(wish.expose.iter().map(Port::to_string)).collect();
    all.sort_by_key(|port| (read(port), port.clone()));
    all.dedup();
    all
}

/// Reads `80/tcp`; `None` for what only an image can hold: ranges, other protocols, nonsense.
pub fn read(port: &str) -> Option<Port> {
    let (number, protocol) = port.split_once('/')?;
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    let digits = number.bytes().all(|c| c.is_ascii_digit());
    let number = number.parse().ok().filter(|number| digits && *number != 0)?;
    Some(Port { number, protocol })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_image_and_command_line_stand_together() {
        let port = |number| Port { number, protocol: Protocol::Tcp };
        let wish = Wish { expose: vec![port(80), port(9)], ..Wish::default() };
        let image = ["443".to_owned(), "80/tcp".to_owned(), "5000/sctp".to_owned()];
        assert_eq!(exposed(&image, &wish), ["5000/sctp", "9/tcp", "80/tcp", "443/tcp"]);
        assert_eq!(read("+9/tcp"), None);
        assert_eq!(read("0/tcp"), None);
    }
}
