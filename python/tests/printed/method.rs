//! The methods: which there are, and what each is called with.

use std::collections::BTreeSet;

use rewinddb::query::{Access, Asks, Form, Language, Operation, Word, WordKind};

/// A method, and the forms that it asks.
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) forms: Vec<(Operation, &'static Form)>,
}

/// The arguments that are given by name, where there are others.
pub(crate) const BY_NAME: [&str; 3] = ["to", "at", "ttl"];

/// Transactions are entered by `with`, so they have no methods.
pub(crate) fn methods() -> Vec<Method> {
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

pub(crate) fn method_of(form: &str) -> String {
    form.replace("_AT", "").replace("_WITH_TTL", "").replace("_BY_PREFIX", "").to_lowercase()
}

/// What an argument is called.
pub(crate) fn called(word: &Word) -> &'static str {
    match word.name {
        "timestamp" => "at",
        "timestamp_to_restore" => "to",
        other => other,
    }
}

/// An argument of a method.
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) kind: WordKind,
    pub(crate) is_optional: bool,
}

impl Method {
    /// Its arguments: those that every form has, those that may be left out, those that are given by name.
    pub(crate) fn arguments(&self) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::new();
        for word in self.forms.iter().flat_map(|(_, form)| form.words()) {
            let (name, kind) = (called(word), word.kind);
            if arguments.iter().any(|argument| argument.name == name) {
                continue;
            }
            let is_everywhere =
                self.forms.iter().all(|(_, form)| form.words().any(|word| called(word) == name));
            // Whoever writes without a moment means now; whoever only moves the clock has to say where to.
            let is_moved =
                name == "at" && self.forms.iter().any(|(operation, _)| operation.access() == Access::Write);
            arguments.push(Argument { name, kind, is_optional: !is_everywhere || is_moved });
        }
        let place = |name| BY_NAME.iter().position(|other| *other == name).filter(|_| arguments.len() > 1);
        let mut order: Vec<_> = (0..arguments.len()).collect();
        order.sort_by_key(|at| (place(arguments[*at].name), arguments[*at].is_optional));
        let mut arguments: Vec<_> = arguments.into_iter().map(Some).collect();
        order.into_iter().filter_map(|at| arguments[at].take()).collect()
    }

    /// Where the arguments begin that are given by name.
    pub(crate) fn first_by_name(arguments: &[Argument]) -> Option<usize> {
        let first = arguments.iter().position(|argument| BY_NAME.contains(&argument.name));
        first.filter(|_| arguments.len() > 1)
    }

    /// Its parameters, each written in a way; `star` stands before those that are given by name.
    pub(crate) fn parameters(&self, write: impl Fn(&Argument) -> String) -> String {
        let arguments = self.arguments();
        let mut written: Vec<_> = arguments.iter().map(write).collect();
        if let Some(first) = Self::first_by_name(&arguments) {
            written.insert(first, "*".to_owned());
        }
        written.join(", ")
    }

    /// What it does: the sentence of each form, which stands once.
    pub(crate) fn does(&self) -> String {
        let mut told = BTreeSet::new();
        let sentences = self.forms.iter().filter(|(_, form)| told.insert(form.does()));
        sentences.map(|(_, form)| format!("{}: {}", form.usage(), form.does())).collect::<Vec<_>>().join("\n")
    }

    /// Are its words read as those of a query, because Python has no type for them?
    pub(crate) fn is_by_words(&self) -> bool {
        let kinds = self.forms.iter().flat_map(|(_, form)| form.words()).map(|word| word.kind);
        kinds.into_iter().any(|kind| matches!(kind, WordKind::Choice(_)))
    }

    /// The calls that it takes, as a message tells them.
    pub(crate) fn calls(&self) -> String {
        let arguments = self.arguments();
        let call = |form: &Form| {
            let given =
                arguments.iter().filter(|argument| form.words().any(|word| called(word) == argument.name));
            let given = given.map(|argument| {
                let is_named = Self::first_by_name(&arguments).is_some() && BY_NAME.contains(&argument.name);
                format!("{}{}", argument.name, if is_named { "=" } else { "" })
            });
            format!("{}({})", self.name, given.collect::<Vec<_>>().join(", "))
        };
        self.forms.iter().map(|(_, form)| call(form)).collect::<Vec<_>>().join(" or ")
    }

    /// What may be given of that which may be left out, the form that it asks, and whether the moment is now.
    pub(crate) fn arms(&self) -> Vec<(Vec<&'static str>, (Operation, &'static Form), bool)> {
        let optional: Vec<_> = self
            .arguments()
            .into_iter()
            .filter(|argument| argument.is_optional)
            .map(|argument| argument.name)
            .collect();
        let mut arms = Vec::new();
        for set in 0..1_u32 << optional.len() {
            let given: Vec<_> =
                (0..optional.len()).filter(|at| set & 1 << at != 0).map(|at| optional[at]).collect();
            let fits = |given: &[&str]| {
                self.forms.iter().copied().find(|(_, form)| {
                    let wanted: BTreeSet<_> =
                        form.words().map(called).filter(|name| optional.contains(name)).collect();
                    wanted == given.iter().copied().collect()
                })
            };
            if let Some(form) = fits(&given) {
                arms.push((given, form, false));
            } else if !given.contains(&"at")
                && let Some(form) = fits(&[&given[..], &["at"]].concat())
            {
                arms.push((given, form, true));
            }
        }
        arms
    }
}

pub(crate) fn is_number(kind: WordKind) -> bool {
    matches!(kind, WordKind::Time | WordKind::Moment | WordKind::Ttl)
}
