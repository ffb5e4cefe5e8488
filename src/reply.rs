//! What an operation answers, before any format: each caller decides how to write it.
//!
//! Invariant: the text of a reply is exactly the answer of the exercise; `Display` writes it.
//!
//! Where an engine keeps long texts elsewhere, what it answers carries its own type `V` for values; whoever has the
//! texts makes a reply of it that everybody can read (`try_map`).

use std::borrow::Cow;
use std::fmt;

/// A value as it is answered.
///
/// ```
/// use rewinddb::reply::Value;
///
/// assert_eq!(Value::from("x7").to_string(), "x7");
/// assert_eq!(Value::List(vec!["a".into(), "b".into()]).to_string(), "[a, b]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Value<'e> {
    /// A text.
    Text(Cow<'e, str>),
    /// A list of texts: `[a, b]`.
    List(Vec<Cow<'e, str>>),
}

impl<'e> Value<'e> {
    /// As it is shown.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::List(_) => Cow::Owned(self.to_string()),
        }
    }

    /// All texts of it.
    #[must_use]
    pub fn texts(&self) -> &[Cow<'e, str>] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(items) => items,
        }
    }

    fn try_pieces<E>(&self, write: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Text(text) => write(text),
            Self::List(items) => {
                write("[")?;
                joined(items, &mut *write, |item, write| write(item))?;
                write("]")
            }
        }
    }
}

impl<'e> From<&'e str> for Value<'e> {
    fn from(text: &'e str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.try_pieces(&mut |piece| f.write_str(piece))
    }
}

/// The answer to one query. It borrows from the engine, so nothing is copied to be answered.
///
/// ```
/// use rewinddb::reply::{Reply, Value};
///
/// let cells = vec![("name".into(), Value::from("Ada")), ("token".into(), Value::from("x7"))];
/// let reply: Reply<'_> = Reply::Cells(cells);
/// assert_eq!(reply.to_string(), "name(Ada), token(x7)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply<'e, V = Value<'e>> {
    /// Done, with nothing to say: the empty string.
    Done,
    /// `true` or `false`.
    Bool(bool),
    /// A value, or `None` where there is no live cell: the empty string.
    Value(Option<V>),
    /// Fields with their values, in field order: `f1(v1), f2(v2)`.
    Cells(Vec<(Cow<'e, str>, V)>),
    /// A number of records, or of the items of a list.
    Count(u64),
    /// How many milliseconds a cell has left; `None` for one that is permanent: `permanent`.
    Remaining(Option<u64>),
    /// Keys, in order: `k1, k2`.
    Keys(Vec<Cow<'e, str>>),
    /// Fields with their keys, in order: `k1.f1, k2.f2`; the empty field of a key's own value is not shown.
    Fields(Vec<(Cow<'e, str>, Cow<'e, str>)>),
    /// Values, in order of their keys and then of their fields: `v1, v2`.
    Values(Vec<V>),
    /// Cells of any records, in order of their keys and then of their fields: `k1(v1), k2.f2(v2)`.
    Items(Vec<Item<'e, V>>),
    /// Other names of operations, each with what it stands for, in the order in which they were given: `n1: O1, n2: O2`.
    Aliases(Vec<(Cow<'e, str>, &'static str)>),
}

/// A cell that is listed with the key of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'e, V = Value<'e>> {
    /// The key of its record.
    pub key: Cow<'e, str>,
    /// Its field; that of the key's own value is empty, and not shown.
    pub field: Cow<'e, str>,
    /// Its value.
    pub value: V,
}

impl<'e, V> Item<'e, V> {
    /// The same cell with its value made into another.
    pub(crate) fn with<W>(self, value: impl FnOnce(V) -> W) -> Item<'e, W> {
        Item { key: self.key, field: self.field, value: value(self.value) }
    }
}

#[cfg(feature = "store")]
impl<'e, V> Reply<'e, V> {
    /// The same reply with every value made into another.
    ///
    /// # Errors
    /// The first of `value`.
    pub(crate) fn try_map<W, E>(self, mut value: impl FnMut(V) -> Result<W, E>) -> Result<Reply<'e, W>, E> {
        Ok(match self {
            Self::Done => Reply::Done,
            Self::Bool(truth) => Reply::Bool(truth),
            Self::Value(found) => Reply::Value(found.map(value).transpose()?),
            Self::Cells(cells) => {
                let cells = cells.into_iter().map(|(field, cell)| Ok((field, value(cell)?)));
                Reply::Cells(cells.collect::<Result<_, E>>()?)
            }
            Self::Count(count) => Reply::Count(count),
            Self::Remaining(remaining) => Reply::Remaining(remaining),
            Self::Keys(keys) => Reply::Keys(keys),
            Self::Fields(fields) => Reply::Fields(fields),
            Self::Values(values) => Reply::Values(values.into_iter().map(value).collect::<Result<_, E>>()?),
            Self::Items(items) => {
                let items = items.into_iter().map(|Item { key, field, value: of_cell }| {
                    Ok(Item { key, field, value: value(of_cell)? })
                });
                Reply::Items(items.collect::<Result<_, E>>()?)
            }
            Self::Aliases(aliases) => Reply::Aliases(aliases),
        })
    }
}

impl Reply<'_> {
    /// Hands the text of the answer to `write`, piece by piece.
    ///
    /// # Errors
    /// Whatever `write` fails with; nothing more is written then.
    pub fn try_pieces<E>(&self, mut write: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Done | Self::Value(None) => Ok(()),
            Self::Bool(truth) => write(if *truth { "true" } else { "false" }),
            Self::Value(Some(value)) => value.try_pieces(&mut write),
            Self::Count(count) => write(&count.to_string()),
            Self::Remaining(None) => write("permanent"),
            Self::Remaining(Some(remaining)) => write(&remaining.to_string()),
            Self::Cells(cells) => joined(cells, write, |(field, value), write| {
                [field, "("].into_iter().try_for_each(&mut *write)?;
                value.try_pieces(write)?;
                write(")")
            }),
            Self::Keys(keys) => joined(keys, write, |key, write| write(key)),
            Self::Values(values) => joined(values, write, Value::try_pieces),
            Self::Fields(fields) => joined(fields, write, |(key, field), write| {
                [key, point(field), field].into_iter().try_for_each(write)
            }),
            Self::Aliases(aliases) => joined(aliases, write, |(name, operation), write| {
                [name, ": ", operation].into_iter().try_for_each(write)
            }),
            Self::Items(items) => joined(items, write, |Item { key, field, value }, write| {
                [key, point(field), field, "("].into_iter().try_for_each(&mut *write)?;
                value.try_pieces(write)?;
                write(")")
            }),
        }
    }

    /// The same, of no database.
    #[must_use]
    pub fn into_owned(self) -> Reply<'static> {
        match self {
            Self::Done => Reply::Done,
            Self::Bool(truth) => Reply::Bool(truth),
            Self::Value(value) => Reply::Value(value.map(Value::into_owned)),
            Self::Cells(cells) => Reply::Cells(
                cells.into_iter().map(|(field, value)| (owned(field), value.into_owned())).collect(),
            ),
            Self::Count(count) => Reply::Count(count),
            Self::Remaining(remaining) => Reply::Remaining(remaining),
            Self::Keys(keys) => Reply::Keys(keys.into_iter().map(owned).collect()),
            Self::Fields(fields) => {
                Reply::Fields(fields.into_iter().map(|(key, field)| (owned(key), owned(field))).collect())
            }
            Self::Values(values) => Reply::Values(values.into_iter().map(Value::into_owned).collect()),
            Self::Items(items) => Reply::Items(items.into_iter().map(Item::into_owned).collect()),
            Self::Aliases(aliases) => Reply::Aliases(
                aliases.into_iter().map(|(name, operation)| (owned(name), operation)).collect(),
            ),
        }
    }
}

impl Value<'_> {
    /// The same, of no database.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::Text(owned(text)),
            Self::List(items) => Value::List(items.into_iter().map(owned).collect()),
        }
    }
}

impl Item<'_> {
    fn into_owned(self) -> Item<'static> {
        Item { key: owned(self.key), field: owned(self.field), value: self.value.into_owned() }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// What stands between a key and a field.
fn point(field: &str) -> &'static str {
    if field.is_empty() { "" } else { "." }
}

/// Writes parts with a comma and a space between any two.
fn joined<T, E, W: FnMut(&str) -> Result<(), E>>(
    parts: &[T],
    mut write: W,
    part: impl Fn(&T, &mut W) -> Result<(), E>,
) -> Result<(), E> {
    for (place, shown) in parts.iter().enumerate() {
        if place > 0 {
            write(", ")?;
        }
        part(shown, &mut write)?;
    }
    Ok(())
}

impl fmt::Display for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.try_pieces(|piece| f.write_str(piece))
    }
}
