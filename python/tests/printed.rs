//! What is printed from the table of operations: the methods in Rust, their stubs, and the table of docs/python.md.
//! `REWIND_PRINT=1 cargo test --manifest-path python/Cargo.toml` prints them anew.
//!
//! The forms of one name are one method: SET, SET_AT and SET_AT_WITH_TTL are `set`, with `at=` and `ttl=`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::{env, fs};

use rewinddb::db::Database;
use rewinddb::query::{Access, Asks, Form, Language, Operation, Word, WordKind};
use rewinddb::reply::Reply;
use rewinddb::wire::Answer;

/// A method, and the forms that it asks.
struct Method {
    name: String,
    forms: Vec<(Operation, &'static Form)>,
}

/// The arguments that are given by name, where there are others.
const BY_NAME: [&str; 3] = ["to", "at", "ttl"];

/// Transactions are entered by `with`, so they have no methods.
fn methods() -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    for form in Language::records().forms() {
        let Asks::One(operation) = form.asks else { continue };
        if operation.access().is_of_transactions() {
            continue;
        }
        let name = method_of(form.name);
        match methods.iter_mut().find(|method| method.name == name) {
            Some(method) => method.forms.push((operation, form)),
            None => methods.push(Method { name, forms: vec![(operation, form)] }),
        }
    }
    methods
}

fn method_of(form: &str) -> String {
    form.replace("_AT", "").replace("_WITH_TTL", "").replace("_BY_PREFIX", "").to_lowercase()
}

/// What an argument is called.
fn called(word: &Word) -> &'static str {
    match word.name {
        "timestamp" => "at",
        "timestamp_to_restore" => "to",
        other => other,
    }
}

/// An argument of a method.
struct Argument {
    name: &'static str,
    kind: WordKind,
    is_optional: bool,
}

impl Method {
    /// Its arguments: those that every form has, those that may be left out, those that are given by name.
    fn arguments(&self) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::new();
        for word in self.forms.iter().flat_map(|(_, form)| form.words()) {
            let (name, kind) = (called(word), word.kind);
            if arguments.iter().any(|argument| argument.name == name) {
                continue;
            }
            let is_everywhere = self.forms.iter().all(|(_, form)| form.words().any(|word| called(word) == name));
            // Whoever writes without a moment means now; whoever only moves the clock has to say where to.
            let is_moved = name == "at" && self.forms.iter().any(|(operation, _)| operation.access() == Access::Write);
            arguments.push(Argument { name, kind, is_optional: !is_everywhere || is_moved });
        }
        let place = |name| BY_NAME.iter().position(|other| *other == name).filter(|_| arguments.len() > 1);
        let mut order: Vec<_> = (0..arguments.len()).collect();
        order.sort_by_key(|at| (place(arguments[*at].name), arguments[*at].is_optional));
        let mut arguments: Vec<_> = arguments.into_iter().map(Some).collect();
        order.into_iter().filter_map(|at| arguments[at].take()).collect()
    }

    /// Where the arguments begin that are given by name.
    fn first_by_name(arguments: &[Argument]) -> Option<usize> {
        let first = arguments.iter().position(|argument| BY_NAME.contains(&argument.name));
        first.filter(|_| arguments.len() > 1)
    }

    /// Its parameters, each written in a way; `star` stands before those that are given by name.
    fn parameters(&self, write: impl Fn(&Argument) -> String) -> String {
        let arguments = self.arguments();
        let mut written: Vec<_> = arguments.iter().map(write).collect();
        if let Some(first) = Self::first_by_name(&arguments) {
            written.insert(first, "*".to_owned());
        }
        written.join(", ")
    }

    /// What it does: the sentence of each form, which stands once.
    fn does(&self) -> String {
        let mut told = BTreeSet::new();
        let sentences = self.forms.iter().filter(|(_, form)| told.insert(form.does()));
        sentences.map(|(_, form)| format!("{}: {}", form.usage(), form.does())).collect::<Vec<_>>().join("\n")
    }

    /// Are its words read as those of a query, because Python has no type for them?
    fn is_by_words(&self) -> bool {
        let kinds = self.forms.iter().flat_map(|(_, form)| form.words()).map(|word| word.kind);
        kinds.into_iter().any(|kind| matches!(kind, WordKind::Choice(_)))
    }

    /// The calls that it takes, as a message tells them.
    fn calls(&self) -> String {
        let arguments = self.arguments();
        let call = |form: &Form| {
            let given = arguments.iter().filter(|argument| form.words().any(|word| called(word) == argument.name));
            let given = given.map(|argument| {
                let is_named = Self::first_by_name(&arguments).is_some() && BY_NAME.contains(&argument.name);
                format!("{}{}", argument.name, if is_named { "=" } else { "" })
            });
            format!("{}({})", self.name, given.collect::<Vec<_>>().join(", "))
        };
        self.forms.iter().map(|(_, form)| call(form)).collect::<Vec<_>>().join(" or ")
    }

    fn rust(&self) -> String {
        let signature = self.parameters(|argument| {
            format!("{}{}", argument.name, if argument.is_optional { "=None" } else { "" })
        });
        let mut text = String::new();
        self.does().lines().for_each(|line| writeln!(text, "    /// {line}").expect("it is a text"));
        writeln!(text, "    #[pyo3(signature = ({signature}))]").expect("it is a text");
        writeln!(text, "    fn {}<'py>(\n        &self,\n        py: Python<'py>,", self.name).expect("it is a text");
        for argument in self.arguments() {
            let kind = if is_number(argument.kind) { "Milliseconds" } else { "PyBackedStr" };
            let kind = if argument.is_optional { format!("Option<{kind}>") } else { kind.to_owned() };
            writeln!(text, "        {}: {kind},", argument.name).expect("it is a text");
        }
        text += "    ) -> PyResult<Bound<'py, PyAny>> {\n";
        text += &if self.is_by_words() { self.rust_by_words() } else { self.rust_by_forms() };
        text + "    }\n"
    }

    fn rust_by_words(&self) -> String {
        let [(_, form)] = self.forms[..] else { panic!("{} has several forms with a choice", self.name) };
        let words: Vec<_> = form.words().map(|word| format!("Term::from(&*{})", called(word))).collect();
        format!("        self.ask_words(py, &[Term::from(\"{}\"), {}])\n", form.name, words.join(", "))
    }

    fn rust_by_forms(&self) -> String {
        let arguments = self.arguments();
        let optional: Vec<_> = arguments.iter().filter(|argument| argument.is_optional).collect();
        if optional.is_empty() {
            let (operation, form) = self.forms[0];
            let query = query(operation, form, &[]);
            return format!("        self.ask_at(py, FORMS, |_| Some({query}))\n").replace("FORMS", "\"\"");
        }
        let matched: Vec<_> = optional
            .iter()
            .map(|argument| {
                let number = if is_number(argument.kind) { "" } else { ".as_deref()" };
                format!("{}{number}", argument.name)
            })
            .collect();
        let mut text = format!("        self.ask_at(py, \"{}\", |now| {{\n", self.calls());
        if !self.arms().iter().any(|(_, _, takes_now)| *takes_now) {
            text = text.replace("|now|", "|_|");
        }
        writeln!(text, "            Some(match ({},) {{", matched.join(", ")).expect("it is a text");
        let mut is_whole = 0;
        for (given, (operation, form), _) in self.arms() {
            let pattern: Vec<_> =
                optional.iter().map(|argument| if given.contains(&argument.name) { format!("Some({})", argument.name) } else { "None".to_owned() }).collect();
            let query = query(operation, form, &given);
            writeln!(text, "                ({},) => {query},", pattern.join(", ")).expect("it is a text");
            is_whole += 1;
        }
        if is_whole < 1 << optional.len() {
            text += "                _ => return None,\n";
        }
        text + "            })\n        })\n"
    }

    /// What may be given of that which may be left out, the form that it asks, and whether the moment is now.
    fn arms(&self) -> Vec<(Vec<&'static str>, (Operation, &'static Form), bool)> {
        let optional: Vec<_> =
            self.arguments().into_iter().filter(|argument| argument.is_optional).map(|argument| argument.name).collect();
        let mut arms = Vec::new();
        for set in 0..1_u32 << optional.len() {
            let given: Vec<_> = (0..optional.len()).filter(|at| set & 1 << at != 0).map(|at| optional[at]).collect();
            let fits = |given: &[&str]| {
                self.forms.iter().copied().find(|(_, form)| {
                    let wanted: BTreeSet<_> = form.words().map(called).filter(|name| optional.contains(name)).collect();
                    wanted == given.iter().copied().collect()
                })
            };
            if let Some(form) = fits(&given) {
                arms.push((given, form, false));
            } else if !given.contains(&"at") && let Some(form) = fits(&[&given[..], &["at"]].concat()) {
                arms.push((given, form, true));
            }
        }
        arms
    }

    fn stub(&self) -> String {
        let returned = self.returned();
        let mut text = String::new();
        for (choice, kind) in &returned {
            if returned.len() > 1 {
                text += "    @overload\n";
            }
            let parameters = self.parameters(|argument| {
                let kind = match (argument.kind, choice) {
                    (WordKind::Choice(choices), Some(choice)) if choices.contains(choice) => literal(&[choice]),
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
            let kinds: BTreeSet<_> = self.forms.iter().map(|(_, form)| kind_of(form.name, form.example.queries)).collect();
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
    fn row(&self) -> String {
        let parameters = self.parameters(|argument| {
            format!("{}{}", argument.name, if argument.is_optional { "=None" } else { "" })
        });
        let mut kinds: Vec<_> = self.returned().into_iter().map(|(_, kind)| kind).collect();
        kinds.dedup();
        let forms: BTreeSet<_> = self.forms.iter().map(|(_, form)| form.name).collect();
        let forms: Vec<_> = forms.iter().map(|form| format!("`{form}`")).collect();
        let kinds: Vec<_> = kinds.iter().map(|kind| format!("`{}`", kind.replace('_', "").replace('|', "\\|"))).collect();
        format!("| `{}({parameters})` | {} | {} |\n", self.name, kinds.join(", "), forms.join(", "))
    }
}

fn is_number(kind: WordKind) -> bool {
    matches!(kind, WordKind::Time | WordKind::Moment | WordKind::Ttl)
}

fn literal(choices: &[&str]) -> String {
    format!("Literal[{}]", choices.iter().map(|choice| format!("\"{choice}\"")).collect::<Vec<_>>().join(", "))
}

/// A query in Rust, of what is given.
fn query(operation: Operation, form: &Form, given: &[&str]) -> String {
    let words = form.words().map(|word| {
        let (name, called) = (word.name, called(word));
        let value = match word.kind {
            WordKind::Time if called == "at" && !given.contains(&"at") && operation.access() == Access::Write => "now".to_owned(),
            WordKind::Time => format!("Time({called}.0)"),
            WordKind::Moment => format!("RestorePoint(Time({called}.0))"),
            WordKind::Ttl => format!("Ttl({called}.0)"),
            _ if given.contains(&called) => called.to_owned(),
            _ => format!("&{called}"),
        };
        if value == name { value } else { format!("{name}: {value}") }
    });
    format!("Query::{operation:?} {{ {} }}", words.collect::<Vec<_>>().join(", "))
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

/// The part of a file between two marks is what is printed; or it is printed anew.
fn holds(file: &str, marks: [&str; 2], printed: &str) {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).expect("it is there");
    let begin = text.find(marks[0]).expect("it has the first mark") + marks[0].len();
    let end = begin + text[begin..].find(marks[1]).expect("it has the second mark");
    if env::var_os("REWIND_PRINT").is_some() {
        fs::write(&path, [&text[..begin], printed, &text[end..]].concat()).expect("it is written");
    } else {
        assert_eq!(&text[begin..end], printed, "{file}: REWIND_PRINT=1 prints it anew");
    }
}

#[test]
fn the_methods_are_those_of_the_table() {
    let rust: Vec<_> = methods().iter().map(Method::rust).collect();
    holds("src/methods.rs", ["impl Database {\n", "}\n// end"], &rust.join("\n"));
}

#[test]
fn the_stubs_are_those_of_the_table() {
    let stubs: String = methods().iter().map(Method::stub).collect();
    holds("rewinddb/_rewinddb.pyi", ["    # Printed from the table of operations\n", "    # End\n"], &stubs);
}

#[test]
fn the_document_has_every_method() {
    let rows: String = methods().iter().map(Method::row).collect();
    holds("../docs/python.md", ["<!-- methods -->\n", "<!-- end -->"], &format!("| method | returns | asks |\n|---|---|---|\n{rows}"));
}

#[test]
fn every_operation_has_a_method_or_is_of_transactions() {
    let held: BTreeSet<_> = methods().iter().flat_map(|method| &method.forms).map(|(operation, _)| *operation).collect();
    for operation in Operation::ALL {
        assert!(held.contains(operation) || operation.access().is_of_transactions(), "{operation:?}");
    }
}
