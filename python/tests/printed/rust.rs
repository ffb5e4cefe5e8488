//! The methods in Rust.

use std::fmt::Write as _;

use rewinddb::query::{Access, Form, Operation, WordKind};

use crate::method::{Method, called, is_number};

impl Method {
    pub(crate) fn rust(&self) -> String {
        let signature = self.parameters(|argument| {
            format!("{}{}", argument.name, if argument.is_optional { "=None" } else { "" })
        });
        let mut text = String::new();
        self.does().lines().for_each(|line| writeln!(text, "    /// {line}").expect("it is a text"));
        writeln!(text, "    #[pyo3(signature = ({signature}))]").expect("it is a text");
        let arguments = self.arguments().into_iter().map(|argument| {
            let kind = if is_number(argument.kind) { "Milliseconds" } else { "PyBackedStr" };
            let kind = if argument.is_optional { format!("Option<{kind}>") } else { kind.to_owned() };
            format!("{}: {kind}", argument.name)
        });
        let taken: Vec<_> =
            ["&self".to_owned(), "py: Python<'py>".to_owned()].into_iter().chain(arguments).collect();
        let head = |taken: &str| format!("    fn {}<'py>({taken}) -> Answered<'py> {{\n", self.name);
        let in_one = head(&taken.join(", "));
        let by_lines = || format!("\n        {},\n    ", taken.join(",\n        "));
        // As cargo fmt does, at this project's width and with the end of the line.
        text += &if in_one.len() <= 111 { in_one } else { head(&by_lines()) };
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
            let pattern: Vec<_> = optional
                .iter()
                .map(|argument| {
                    if given.contains(&argument.name) {
                        format!("Some({})", argument.name)
                    } else {
                        "None".to_owned()
                    }
                })
                .collect();
            let query = query(operation, form, &given);
            writeln!(text, "                ({},) => {query},", pattern.join(", ")).expect("it is a text");
            is_whole += 1;
        }
        if is_whole < 1 << optional.len() {
            text += "                _ => return None,\n";
        }
        text + "            })\n        })\n"
    }
}

/// A query in Rust, of what is given.
fn query(operation: Operation, form: &Form, given: &[&str]) -> String {
    let words = form.words().map(|word| {
        let (name, called) = (word.name, called(word));
        let value = match word.kind {
            WordKind::Time
                if called == "at" && !given.contains(&"at") && operation.access() == Access::Write =>
            {
                "now".to_owned()
            }
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
