//! A command of py-in-mem: read from its words, and carried out.

use serde_json::{Value as Json, json};

use crate::db::Error;
use crate::query::{Language, Query, RawQuery};
use crate::reply::{Reply, Value};
use crate::serve::http::call::Call;
use crate::serve::http::dialects::{keys, own_value, own_values, size, within};
use crate::serve::http::problem::Problem;
use crate::time::Ttl;
use crate::wire::{Answer as Replied, Request};

/// What is answered.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) message: String,
    pub(super) data: Json,
}

impl Said {
    pub(super) fn ok(message: impl Into<String>, data: Json) -> Self {
        Self { status: 200, message: message.into(), data }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into(), data: Json::Null }
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { status: 500, message: message.into(), data: Json::Null }
    }

    pub(super) fn into_json(self) -> Json {
        json!({ "status": self.status, "message": self.message, "data": self.data })
    }
}

/// A command.
pub(super) enum Command {
    Put {
        key: String,
        value: String,
        seconds: Option<String>,
        ttl: Option<Ttl>,
    },
    Get(String),
    Delete(String),
    Exists(String),
    /// What is looked through, how, and for what.
    Find(&'static str, &'static str, String),
    Clear,
    Keys,
    Values,
    Items,
    Size,
    Alias(String, String),
    ShowAlias,
    ResetAlias,
}

/// The commands that may have other names.
const NAMED: [&str; 10] =
    ["put", "get", "delete", "exists", "find", "clear", "keys", "values", "items", "size"];

impl Command {
    /// Reads one from its name and its words.
    pub(super) fn read(name: &str, words: Vec<String>, default: Option<Ttl>) -> Result<Self, Said> {
        let count = words.len();
        let mut words = words.into_iter();
        let mut next = || words.next().unwrap_or_default();
        Ok(match (name, count) {
            ("put", 2 | 3) => return Self::put(next(), next(), (count == 3).then(next), default),
            ("get", 1) => Self::Get(next()),
            ("delete", 1) => Self::Delete(next()),
            ("exists", 1) => Self::Exists(next()),
            ("find", 1..) => return Self::find(&words.collect::<Vec<_>>()),
            ("alias", 2) => return Self::alias(next(), next()),
            ("clear", _) => Self::Clear,
            ("keys", _) => Self::Keys,
            ("values", _) => Self::Values,
            ("items", _) => Self::Items,
            ("size", _) => Self::Size,
            ("show-alias", _) => Self::ShowAlias,
            ("reset-alias", _) => Self::ResetAlias,
            ("put", _) => return Err(Said::bad("Use: put <key> <value> [<seconds>]")),
            ("find", _) => return Err(Said::bad(FIND)),
            ("alias", _) => {
                return Err(Said::bad("Invalid alias command format. Use: alias <alias_name> <command>"));
            }
            ("get" | "delete" | "exists", _) => return Err(Said::bad(format!("Use: {name} <key>"))),
            _ => return Err(Said::bad(format!("Unknown command: {name}"))),
        })
    }

    fn put(key: String, value: String, seconds: Option<String>, default: Option<Ttl>) -> Result<Self, Said> {
        for (what, text) in [("Key", &key), ("Value", &value)] {
            if text.is_empty() {
                return Err(Said::bad(format!("{what} cannot be empty")));
            }
        }
        let ttl = match &seconds {
            None => default,
            Some(text) => {
                let millis = text.parse::<u64>().ok().and_then(|seconds| seconds.checked_mul(1_000));
                let wrong = || Said::bad("Expiration time must be a non-negative integer");
                Some(Ttl(millis.ok_or_else(wrong)?))
            }
        };
        Ok(Self::Put { key, value, seconds, ttl })
    }

    fn find(words: &[String]) -> Result<Self, Said> {
        let (mut what, mut how, mut pattern) = (None, "EXACT", None);
        for word in words {
            match &**word {
                "-k" | "--key" => what = Some("KEY"),
                "-v" | "--value" => what = Some("VALUE"),
                "-r" | "--regex" => how = "REGEX",
                "-l" | "--like" => how = "LIKE",
                word if pattern.is_none() => pattern = Some(word.to_owned()),
                _ => return Err(Said::bad(FIND)),
            }
        }
        let (Some(what), Some(pattern)) = (what, pattern) else { return Err(Said::bad(FIND)) };
        // Theirs begins where the text does.
        let pattern = if how == "REGEX" { format!("^(?:{pattern})") } else { pattern };
        Ok(Self::Find(what, how, pattern))
    }

    fn alias(name: String, command: String) -> Result<Self, Said> {
        if NAMED.contains(&&*command) {
            Ok(Self::Alias(name, command))
        } else {
            Err(Said::bad(format!("Command '{command}' is not a valid command.")))
        }
    }

    /// Carries it out.
    pub(super) fn carry_out(&self, call: &mut Call<'_>) -> Result<Said, Problem> {
        Ok(match self {
            Self::Put { key, value, seconds, ttl } => {
                match ttl {
                    None => call.ask(&Query::Put { key, value }, |_| ())?,
                    Some(ttl) => call.ask(&Query::PutWithTtl { key, value, ttl: *ttl }, |_| ())?,
                }
                let seconds = seconds.as_deref().unwrap_or("None");
                let message = format!("Key '{key}' set with value '{value}' and expiration time '{seconds}'");
                Said::ok(message, Json::Null)
            }
            Self::Get(key) => match own_value(call, key)? {
                Some(value) => Said::ok(format!("Key '{key}' retrieved successfully."), shown(&value)),
                None => Said::ok(format!("Key '{key}' not found"), Json::Null),
            },
            Self::Delete(key) => {
                let is_gone = call.is_so(&Query::Delete { key, field: "" })?;
                let what = if is_gone { "deleted successfully." } else { "not found" };
                Said::ok(format!("Key '{key}' {what}"), Json::Null)
            }
            Self::Exists(key) => {
                let is_there = call.is_so(&Query::Exists { key, field: "" })?;
                let truth = if is_there { "True" } else { "False" };
                Said::ok(format!("Key '{key}' exists: {truth}"), is_there.into())
            }
            Self::Find(what, how, pattern) => find(call, what, how, pattern)?,
            Self::Clear => {
                call.ask(&Query::Clear {}, |_| ())?;
                Said::ok("Database cleared successfully.", Json::Null)
            }
            Self::Keys => Said::ok("Keys retrieved successfully.", keys(call)?.into()),
            Self::Values => {
                Said::ok("Values retrieved successfully.", own_values(call, |_, value| shown(value))?.into())
            }
            Self::Items => {
                let items = own_values(call, |key, value| json!([key, shown(value)]))?;
                Said::ok("Items retrieved successfully.", items.into())
            }
            Self::Size => Said::ok("Size retrieved successfully.", size(call)?.into()),
            Self::Alias(name, command) => alias(call, name, command)?,
            Self::ShowAlias => show_alias(call),
            Self::ResetAlias => {
                call.ask(&Query::ResetAliases {}, |_| ())?;
                Said::ok("Aliases reset successfully.", Json::Null)
            }
        })
    }
}

const FIND: &str = "Invalid pattern format. \
                    Use: find -[k,v] <pattern> or find -[k,v] -r <regex> or find -[k,v] -l <like-pattern>";

/// A list is as it is shown elsewhere: they have texts alone.
fn shown(value: &Value<'_>) -> Json {
    value.shown().into_owned().into()
}

/// Asks words of our language, and makes of the reply what `each` does; what is wrong with them is told.
fn ask_words<R: Default>(
    call: &mut Call<'_>,
    words: Vec<&str>,
    each: impl Fn(&Reply<'_>) -> R,
) -> Result<Result<R, Said>, Problem> {
    let raw = RawQuery { words, arrays: Vec::new() };
    let request = Request::parse(&raw, call.desk.see().aliases(), Language::records().last_level());
    let request = match request {
        Ok(request) => request,
        Err(mistake) => return Ok(Err(Said::bad(Error::from(mistake).to_string()))),
    };
    let mut made = R::default();
    call.desk.ask_group(call.who, &[request], call.held, |_, answer| {
        if let Replied::One(reply) = answer {
            made = each(reply);
        }
    })?;
    Ok(Ok(made))
}

fn find(call: &mut Call<'_>, what: &str, how: &str, pattern: &str) -> Result<Said, Problem> {
    let room = call.room();
    let found = ask_words(call, vec!["FIND", what, how, pattern], |reply| match reply {
        Reply::Keys(keys) => within(room, keys.iter().map(|key| (**key).into())),
        Reply::Items(items) => {
            within(room, items.iter().filter(|item| item.field.is_empty()).map(|item| shown(&item.value)))
        }
        _ => (Vec::new(), 0),
    })?;
    let (found, bytes) = match found {
        Err(refused) => return Ok(refused),
        Ok(found) => found,
    };
    call.gather(bytes)?;
    Ok(Said::ok("Find command executed successfully", found.into()))
}

fn alias(call: &mut Call<'_>, name: &str, command: &str) -> Result<Said, Problem> {
    let operation = command.to_ascii_uppercase();
    let is_set = |reply: &Reply<'_>| *reply == Reply::Bool(true);
    Ok(match ask_words(call, vec!["ALIAS", name, &operation], is_set)? {
        Err(refused) => refused,
        Ok(true) => Said::ok(format!("Alias '{name}' set for command '{command}'."), Json::Null),
        Ok(false) => Said::bad(format!("Alias '{name}' already exists. Use a different name.")),
    })
}

fn show_alias(call: &Call<'_>) -> Said {
    let aliases = call.desk.see().aliases().iter();
    let aliases = aliases.map(|(name, operation)| (name.to_owned(), operation.to_ascii_lowercase().into()));
    Said::ok("Aliases retrieved successfully.", aliases.collect::<serde_json::Map<_, _>>().into())
}
