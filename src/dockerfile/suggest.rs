//! `did you mean …?`

/// Fewer changes than this make one word out of another.
const FAR: usize = 3;

/// Whether capitals matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// They do.
    Matters,
    /// They do not; the suggestion is in the case of the word.
    Ignored,
}

/// The option that `word` is nearest to, when it is near at all and not one of them.
#[must_use]
pub(super) fn nearest<'a>(
    word: &str,
    options: impl IntoIterator<Item = &'a str>,
    case: Case,
) -> Option<String> {
    let fold = |text: &str| if case == Case::Ignored { text.to_lowercase() } else { text.to_owned() };
    let folded = fold(word);
    let mut best: Option<(usize, String)> = None;
    for option in options {
        let option = fold(option);
        if option == folded {
            return None;
        }
        let distance = distance(&folded, &option);
        if distance < best.as_ref().map_or(FAR, |(best, _)| *best) {
            best = Some((distance, option));
        }
    }
    let (_, option) = best?;
    Some(if case == Case::Ignored && word != folded && word == word.to_uppercase() {
        option.to_uppercase()
    } else {
        option
    })
}

/// `message`, and the suggestion in brackets behind it.
#[must_use]
pub(super) fn with_suggestion(message: String, suggestion: Option<String>) -> String {
    match suggestion {
        Some(suggestion) => format!("{message} (did you mean {suggestion}?)"),
        None => message,
    }
}

/// Levenshtein's: characters to insert, delete or exchange; [`FAR`] when it is that or more.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(256).collect();
    let other: Vec<char> = other.chars().take(256).collect();
    if one.len().abs_diff(other.len()) >= FAR {
        return FAR;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, char) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, against) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(char != against);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()].min(FAR)
}
