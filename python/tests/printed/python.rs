//! What Python sees of the methods: stubs, and a table for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rewinddb::db::Database;
use rewinddb::query::WordKind;
use rewinddb::reply::Reply;
use rewinddb::wire::Answer;

use crate::method::{Method, is_number};

impl Method {
    pub(crate) fn stub(&self) -> String {
        let returned = self.returned();
        let mut text = String::new();
        for (choice, kind) in &returned {
            if returned.len() > 1 {
                text += "    @overload\n";
            }
            let parameters = self.parameters(|argument| {
                let kind = match (argument.kind, choice) {
                    (WordKind::Choice(choices), Some(choice)) if choices.contains(choice) => {
                        literal(&[choice])
                    }
                    (WordKind::Choice(choices), _) => literal(choices),
                    (kind, _) if is_number(kind) => "SupportsIndex".to_owned(),
                    _ => "str".to_owned(),
                };
                let rest = if argument.is_optional { format!("{kind} | None = None") } else { kind };
                format!("{}: {rest}", argument.name)
            });
            let parameters = if parameters.is_empty() { String::new() } else { format!(", {parameters}") };
            writeln!(text, "    def {}(self{parameters}) -> {kind}: ...", self.name).expect("it is a text");
        }
        text
    }

    /// What it returns, for each word of its first choice if there is one.
    fn returned(&self) -> Vec<(Option<&'static str>, String)> {
        let (_, form) = self.forms[0];
        let first = form.words().next().map(|word| word.kind);
        let Some(WordKind::Choice(choices)) = first else {
            let kinds: BTreeSet<_> =
                self.forms.iter().map(|(_, form)| kind_of(form.name, form.example.queries)).collect();
            assert_eq!(kinds.len(), 1, "the forms of {} answer alike", self.name);
            return kinds.into_iter().map(|kind| (None, kind.to_owned())).collect();
        };
        let asked = |choice: &str| {
            let query = form.example.queries.last().expect("an example asks something");
            let mut words: Vec<_> = query.split(' ').collect();
            words[1] = choice;
            kind_of(form.name, &[&words.join(" ")])
        };
        choices.iter().map(|choice| (Some(*choice), asked(choice).to_owned())).collect()
    }

    /// A row of the table in docs/python.md.
    pub(crate) fn row(&self) -> String {
        let parameters = self.parameters(|argument| {
            format!("{}{}", argument.name, if argument.is_optional { "=None" } else { "" })
        });
        let mut kinds: Vec<_> = self.returned().into_iter().map(|(_, kind)| kind).collect();
        kinds.dedup();
        let forms: BTreeSet<_> = self.forms.iter().map(|(_, form)| form.name).collect();
        let forms: Vec<_> = forms.iter().map(|form| format!("`{form}`")).collect();
        let kinds: Vec<_> =
            kinds.iter().map(|kind| format!("`{}`", kind.replace('_', "").replace('|', "\\|"))).collect();
        format!("| `{}({parameters})` | {} | {} |\n", self.name, kinds.join(", "), forms.join(", "))
    }
}

fn literal(choices: &[&str]) -> String {
    format!(
        "Literal[{}]",
        choices.iter().map(|choice| format!("\"{choice}\"")).collect::<Vec<_>>().join(", ")
    )
}

/// The type in Python of the answer to the last of some queries that has this name.
fn kind_of(name: &str, queries: &[&str]) -> &'static str {
    let mut db = Database::in_memory();
    let mut kind = "";
    for query in queries {
        let words: Vec<_> = query.split(' ').map(|word| if word == "\"\"" { "" } else { word }).collect();
        let answer = db.query(&words).expect("it is a query");
        let Answer::One(reply) = answer else { panic!("{query} is no batch") };
        if words[0] != name {
            continue;
        }
        kind = match reply {
            Reply::Done => "None",
            Reply::Bool(_) => "bool",
            Reply::Value(_) => "_Value | None",
            Reply::Cells(_) => "dict[str, _Value]",
            Reply::Count(_) => "int",
            Reply::Remaining(_) => "int | Literal[\"permanent\"] | None",
            Reply::Keys(_) => "list[str]",
            Reply::Fields(_) => "list[tuple[str, str]]",
            Reply::Values(_) => "list[_Value]",
            Reply::Items(_) => "list[tuple[str, str, _Value]]",
            Reply::Aliases(_) => "dict[str, str]",
            other => panic!("{query} is answered with what Python has no type for: {other:?}"),
        };
    }
    kind
}
