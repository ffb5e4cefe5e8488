//! The messages as `format.proto` tells them, and as the code does.

use std::collections::BTreeMap;

use crate::top;

/// A field: its name, its type, and `one`, `optional`, `repeated` or `oneof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) label: String,
}

/// Messages by name, their fields by number.
pub(super) type Schema = BTreeMap<String, BTreeMap<u64, Field>>;

fn read(file: &str) -> String {
    std::fs::read_to_string(top().join("src/store").join(file)).expect("it is there")
}

fn add(schema: &mut Schema, message: &str, number: &str, [name, kind, label]: [&str; 3]) {
    let field = Field { name: name.to_owned(), kind: kind.to_owned(), label: label.to_owned() };
    let number = number.parse().expect("fields have numbers");
    let double = schema.entry(message.to_owned()).or_default().insert(number, field);
    assert!(double.is_none(), "{message} has two fields {number}");
}

/// What `format.proto` says. A line that it does not understand is a panic.
pub(super) fn of_proto() -> Schema {
    let text = read("format.proto");
    let (mut schema, mut message, mut in_oneof) = (Schema::new(), "", false);
    for line in text.lines().map(str::trim) {
        let words: Vec<_> = line.trim_end_matches(';').split_whitespace().collect();
        match words[..] {
            [] | ["syntax" | "package", ..] => {}
            [first, ..] if first.starts_with("//") => {}
            ["message", name, "{"] => message = name,
            ["oneof", _, "{"] => in_oneof = true,
            ["}"] => in_oneof = false,
            [kind, name, "=", number] => {
                let label = if in_oneof { "oneof" } else { "one" };
                add(&mut schema, message, number, [name, kind, label]);
            }
            [label @ ("optional" | "repeated"), kind, name, "=", number] => {
                add(&mut schema, message, number, [name, kind, label]);
            }
            _ => panic!("format.proto: {line}"),
        }
    }
    schema
}

/// What the attributes in `message.rs` say: each stands before the field, or the variant, that it is about.
pub(super) fn of_code() -> Schema {
    let text = read("message.rs");
    let (mut schema, mut message, mut attribute) = (Schema::new(), "", None);
    for line in text.lines().map(str::trim) {
        let words: Vec<_> = line.split([' ', ':', ',', '(', ')']).filter(|word| !word.is_empty()).collect();
        if let Some(told) = line.strip_prefix("#[prost(") {
            attribute = told.strip_suffix(")]");
            assert!(attribute.is_some(), "message.rs: {line}");
        } else if let ["pub", "super", "struct" | "enum", name, "{"] = words[..] {
            message = if name == "Body" { "Payload" } else { message_of(name) };
        } else if !line.starts_with(['#', '/'])
            && let Some(told) = attribute.take().filter(|told| !told.starts_with("oneof"))
        {
            let named: Vec<_> =
                words.iter().copied().filter(|word| !matches!(*word, "pub" | "super")).collect();
            field(&mut schema, message, told, &named);
        }
    }
    assert!(attribute.is_none(), "message.rs: nothing follows {attribute:?}");
    schema
}

/// What `format.proto` calls the message of a type: `StateMessage` is that of `State`.
fn message_of(name: &str) -> &str {
    name.strip_suffix("Message").unwrap_or(name)
}

/// Adds the field that an attribute such as `uint32, repeated, tag = "1"` and a line such as `first: Vec<u32>` tell; the
/// words of the line are the field's name and its type.
fn field(schema: &mut Schema, message: &str, told: &str, named: &[&str]) {
    let is_variant = message == "Payload";
    let mut parts: Vec<_> = told.split(',').map(str::trim).collect();
    let tag = parts.pop().and_then(|tag| tag.strip_prefix("tag = ")).expect("the tag stands last");
    let kind = parts.remove(0).split(' ').next().expect("a type");
    let label = match parts[..] {
        [] if is_variant => "oneof",
        [] => "one",
        [label] => label,
        _ => panic!("message.rs: {told}"),
    };
    // Of `Vec<Branch>`, the branch.
    let rust = named[1].trim_end_matches('>').rsplit('<').next().expect("a type");
    let kind = if kind == "message" { message_of(rust) } else { kind };
    let name = if is_variant { named[0].to_lowercase() } else { named[0].to_owned() };
    add(schema, message, tag.trim_matches('"'), [&name, kind, label]);
}

/// How many attributes of fields there are in `message.rs`, however they are written.
pub(super) fn tags_in_code() -> usize {
    read("message.rs").matches("tag =").count()
}
