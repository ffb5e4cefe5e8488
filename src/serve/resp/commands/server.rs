//! What concerns the server, and what only says something.

use super::subcommands::unknown;
use crate::serve::listener::GONE;
use crate::serve::resp::call::{Call, Done, Refused, glob, integer, is};

pub(in crate::serve::resp) fn ping(call: &mut Call<'_>, words: &[&str]) -> Done {
    match words {
        [_] => call.say(|writer| writer.simple("PONG")),
        [_, message] => call.text(Some(message)),
        _ => Err(Refused::said("ERR wrong number of arguments for 'ping' command")),
    }
}

pub(in crate::serve::resp) fn echo(call: &mut Call<'_>, words: &[&str]) -> Done {
    call.text(Some(words[1]))
}

pub(in crate::serve::resp) fn select(call: &mut Call<'_>, words: &[&str]) -> Done {
    let range = i64::from(i32::MIN)..=i64::from(i32::MAX);
    match integer(words[1])? {
        0 => call.ok(),
        index if !range.contains(&index) => Err(Refused::said(format!(
            "ERR value is out of range, value must between {} and {}",
            range.start(),
            range.end()
        ))),
        _ => Err(Refused::said("ERR DB index is out of range")),
    }
}

pub(in crate::serve::resp) fn time(call: &mut Call<'_>, _: &[&str]) -> Done {
    let now = call.now().0;
    call.say(|writer| {
        writer.array(2);
        writer.bulk(&(now / 1000).to_string());
        writer.bulk(&(now % 1000 * 1000).to_string());
    })
}

pub(in crate::serve::resp) fn lastsave(call: &mut Call<'_>, _: &[&str]) -> Done {
    let now = call.now().0;
    call.say(|writer| writer.count(now / 1000))
}

fn snapshot(call: &mut Call<'_>) -> Done {
    call.desk.database().compact().map_err(|error| Refused::said(format!("ERR {error}")))
}

pub(in crate::serve::resp) fn save(call: &mut Call<'_>, _: &[&str]) -> Done {
    snapshot(call)?;
    call.ok()
}

pub(in crate::serve::resp) fn bgsave(call: &mut Call<'_>, words: &[&str]) -> Done {
    match &words[1..] {
        [] => {}
        [how] if is(how, "SCHEDULE") => {}
        _ => return Err(Refused::said(crate::serve::resp::call::SYNTAX)),
    }
    snapshot(call)?;
    call.say(|writer| writer.simple("Background saving started"))
}

pub(in crate::serve::resp) fn bgrewriteaof(call: &mut Call<'_>, _: &[&str]) -> Done {
    snapshot(call)?;
    call.say(|writer| writer.simple("Background append only file rewriting started"))
}

pub(in crate::serve::resp) fn module(call: &mut Call<'_>, _: &[&str]) -> Done {
    call.say(|writer| writer.array(0))
}

pub(in crate::serve::resp) fn config(call: &mut Call<'_>, words: &[&str]) -> Done {
    match words {
        [_, get, patterns @ ..] if is(get, "GET") => {
            let settings = settings(call);
            let patterns: Vec<_> = patterns
                .iter()
                .map(|pattern| glob(&pattern.to_ascii_lowercase()))
                .collect::<Result<_, _>>()?;
            let is_asked = |name: &str| patterns.iter().any(|pattern| pattern.is_match(name.as_bytes()));
            let asked: Vec<_> = settings.iter().filter(|(name, _)| is_asked(name)).collect();
            call.say(|writer| {
                writer.map(asked.len());
                for (name, value) in asked {
                    writer.bulk(name);
                    writer.bulk(value);
                }
            })
        }
        [_, set, name, ..] if is(set, "SET") => {
            Err(Refused::said(format!("ERR {name} cannot be changed while it runs")))
        }
        [_, reset] if is(reset, "RESETSTAT") => call.ok(),
        _ => Err(unknown("CONFIG", words[1])),
    }
}

/// How the server is set, in the names that clients know.
fn settings(call: &Call<'_>) -> [(&'static str, String); 9] {
    let limits = &call.desk.options.limits;
    let is_kept = if call.desk.is_durable() { "yes" } else { "no" };
    [
        ("save", String::new()),
        ("appendonly", is_kept.to_owned()),
        ("databases", "1".to_owned()),
        ("maxclients", limits.connections.to_string()),
        ("maxmemory", limits.memory.unwrap_or(0).to_string()),
        ("maxmemory-policy", "noeviction".to_owned()),
        ("proto-max-bulk-len", limits.word.to_string()),
        ("timeout", "0".to_owned()),
        ("tcp-keepalive", GONE.as_secs().to_string()),
    ]
}
