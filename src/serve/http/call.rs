//! A request as it is carried out: what it names, and who is asked.

use std::rc::Rc;

use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, too_long};
use crate::query::{Part, Query};
use crate::reply::Reply;
use crate::serve::desk::{Desk, Held, Transaction};
use crate::serve::refusal::Refusal;
use crate::serve::server::Server;
use crate::wire::Request;

/// Which transaction a request is part of.
pub(super) const TRANSACTION: HeaderName = HeaderName::from_static("rewind-transaction");

/// A number of a body: JSON has `5.0` for 5 too.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "serde_json::Number")]
pub(super) struct Whole(pub(super) u64);

impl TryFrom<serde_json::Number> for Whole {
    type Error = String;

    fn try_from(number: serde_json::Number) -> Result<Self, String> {
        /// From here on not every number has a fraction of its own.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let is_whole = |float: &f64| float.fract() == 0.0 && (0.0..EXACT).contains(float);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole, and in range"
        )]
        let whole = number.as_u64().or_else(|| number.as_f64().filter(is_whole).map(|float| float as u64));
        whole.map(Self).ok_or_else(|| format!("{number} is no number from 0 to {}", u64::MAX))
    }
}

/// What is asked.
pub(super) struct Asked {
    /// What stands in the place of the names in a route's path.
    pub(super) names: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A request that is carried out.
pub(super) struct Call<'c> {
    pub(super) desk: &'c mut Desk,
    pub(super) held: &'c mut Held,
    pub(super) server: &'c Rc<Server>,
    /// The transaction that it is part of.
    pub(super) who: Option<&'c Transaction>,
    pub(super) asked: &'c Asked,
    /// How many bytes of values are gathered for the answer.
    pub(super) gathered: usize,
}

impl Asked {
    /// What a body is, without what says how it is written.
    pub(super) fn kind(&self) -> Option<String> {
        let kind = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        Some(kind.split(';').next().unwrap_or(kind).trim().to_ascii_lowercase())
    }

    /// What a name of the path stands for.
    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
    }

    /// The same as a number.
    ///
    /// # Errors
    /// 400: it is none, or not from that range.
    pub(super) fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Problem> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let wrong = || Problem::bad("a parameter is no number in its range");
        number.map(Some).ok_or_else(|| wrong().with_detail(format!("{name} is from {least} to {most}")))
    }

    /// The body, from JSON.
    ///
    /// # Errors
    /// 400.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // Who sends nothing is told what is asked for.
        let body: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
        serde_json::from_slice(body)
            .map_err(|error| Problem::bad("the body is not what is asked for").with_detail(error.to_string()))
    }
}

impl Call<'_> {
    /// The server, for what goes on behind the answer.
    pub(super) fn shared(&self) -> Rc<Server> {
        Rc::clone(self.server)
    }

    /// Asks one query. What `each` makes of the reply may leave only in an answer.
    ///
    /// # Errors
    /// What the database refuses.
    pub(super) fn ask<R>(
        &mut self,
        query: &Query<'_>,
        each: impl FnOnce(&Reply<'_>) -> R,
    ) -> Result<R, Problem> {
        self.check_words(query)?;
        Ok(self.desk.ask(self.who, query, self.held, |_, reply| each(reply))?)
    }

    /// Is every word short enough? A body may be longer than a word.
    ///
    /// # Errors
    /// 413.
    pub(super) fn check_words(&self, query: &Query<'_>) -> Result<(), Problem> {
        let most = self.server.limits().word;
        let mut is_long = false;
        if self.asked.body.len() > most {
            query.each_word(|_, part| is_long |= matches!(part, Part::Text(text) if text.len() > most));
        }
        if is_long { Err(Problem::new(413, "large", "a word is too large")) } else { Ok(()) }
    }

    /// So many bytes more may be gathered for the answer.
    pub(super) fn room(&self) -> usize {
        self.server.limits().unread.saturating_sub(self.gathered)
    }

    /// Gathers so many bytes more for the answer.
    ///
    /// # Errors
    /// It is longer than a client may leave unread.
    pub(super) fn gather(&mut self, bytes: usize) -> Result<(), Problem> {
        let room = self.room();
        self.gathered += bytes;
        if bytes > room { Err(too_long()) } else { Ok(()) }
    }

    /// Is it so?
    pub(super) fn is_so(&mut self, query: &Query<'_>) -> Result<bool, Problem> {
        self.ask(query, |reply| *reply == Reply::Bool(true))
    }

    /// Asks queries as one group.
    pub(super) fn ask_all(&mut self, queries: Vec<Query<'_>>) -> Result<(), Problem> {
        queries.iter().try_for_each(|query| self.check_words(query))?;
        if queries.len() > self.server.limits().queries {
            return Err(Refusal::Long.into());
        }
        let requests: Vec<_> = queries.into_iter().map(Request::One).collect();
        Ok(self.desk.ask_group(self.who, &requests, self.held, |_, _| ())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_however_json_writes_them() {
        let read = |text: &str| serde_json::from_str::<Whole>(text).ok().map(|Whole(number)| number);
        let rows = [("0", 0), ("7.0", 7), ("1e3", 1_000), ("-0.0", 0), ("18446744073709551615", u64::MAX)];
        for (text, number) in rows {
            assert_eq!(read(text), Some(number), "{text}");
        }
        for text in ["-1", "1.5", "1e300", "9007199254740993.0", "18446744073709551616", "\"7\"", "null"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
