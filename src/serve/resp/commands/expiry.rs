//! Lifetimes of keys. Those of a hash are those of its fields: it gets one lifetime for all of them, and has the
//! longest.

use crate::query::Query;
use crate::reply::Reply;
use crate::serve::resp::call::{Call, Done, Refused, beginning, integer, is};
use crate::time::Ttl;

/// How long a key lives.
#[derive(Clone, Copy)]
enum Left {
    NotThere,
    ForEver,
    /// So many milliseconds.
    For(i64),
}

fn left(call: &mut Call<'_>, key: &str) -> Result<Left, Refused> {
    call.ask(&Query::TtlOfRecord { key }, |_, reply| match reply {
        Reply::Remaining(Some(left)) => Left::For(i64::try_from(*left).unwrap_or(i64::MAX)),
        Reply::Remaining(None) => Left::ForEver,
        _ => Left::NotThere,
    })
}

/// When a key may be given another end.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are given one by one")]
struct Conditions {
    if_permanent: bool,
    if_ending: bool,
    if_later: bool,
    if_earlier: bool,
}

impl Conditions {
    fn read(words: &[&str]) -> Result<Self, Refused> {
        let mut conditions = Self::default();
        for word in words {
            let of = [
                ("NX", &mut conditions.if_permanent),
                ("XX", &mut conditions.if_ending),
                ("GT", &mut conditions.if_later),
                ("LT", &mut conditions.if_earlier),
            ];
            let Some((_, condition)) = of.into_iter().find(|(name, _)| is(word, name)) else {
                let word = beginning(word, usize::MAX);
                return Err(Refused::said(format!("ERR Unsupported option {word}")));
            };
            *condition = true;
        }
        let Self { if_permanent, if_ending, if_later, if_earlier } = conditions;
        if if_permanent && (if_ending || if_later || if_earlier) {
            let text = "ERR NX and XX, GT or LT options at the same time are not compatible";
            return Err(Refused::said(text));
        }
        if if_later && if_earlier {
            return Err(Refused::said("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(conditions)
    }

    /// Do they hold for a key that ends then, and is to end at another moment?
    fn hold(&self, before: Option<i64>, end: i64) -> bool {
        !(self.if_permanent && before.is_some()
            || self.if_ending && before.is_none()
            || self.if_later && before.is_none_or(|before| end <= before)
            || self.if_earlier && before.is_some_and(|before| end >= before))
    }
}

/// Gives a key the end that a number says, in seconds or milliseconds, from now on or since 1970.
fn end_at(call: &mut Call<'_>, words: &[&str], unit: i64, from_now: bool, command: &str) -> Done {
    let conditions = Conditions::read(&words[3..])?;
    let (key, number) = (words[1], integer(words[2])?);
    let now = i64::try_from(call.now().0).unwrap_or(i64::MAX);
    let from = if from_now { now } else { 0 };
    let end = number.checked_mul(unit).and_then(|number| number.checked_add(from));
    let end = end.ok_or_else(|| Refused::said(format!("ERR invalid expire time in '{command}' command")))?;
    let before = match left(call, key)? {
        Left::NotThere => return call.integer(0),
        Left::ForEver => None,
        Left::For(left) => Some(now.saturating_add(left)),
    };
    if !conditions.hold(before, end) {
        return call.integer(0);
    }
    let query = match u64::try_from(end.saturating_sub(now)) {
        Ok(ttl) if ttl > 0 => Query::ExpireRecord { key, ttl: Ttl(ttl) },
        _ => Query::DeleteRecord { key },
    };
    call.ask(&query, |_, _| ())?;
    call.integer(1)
}

pub(in crate::serve::resp) fn expire(call: &mut Call<'_>, words: &[&str]) -> Done {
    end_at(call, words, 1000, true, "expire")
}

pub(in crate::serve::resp) fn pexpire(call: &mut Call<'_>, words: &[&str]) -> Done {
    end_at(call, words, 1, true, "pexpire")
}

pub(in crate::serve::resp) fn expireat(call: &mut Call<'_>, words: &[&str]) -> Done {
    end_at(call, words, 1000, false, "expireat")
}

pub(in crate::serve::resp) fn pexpireat(call: &mut Call<'_>, words: &[&str]) -> Done {
    end_at(call, words, 1, false, "pexpireat")
}

/// Tells how long a key lives, or when it ends.
fn tell(call: &mut Call<'_>, key: &str, of: impl Fn(i64) -> i64) -> Done {
    let left = match left(call, key)? {
        Left::NotThere => -2,
        Left::ForEver => -1,
        Left::For(left) => of(left),
    };
    call.integer(left)
}

/// To the nearest second.
fn seconds(milliseconds: i64) -> i64 {
    milliseconds.saturating_add(500) / 1000
}

fn moment(call: &Call<'_>) -> impl Fn(i64) -> i64 + use<> {
    let now = i64::try_from(call.now().0).unwrap_or(i64::MAX);
    move |left| now.saturating_add(left)
}

pub(in crate::serve::resp) fn ttl(call: &mut Call<'_>, words: &[&str]) -> Done {
    tell(call, words[1], seconds)
}

pub(in crate::serve::resp) fn pttl(call: &mut Call<'_>, words: &[&str]) -> Done {
    tell(call, words[1], |left| left)
}

pub(in crate::serve::resp) fn expiretime(call: &mut Call<'_>, words: &[&str]) -> Done {
    let moment = moment(call);
    tell(call, words[1], |left| seconds(moment(left)))
}

pub(in crate::serve::resp) fn pexpiretime(call: &mut Call<'_>, words: &[&str]) -> Done {
    let moment = moment(call);
    tell(call, words[1], moment)
}

pub(in crate::serve::resp) fn persist(call: &mut Call<'_>, words: &[&str]) -> Done {
    let is_done = call.is_so(&Query::PersistRecord { key: words[1] })?;
    call.integer(i64::from(is_done))
}
