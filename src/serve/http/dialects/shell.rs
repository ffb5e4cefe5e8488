//! A line as a shell takes it: words separated by spaces, with quotes and backslashes; a semicolon ends a command.

/// The words of a line; `None` where a quote does not end.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().push(rest.next()?),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// The commands of a line, which semicolons outside of quotes part.
pub(super) fn commands(line: &str) -> Vec<&str> {
    let (mut commands, mut begin, mut quote, mut is_escaped) = (Vec::new(), 0, None, false);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (None | Some('"'), '\\') => is_escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ';') => {
                commands.push(line[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    commands.push(line[begin..].trim());
    commands.retain(|command| !command.is_empty());
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_a_shell_parts_them() {
        let rows: [(&str, Option<&[&str]>); 8] = [
            ("a 10  10000", Some(&["a", "10", "10000"])),
            ("'a b' \"c \\\" d\" e\\ f", Some(&["a b", "c \" d", "e f"])),
            ("a'b'\"c\"", Some(&["abc"])),
            ("'' \"\"", Some(&["", ""])),
            ("'\\'", Some(&["\\"])),
            ("  ", Some(&[])),
            ("'a", None),
            ("a\\", None),
        ];
        for (line, wanted) in rows {
            let wanted = wanted.map(|words| words.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(words(line), wanted, "{line}");
        }
        assert_eq!(
            commands("put a 'x;y'; get a;; size \\; \";\" ;"),
            ["put a 'x;y'", "get a", "size \\; \";\""]
        );
    }
}
