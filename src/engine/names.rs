//! The names of containers: docker's grammar, and the names drawn for those who gave none.

use crate::error::{Context, Error, Result};

/// Left halves. Changing the lists changes no stored name.
const ADJECTIVES: &[&str] = &[
    "able", "agile", "amber", "amused", "ardent", "artful", "astute", "awake", "balanced", "blissful",
    "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "careful", "cheerful", "clear", "clever",
    "cosmic", "cozy", "crisp", "curious", "daring", "dapper", "deft", "devoted", "eager", "earnest",
    "elated", "elegant", "epic", "exact", "fair", "fearless", "festive", "fluent", "fond", "frosty",
    "frugal", "gallant", "generous", "gentle", "gifted", "glad", "golden", "graceful", "grand", "happy",
    "hardy", "honest", "hopeful", "humble", "jolly", "jovial", "keen", "kind", "lively", "logical", "loving",
    "loyal", "lucid", "lucky", "magic", "mellow", "merry", "modest", "musing", "neat", "nimble", "noble",
    "patient", "peaceful", "placid", "playful", "polite", "precise", "proud", "prudent", "quick", "quiet",
    "quirky", "radiant", "rapid", "ready", "relaxed", "robust", "serene", "sharp", "silent", "sincere",
    "snug", "sober", "solid", "spry", "steady", "stoic", "sturdy", "sunny", "sweet", "swift", "tender",
    "thrifty", "tidy", "trusting", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zealous", "zen",
];

/// Right halves: people of science, engineering and computing.
#[rustfmt::skip] // One word per line would hide the code below.
const SURNAMES: &[&str] = &[
    "abel", "adleman", "agnesi", "aiken", "albattani", "allen", "alvarez", "ampere", "archimedes",
    "aristotle", "arrhenius", "aryabhata", "atanasoff", "avicenna", "avogadro", "babbage", "backus", "bacon",
    "banach", "bardeen", "bartik", "bassi", "bayes", "becquerel", "bell", "bellman", "bernoulli", "berners",
    "bessel", "blackwell", "bohr", "boltzmann", "boole", "borg", "born", "bose", "boyle", "brahe",
    "brahmagupta", "brattain", "brooks", "bunsen", "burnell", "cannon", "cantor", "cardano", "carnot",
    "carson", "cauchy", "cavendish", "cerf", "chandrasekhar", "chatelet", "chebyshev", "church", "clarke",
    "cocks", "codd", "colmar", "conway", "cook", "copernicus", "cori", "coulomb", "cray", "crick", "curie",
    "cuvier", "dalton", "darwin", "davinci", "davy", "dedekind", "descartes", "dewdney", "diffie",
    "dijkstra", "diophantus", "dirac", "dirichlet", "doppler", "easley", "eckert", "edison", "ehrlich",
    "einstein", "elgamal", "elion", "engelbart", "eratosthenes", "erdos", "euclid", "euler", "fahrenheit",
    "faraday", "feistel", "fermat", "fermi", "feynman", "fibonacci", "fisher", "fleming", "floyd",
    "foucault", "fourier", "franklin", "fresnel", "galileo", "galois", "galton", "gates", "gauss", "germain",
    "gibbs", "godel", "goldberg", "goldstine", "goodall", "gosling", "gray", "haibt", "halley", "hamilton",
    "hamming", "hardy", "harvey", "hawking", "heaviside", "heisenberg", "hellman", "helmholtz", "hermite",
    "herschel", "hertz", "hilbert", "hippocrates", "hoare", "hodgkin", "hollerith", "hooke", "hopper",
    "hubble", "huffman", "huygens", "hypatia", "iverson", "jacobi", "jacquard", "jemison", "jenner",
    "johnson", "joliot", "joule", "kahan", "kahn", "karp", "kelvin", "kepler", "kernighan", "khayyam",
    "khorana", "kilby", "kirchhoff", "kleene", "knuth", "kolmogorov", "kovalevskaya", "lagrange", "lamarr",
    "lamport", "landau", "laplace", "lavoisier", "leavitt", "lebesgue", "leeuwenhoek", "legendre", "leibniz",
    "liouville", "liskov", "lorentz", "lovelace", "lumiere", "mach", "mandelbrot", "marconi", "markov",
    "matsumoto", "maxwell", "mayer", "mccarthy", "mcclintock", "mcilroy", "mclean", "mcnulty", "meitner",
    "mendel", "mendeleev", "michelson", "milner", "minkowski", "minsky", "mirzakhani", "moore", "morse",
    "napier", "nash", "naur", "neumann", "newell", "newton", "nightingale", "nobel", "noether", "noyce",
    "nygaard", "oersted", "ohm", "oppenheimer", "ostrom", "panini", "pascal", "pasteur", "pauli", "pauling",
    "payne", "penrose", "perlman", "pike", "planck", "poincare", "poisson", "postel", "ptolemy",
    "pythagoras", "raman", "ramanujan", "rhodes", "ride", "riemann", "ritchie", "rivest", "rontgen", "rubin",
    "rutherford", "sagan", "sammet", "schrodinger", "shamir", "shannon", "shockley", "simon", "snyder",
    "stallman", "steinmetz", "stokes", "swartz", "swirles", "tanenbaum", "tarjan", "tesla", "thales",
    "thompson", "torricelli", "torvalds", "turing", "varahamihira", "villani", "virchow", "volta", "wallace",
    "watson", "watt", "weierstrass", "wescoff", "wiener", "wilbur", "wiles", "wilkes", "wilkinson", "wing",
    "wirth", "wozniak", "wright", "wu", "yalow", "yonath", "yukawa", "zeno", "zuse",
];

/// Draws `adjective_surname`; from the second `attempt` (counted from 0) on with a digit behind it, so that
/// a caller whose name was taken soon finds a free one.
pub fn random_name(attempt: u32) -> Result<String> {
    loop {
        let mut name = format!("{}_{}", pick(ADJECTIVES)?, pick(SURNAMES)?);
        // Docker's one exception: he is not.
        if name == "boring_wozniak" {
            continue;
        }
        if attempt > 0 {
            name.push(char::from(b'0' + (draw()? % 10) as u8));
        }
        return Ok(name);
    }
}

fn pick(words: &[&'static str]) -> Result<&'static str> {
    // The bias of the remainder is below 1 in 10^16.
    let index = draw()? % words.len() as u64;
    Ok(words[index as usize])
}

fn draw() -> Result<u64> {
    let mut bytes = [0; 8];
    let mut filled = 0;
    while filled < bytes.len() {
        let flags = rustix::rand::GetRandomFlags::empty();
        filled += rustix::rand::getrandom(&mut bytes[filled..], flags)
            .map_err(std::io::Error::from)
            .what(|| "drawing a random name")?;
    }
    Ok(u64::from_ne_bytes(bytes))
}

/// Whether `name` is one a container can have: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`, so at least two characters.
pub fn valid_name(name: &str) -> Result<()> {
    // It becomes a file name, NAME_MAX.
    if name.len() > 255 {
        return Err(Error::usage("Invalid container name: it has more than 255 characters"));
    }
    let rest = |c: &u8| c.is_ascii_alphanumeric() || b"_.-".contains(c);
    match name.as_bytes() {
        [first, tail @ ..] if first.is_ascii_alphanumeric() && !tail.is_empty() && tail.iter().all(rest) => {
            Ok(())
        }
        _ => Err(Error::usage(format!(
            "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_enough_names_and_none_twice() {
        for (words, least) in [(ADJECTIVES, 100), (SURNAMES, 230)] {
            let unique: BTreeSet<_> = words.iter().collect();
            assert_eq!(unique.len(), words.len());
            assert!(words.len() >= least, "{}", words.len());
            assert!(words.iter().all(|word| word.bytes().all(|c| c.is_ascii_lowercase())));
        }
        assert!(!ADJECTIVES.contains(&"boring"));
    }

    #[test]
    fn a_drawn_name_is_valid_and_a_retry_ends_in_a_digit() {
        for attempt in 0..20 {
            let name = random_name(attempt).unwrap();
            valid_name(&name).unwrap();
            assert_eq!(name.ends_with(|c: char| c.is_ascii_digit()), attempt > 0, "{name}");
            assert_eq!(name.matches('_').count(), 1);
        }
    }

    #[test]
    fn names_follow_dockers_grammar() {
        for name in ["ab", "web-1", "A.b_c-", "0_", &"x".repeat(255)] {
            valid_name(name).unwrap();
        }
        for name in [
            &"x".repeat(256),
            "",
            "a",
            "-a",
            ".a",
            "_a",
            "a/b",
            "/ab",
            "a b",
            "ä1",
            "aé",
            "..",
            "a\n",
            "a\0b",
        ] {
            assert!(valid_name(name).is_err(), "{name:?}");
        }
        assert_eq!(
            valid_name("-x").unwrap_err().to_string(),
            "Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        );
    }
}
