//! Options that take one of a few words: completions offer those, help lists them.
//!
//! Each is read by the type that it is of, whose message says what else would fit.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, CommandFactory};

use super::Cli;
use crate::judge::Protocol;
use crate::query::{Language, Level};
use crate::script::Format;
use crate::store::Encoding;
use crate::track::records::{KITS, Kit};

/// A reader of words of which some are offered.
#[derive(Clone)]
struct Closed<O, P> {
    /// Which; asked late, since what there is help on is known only when all commands are.
    offered: O,
    read: P,
}

impl<O, P> TypedValueParser for Closed<O, P>
where
    O: Fn() -> Vec<PossibleValue> + Clone + Send + Sync + 'static,
    P: TypedValueParser,
{
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<P::Value, clap::Error> {
        self.read.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.offered)().into_iter()))
    }
}

/// The names of a table.
fn names<T>(all: &[(&'static str, T)]) -> Vec<PossibleValue> {
    all.iter().map(|(name, _)| PossibleValue::new(*name)).collect()
}

/// A level of the language.
pub(super) fn level() -> impl TypedValueParser<Value = Level> {
    let offered =
        || Language::records().levels().map(|level| PossibleValue::new(level.to_string())).collect();
    Closed { offered, read: |text: &str| Language::records().level_of(text) }
}

/// A language that there is a kit for.
pub(super) fn kit() -> impl TypedValueParser<Value = &'static Kit> {
    Closed { offered: || KITS.iter().map(|kit| PossibleValue::new(kit.name())).collect(), read: Kit::of }
}

/// A protocol of solutions.
pub(super) fn protocol() -> impl TypedValueParser<Value = Protocol> {
    let offered = || {
        let about = |protocol| match protocol {
            Protocol::List => "a process for each list, arrays in and out",
            Protocol::Lines => "a process for each list, a query a line",
            Protocol::Session => "one process, as the adapters of kits speak",
        };
        Protocol::ALL.map(|(name, protocol)| PossibleValue::new(name).help(about(protocol))).to_vec()
    };
    Closed { offered, read: str::parse::<Protocol> }
}

/// An encoding of the store.
pub(super) fn encoding() -> impl TypedValueParser<Value = Encoding> {
    Closed { offered: || names(&Encoding::ALL), read: str::parse::<Encoding> }
}

/// A format.
pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    Closed { offered: || names(&Format::ALL), read: str::parse::<Format> }
}

/// One of these formats.
pub(super) fn format_of<const N: usize>(allowed: [&'static str; N]) -> impl TypedValueParser<Value = Format> {
    let read = move |text: &str| match allowed.split_last() {
        Some((last, first)) if !allowed.contains(&text) => {
            Err(format!("the formats here are {} and {last}", first.join(", ")))
        }
        _ => text.parse(),
    };
    Closed { offered: move || allowed.map(PossibleValue::new).to_vec(), read }
}

/// What there is help on; whoever asks for something else is told what comes near.
pub(super) fn topic() -> impl TypedValueParser<Value = String> {
    let offered = || {
        let program = Cli::command();
        let commands = program.get_subcommands().map(|command| command.get_name().to_owned());
        let operations = Language::records().names().map(str::to_owned);
        commands.chain(operations).map(PossibleValue::new).collect()
    };
    Closed { offered, read: clap::builder::StringValueParser::new() }
}
