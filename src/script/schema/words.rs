//! A word of a query, as a schema tells it.

use serde_json::{Value, json};

use crate::query::{Word, WordKind};

/// The word of an operation.
pub(super) fn word(operation: &str, word: &Word) -> Value {
    let told = told(word.kind);
    let description = format!("{}: {told}", word.name);
    match word.kind {
        WordKind::Choice(names) => json!({"enum": names, "description": description}),
        kind if kind.is_number() => json!({
            "type": ["string", "integer"],
            "minimum": 0,
            "maximum": u64::MAX,
            "pattern": digits_up_to(u64::MAX),
            "patternErrorMessage":
                format!("the {} of {operation} is a number: digits alone, from 0 to {}", word.name, u64::MAX),
            "description": description,
        }),
        _ => json!({"type": ["string", "integer"], "minimum": 0, "description": description}),
    }
}

/// What a word stands for, in a sentence.
fn told(kind: WordKind) -> &'static str {
    match kind {
        WordKind::Key => "the key of a record.",
        WordKind::Field => "a field of the record.",
        WordKind::Value => "what the cell holds afterwards.",
        WordKind::Item => "what the list has at its end afterwards.",
        WordKind::Prefix => "what the fields begin with; all begin with the empty text.",
        WordKind::Time => "when it happens, in milliseconds.",
        WordKind::Moment => "a moment that it speaks of, in milliseconds.",
        WordKind::Ttl => "how long it lives, in milliseconds.",
        WordKind::Choice(_) => "one of these words.",
        WordKind::Pattern => "what texts are compared with.",
        WordKind::Name => "another name for the operation.",
        WordKind::Operation => "the name of an operation.",
    }
}

/// A pattern that matches the plain digits of the numbers up to this one.
fn digits_up_to(largest: u64) -> String {
    let digits = largest.to_string();
    let shorter = format!("0|[1-9][0-9]{{0,{}}}", digits.len() - 2);
    let smaller = digits.char_indices().filter_map(|(place, digit)| {
        let least = if place == 0 { '1' } else { '0' };
        let before = char::from_u32(u32::from(digit) - 1).filter(|before| *before >= least)?;
        let rest = digits.len() - place - 1;
        Some(format!("|{}[{least}-{before}][0-9]{{{rest}}}", &digits[..place]))
    });
    format!("^({shorter}{}|{digits})$", smaller.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_of_numbers_takes_what_the_reader_takes() {
        let pattern = regex_automata::meta::Regex::new(&digits_up_to(u64::MAX)).expect("it is a pattern");
        let mut texts: Vec<_> =
            ["", "00", "01", "+1", "-1", "1.0", "1e3", " 1", "x"].map(str::to_owned).to_vec();
        for power in 0..20 {
            let ten = 10_u128.pow(power);
            for by in 0..=20 {
                texts.extend([ten * by, (ten * by).saturating_sub(1)].map(|number| number.to_string()));
                let near = u128::from(u64::MAX);
                texts.extend(
                    [near - by * ten.min(near / 20), near + by * ten].map(|number| number.to_string()),
                );
            }
        }
        for text in texts {
            assert_eq!(pattern.is_match(&text), text.parse::<crate::time::Time>().is_ok(), "{text}");
        }
    }
}
