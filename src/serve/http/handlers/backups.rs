//! Moments that can be gone back to.

use serde::Deserialize;
use serde_json::json;

use crate::query::{Query, RestorePoint};
use crate::reply::Reply;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::{Call, Whole};
use crate::serve::http::problem::Problem;
use crate::time::Time;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = r#"an object, as in {"to": 1700000000000}"#)]
struct To {
    to: Whole,
}

/// All of them, in order, each with how many records were live.
fn moments(call: &mut Call<'_>) -> Vec<(Time, u64)> {
    call.desk.database().backups(call.who.map(|who| &who.session))
}

pub(in crate::serve::http) fn list(call: &mut Call<'_>) -> Outcome {
    let backups = moments(call).into_iter().map(|(at, records)| json!({ "at": at.0, "records": records }));
    Ok(Answer::json(200, &members! { "backups": backups.collect::<Vec<_>>() }))
}

pub(in crate::serve::http) fn backup(call: &mut Call<'_>) -> Outcome {
    let timestamp = call.desk.now();
    let records = call.ask(&Query::Backup { timestamp }, |reply| match reply {
        Reply::Count(records) => *records,
        _ => 0,
    })?;
    Ok(Answer::json(201, &members! { "at": timestamp.0, "records": records }))
}

pub(in crate::serve::http) fn restore(call: &mut Call<'_>) -> Outcome {
    let To { to: Whole(to) } = call.asked.json()?;
    let found = moments(call).into_iter().rev().find(|(at, _)| at.0 <= to);
    let (at, _) = found.ok_or_else(|| Problem::new(404, "no-backup", "there is no backup that early"))?;
    let (timestamp, timestamp_to_restore) = (call.desk.now(), RestorePoint(Time(to)));
    call.ask(&Query::Restore { timestamp, timestamp_to_restore }, |_| ())?;
    Ok(Answer::json(200, &members! { "at": timestamp.0, "to": at.0 }))
}
