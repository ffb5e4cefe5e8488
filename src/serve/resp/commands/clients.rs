//! What concerns a connection: who it is, how it speaks, how it ends.

use super::subcommands::unknown;
use crate::serve::clients::Client;
use crate::serve::face::End;
use crate::serve::passwords::{DEFAULT, TRIES};
use crate::serve::resp::call::{Call, Done, Refused, SYNTAX, is, strict};
use crate::serve::resp::face::RespFace;
use crate::serve::resp::writer::Protocol;

/// The version of the protocol's commands that is spoken.
pub(super) const SPOKEN: &str = "7.4.0";

pub(in crate::serve::resp) fn hello(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    let mut protocol = face.protocol;
    let mut rest = &words[1..];
    if let [version, behind @ ..] = rest {
        let version = strict(version)
            .ok_or_else(|| Refused::said("ERR Protocol version is not an integer or out of range"))?;
        protocol = match version {
            2 => Protocol::Resp2,
            3 => Protocol::Resp3,
            _ => return Err(Refused::said("NOPROTO unsupported protocol version")),
        };
        rest = behind;
    }
    let (mut admitted, mut name) = (None, None);
    while !rest.is_empty() {
        rest = match rest {
            [word, user, password, behind @ ..] if is(word, "AUTH") => {
                admitted = Some((*user, *password));
                behind
            }
            [word, given, behind @ ..] if is(word, "SETNAME") => {
                check_name(given)?;
                name = Some(*given);
                behind
            }
            [word, ..] => return Err(Refused::said(format!("ERR Syntax error in HELLO option '{word}'"))),
            [] => break,
        };
    }
    if let Some((user, password)) = admitted {
        admit(face, call, user, password)?;
    }
    if !face.is_admitted() {
        return Err(Refused::said(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
        ));
    }
    if let Some(name) = name {
        name.clone_into(&mut face.client.name.borrow_mut());
    }
    face.speak(protocol);
    call.protocol = protocol;
    let id = face.client.id;
    call.say(|writer| {
        let number = if protocol == Protocol::Resp3 { 3 } else { 2 };
        writer.map(7);
        for (key, value) in [("server", "rewind"), ("version", SPOKEN)] {
            writer.bulk(key);
            writer.bulk(value);
        }
        writer.bulk("proto");
        writer.integer(number);
        writer.bulk("id");
        writer.count(id);
        for (key, value) in [("mode", "standalone"), ("role", "master")] {
            writer.bulk(key);
            writer.bulk(value);
        }
        writer.bulk("modules");
        writer.array(0);
    })
}

fn admit(face: &mut RespFace, call: &Call<'_>, user: &str, password: &str) -> Result<(), Refused> {
    let passwords = &call.desk.options.passwords;
    if !passwords.are_asked() && user == DEFAULT || passwords.admit(user, password) {
        user.clone_into(&mut face.client.user.borrow_mut());
        face.admit();
        return Ok(());
    }
    face.wrong += 1;
    if face.wrong >= TRIES {
        face.end = Some(End::Close);
    }
    Err(Refused::said("WRONGPASS invalid username-password pair or user is disabled."))
}

pub(in crate::serve::resp) fn auth(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    let (user, password) = match words {
        [_, password] if call.desk.options.passwords.are_asked() => (DEFAULT, *password),
        [_, _] => {
            return Err(Refused::said(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
            ));
        }
        [_, user, password] => (*user, *password),
        _ => return Err(Refused::said(SYNTAX)),
    };
    admit(face, call, user, password)?;
    call.ok()
}

pub(in crate::serve::resp) fn quit(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    face.end = Some(End::Close);
    call.ok()
}

pub(in crate::serve::resp) fn reset(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    face.reset(call.desk);
    call.protocol = Protocol::Resp2;
    call.say(|writer| writer.simple("RESET"))
}

pub(in crate::serve::resp) fn shutdown(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    if call.desk.options.no_shutdown {
        return Err(Refused::said("ERR SHUTDOWN is off"));
    }
    let is_known = |word: &&str| ["NOSAVE", "SAVE", "NOW", "FORCE"].iter().any(|known| is(word, known));
    if !words[1..].iter().all(is_known) {
        return Err(Refused::said(SYNTAX));
    }
    face.end = Some(End::Shutdown);
    Ok(())
}

fn check_name(name: &str) -> Result<(), Refused> {
    if name.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
        return Ok(());
    }
    Err(Refused::said("ERR Client names cannot contain spaces, newlines or special characters."))
}

pub(in crate::serve::resp) fn client(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    let subcommand = words[1].to_ascii_uppercase();
    match (&*subcommand, &words[2..]) {
        ("ID", []) => call.say(|writer| writer.count(face.client.id)),
        ("GETNAME", []) => {
            let name = face.client.name.borrow();
            call.text(Some(&name).filter(|name| !name.is_empty()).map(|name| name.as_str()))
        }
        ("SETNAME", [name]) => {
            check_name(name)?;
            (*name).clone_into(&mut face.client.name.borrow_mut());
            call.ok()
        }
        ("SETINFO", [what, value]) => set_info(face, call, what, value),
        ("INFO", []) => {
            let line = line(&face.client);
            call.say(|writer| writer.verbatim(&format!("{line}\n")))
        }
        ("LIST", []) => {
            let lines: String = call.desk.clients.iter().map(|client| line(client) + "\n").collect();
            call.say(|writer| writer.verbatim(&lines))
        }
        ("KILL", [word, id, rest @ ..]) if is(word, "ID") => {
            let id = strict(id).and_then(|id| u64::try_from(id).ok());
            let id = id
                .filter(|id| *id > 0)
                .ok_or_else(|| Refused::said("ERR client-id should be greater than 0"))?;
            if !rest.is_empty() {
                return Err(Refused::said(SYNTAX));
            }
            let found = call.desk.clients.get(id).cloned();
            if id == face.client.id {
                face.end = Some(End::Close);
            } else if let Some(found) = &found {
                found.end();
            }
            call.integer(i64::from(found.is_some()))
        }
        // An address, in the way of old; nobody is ended by that.
        ("KILL", [_]) => Err(Refused::said("ERR No such client")),
        ("NO-EVICT" | "NO-TOUCH", [how]) if is(how, "ON") || is(how, "OFF") => call.ok(),
        ("LIST" | "KILL" | "NO-EVICT" | "NO-TOUCH", _) => Err(Refused::said(SYNTAX)),
        ("HELP", []) => call.say(|writer| {
            writer.array(HELP.len());
            for line in &HELP {
                writer.simple(line);
            }
        }),
        _ => Err(unknown("CLIENT", words[1])),
    }
}

const HELP: [&str; 10] = [
    "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "GETNAME -- Return the name of the current connection.",
    "ID -- Return the ID of the current connection.",
    "INFO -- Return information about the current connection.",
    "KILL ID <id> -- Kill a connection.",
    "LIST -- Return information about all connections.",
    "SETINFO <LIB-NAME|LIB-VER> <value> -- Set what the connection's library is.",
    "SETNAME <name> -- Assign a name to the current connection.",
    "NO-EVICT (ON|OFF), NO-TOUCH (ON|OFF) -- Do nothing.",
    "HELP -- Print this help.",
];

fn set_info(face: &RespFace, call: &mut Call<'_>, what: &str, value: &str) -> Done {
    let place = match () {
        () if is(what, "LIB-NAME") => 0,
        () if is(what, "LIB-VER") => 1,
        () => return Err(Refused::said(format!("ERR Unrecognized option '{what}'"))),
    };
    if check_name(value).is_err() {
        let what = what.to_ascii_lowercase();
        return Err(Refused::said(format!(
            "ERR {what} cannot contain spaces, newlines or special characters."
        )));
    }
    value.clone_into(&mut face.client.library.borrow_mut()[place]);
    call.ok()
}

/// A connection, as CLIENT LIST shows it.
fn line(client: &Client) -> String {
    let [library, version] = &*client.library.borrow();
    format!(
        "id={} addr={} laddr={} fd=-1 name={} age={} idle={} flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf={} qbuf-free=0 obl=0 oll=0 omem={} tot-mem={} events=r cmd={} user={} redir=-1 resp={} lib-name={library} lib-ver={version}",
        client.id,
        client.peer,
        client.local,
        client.name.borrow(),
        client.since.elapsed().as_secs(),
        client.spoke.get().elapsed().as_secs(),
        client.input.get(),
        client.output.get(),
        client.held(),
        client.command.get().to_ascii_lowercase(),
        client.user.borrow(),
        client.protocol.get(),
    )
}
