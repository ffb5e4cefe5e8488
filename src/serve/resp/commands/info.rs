//! What INFO tells of the server.

use super::clients::SPOKEN;
use crate::serve::options::FaceKind;
use crate::serve::resp::call::{Call, Done, Refused, is};
use crate::serve::server::{in_use, resident};

pub(in crate::serve::resp) fn info(call: &mut Call<'_>, words: &[&str]) -> Done {
    let asked = &words[1..];
    let is_all = |word: &&str| ["all", "everything", "default"].iter().any(|all| is(word, all));
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|word| is(word, name) || is_all(word));
    let sections = sections(call)?;
    let shown = sections.iter().filter(|(name, _)| is_asked(name));
    let shown = shown.map(|(name, lines)| {
        let lines = lines.iter().map(|(key, value)| format!("{key}:{value}\r\n"));
        format!("# {name}\r\n{}", lines.collect::<Vec<_>>().concat())
    });
    let text = shown.collect::<Vec<_>>().join("\r\n");
    call.say(|writer| writer.verbatim(&text))
}

type Section = (&'static str, Vec<(String, String)>);

fn section(name: &'static str, lines: &[(&str, String)]) -> Section {
    (name, lines.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

/// What INFO tells: what clients look for, and what is counted.
fn sections(call: &mut Call<'_>) -> Result<Vec<Section>, Refused> {
    let mut records = 0;
    call.ask(&crate::query::Query::Size {}, |_, reply| {
        if let crate::reply::Reply::Count(count) = reply {
            records = *count;
        }
    })?;
    let (now, desk) = (call.now(), &*call.desk);
    let (sizes, metrics, memory) = (desk.see().sizes(), &desk.metrics, in_use(&desk.options));
    let of_faces = |count: fn(&crate::serve::metrics::FaceMetrics) -> u64| {
        metrics.faces().iter().map(count).sum::<u64>().to_string()
    };
    let is_kept = desk.is_durable();
    let mut sections = vec![
        section(
            "Server",
            &[
                ("redis_version", SPOKEN.to_owned()),
                ("rewind_version", env!("CARGO_PKG_VERSION").to_owned()),
                ("redis_mode", "standalone".to_owned()),
                ("os", std::env::consts::OS.to_owned()),
                ("arch_bits", usize::BITS.to_string()),
                ("process_id", std::process::id().to_string()),
                ("uptime_in_seconds", metrics.began.elapsed().as_secs().to_string()),
                ("clock", now.to_string()),
            ],
        ),
        section(
            "Clients",
            &[
                ("connected_clients", desk.clients.len().to_string()),
                ("maxclients", desk.options.limits.connections.to_string()),
                ("blocked_clients", "0".to_owned()),
                ("transactions_open", desk.transactions().to_string()),
            ],
        ),
        section(
            "Memory",
            &[
                ("used_memory", memory.to_string()),
                ("used_memory_human", format!("{}M", memory >> 20)),
                ("used_memory_rss", resident().to_string()),
                ("maxmemory", desk.options.limits.memory.unwrap_or(0).to_string()),
            ],
        ),
        section(
            "Persistence",
            &[
                ("loading", "0".to_owned()),
                ("aof_enabled", u8::from(is_kept).to_string()),
                ("rewind_commits", metrics.commits.count.to_string()),
                ("rewind_commits_failed", metrics.commits_failed.to_string()),
                ("rewind_commit_usec", (metrics.commits.sum / 1_000).to_string()),
            ],
        ),
        section(
            "Stats",
            &[
                ("total_connections_received", of_faces(|face| face.connections)),
                ("total_commands_processed", of_faces(|face| face.all_requests)),
                ("total_net_input_bytes", of_faces(|face| face.received)),
                ("total_net_output_bytes", of_faces(|face| face.sent)),
                ("rejected_connections", of_faces(|face| face.refused)),
                ("total_error_replies", of_faces(|face| face.errors.values().sum())),
                ("rewind_turns", metrics.turns.count.to_string()),
                ("rewind_turn_usec", (metrics.turns.sum / 1_000).to_string()),
                ("rewind_transactions_committed", metrics.committed_transactions.to_string()),
                ("rewind_transactions_refused", metrics.refused_transactions.to_string()),
            ],
        ),
        section("Replication", &[("role", "master".to_owned()), ("connected_slaves", "0".to_owned())]),
    ];
    let requests = &metrics.faces()[FaceKind::Resp as usize].requests;
    let of_command =
        |(name, calls): (&&str, &u64)| (format!("cmdstat_{}", name.to_lowercase()), format!("calls={calls}"));
    sections.push(("Commandstats", requests.iter().map(of_command).collect()));
    sections.push(section(
        "Rewind",
        &[
            ("records", sizes.records.to_string()),
            ("cells", sizes.cells.to_string()),
            ("versions", sizes.versions.to_string()),
            ("backups", sizes.backups.to_string()),
            ("branches", sizes.branches.to_string()),
        ],
    ));
    let keys = section("Keyspace", &[("db0", format!("keys={records},expires=0,avg_ttl=0"))]);
    sections.push(if records == 0 { ("Keyspace", Vec::new()) } else { keys });
    Ok(sections)
}
