//! One word for one idea: what this project once called things in a dialect of its own is called as the field calls it.

use super::{all, name, read};
use crate::{rewind, text, top};

/// A word that is said no longer, and what is said in its place.
const OLD: [(&str, &str); 15] = [
    ("told", "reported, shown, or answered"),
    ("parted", "separated"),
    ("blank", "space"),
    ("blanks", "spaces"),
    ("empty text", "empty string"),
    ("truth value", "boolean"),
    ("ruling", "explanation"),
    ("rulings", "explanations"),
    ("fates", "plans in the store, endings in a list"),
    ("stand-in", "blob reference"),
    ("lent", "shared"),
    ("freeze", "take an image"),
    ("frozen", "of the image"),
    ("thaw", "load an image"),
    ("thawed", "loaded from an image"),
];

/// A text without what stands in quotes of code, in small letters, each run of other signs a space.
fn words(text: &str) -> String {
    let is_fence = |line: &&str| line.starts_with("```");
    let mut words = String::from(" ");
    for line in text.lines().filter(|line| !is_fence(line)) {
        for part in line.split('`').step_by(2) {
            for word in part.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty())
            {
                words.push_str(&word.to_lowercase());
                words.push(' ');
            }
        }
    }
    words
}

/// The old words of a text, each with what is said in its place.
fn old_words(text: &str) -> Vec<String> {
    // To tell two things apart is plain English.
    let words = words(text).replace(" told apart ", " ");
    let found = OLD.iter().filter(|(old, _)| words.contains(&format!(" {old} ")));
    found.map(|(old, new)| format!("`{old}`: say {new}")).collect()
}

/// What the program says of itself: every command, and every operation.
fn help() -> Vec<(String, String)> {
    let program = rewinddb::cli::command_line();
    let commands = program.get_subcommands().flat_map(|command| {
        let within = command.get_subcommands().filter(|within| within.get_name() != "help");
        let within = within.map(|within| vec![command.get_name(), within.get_name()]);
        std::iter::once(vec![command.get_name()]).chain(within)
    });
    let commands = commands.map(|words| words.into_iter().map(str::to_owned).collect());
    let operations = crate::language().names().map(|name| vec![name.to_owned()]);
    let help = |topic: Vec<String>| {
        let output = rewind(&["help"]).args(&topic).output().expect("it runs");
        (format!("rewind help {}", topic.join(" ")), text(&output.stdout))
    };
    commands.chain(operations).map(help).collect()
}

#[test]
fn no_document_and_no_help_says_an_old_word() {
    let documents = all().into_iter().chain([top().join("src/track/records/kits/README.md")]);
    let documents = documents.map(|path| (name(&path), read(&path)));
    let texts: Vec<_> = documents.chain(help()).collect();
    assert!(texts.len() > 50, "{} texts", texts.len());
    let found = texts
        .iter()
        .flat_map(|(name, text)| old_words(text).into_iter().map(move |old| format!("{name}: {old}")));
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The table of CONTRIBUTING.md has them all, so that nobody meets one by a failing test first.
#[test]
fn the_table_of_words_has_every_old_word() {
    let table = read(&top().join("CONTRIBUTING.md"));
    for (old, _) in OLD {
        let old = old.strip_suffix('s').unwrap_or(old).trim_end_matches("ed");
        assert!(table.contains(&format!("`{old}")), "{old}");
    }
}

#[test]
fn old_words_are_found_wherever_they_stand() {
    assert_eq!(old_words("it is\ntold, that (blanks)").len(), 2);
    assert_eq!(old_words("the empty\ntext").len(), 1);
    assert_eq!(old_words("```console\na ruling\n```").len(), 1);
    assert!(old_words("a talent, an apartment, `told` and `Fates`, departed").is_empty());
}
