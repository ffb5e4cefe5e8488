//! A connection of a Redis client.
//!
//! Invariants: whose command it is turns on its name and its number of words alone, never on what the words say; what
//! is refused has one error for a reply; before a password is given, where one is asked, nothing of the database is
//! told.

mod turn;

use std::collections::BTreeSet;
use std::mem;
use std::rc::Rc;

use super::call::{Call, Done, Refused};
use super::commands::Run;
use super::commands::batch::Batch;
use super::ours;
use super::parser::{Parser, ProtocolError, WordLimits};
use super::whose::Whose;
use super::writer::{Protocol, Writer};
use crate::serve::clients::Client;
use crate::serve::desk::{Desk, Held, Transaction};
use crate::serve::face::End;
use crate::serve::options::{FaceKind, Options};
use crate::serve::passwords::DEFAULT;

/// A connection of a Redis client.
pub(in crate::serve) struct RespFace {
    pub(super) client: Rc<Client>,
    parser: Parser,
    limits: WordLimits,
    pub(super) protocol: Protocol,
    is_asked: bool,
    /// How many wrong passwords there were.
    pub(super) wrong: u32,
    pub(super) speech: Speech,
    /// Are the commands of an EXEC being carried out?
    pub(super) is_executing: bool,
    pub(super) transaction: Option<Transaction>,
    pub(super) watched: Option<Watched>,
    pub(super) queue: Option<Queue>,
    pub(super) end: Option<End>,
    /// The command that was last carried out, and how often, to be counted.
    counted: (&'static str, u64),
}

/// What MULTI has queued.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) commands: Vec<Vec<String>>,
    pub(super) is_aborted: bool,
    bytes: usize,
}

/// What language a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// That of Redis, and ours where that has no such command.
    Redis,
    /// Ours.
    Ours,
    /// Ours, whose answers are its own texts.
    Text,
}

/// Keys that must stay as they are until EXEC.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) keys: BTreeSet<String>,
    /// Those of all words that were watched.
    pub(super) bytes: usize,
    /// What has read them; it cannot be committed once one has changed.
    pub(super) transaction: Option<Transaction>,
    /// Has one changed?
    pub(super) is_broken: bool,
}

impl RespFace {
    pub(in crate::serve) fn new(client: Rc<Client>, options: &Options) -> Self {
        let limits = WordLimits {
            word: options.limits.word,
            request: options.limits.request,
            words: options.limits.words,
            inline: options.limits.line,
        };
        let is_asked = options.passwords.are_asked();
        client.is_admitted.set(!is_asked);
        Self {
            client,
            parser: Parser::new(if is_asked { WordLimits::BEFORE_AUTH } else { limits }),
            limits,
            protocol: Protocol::Resp2,
            is_asked,
            wrong: 0,
            speech: Speech::Redis,
            is_executing: false,
            transaction: None,
            watched: None,
            queue: None,
            end: None,
            counted: ("", 0),
        }
    }

    pub(super) fn is_admitted(&self) -> bool {
        self.client.is_admitted.get()
    }

    /// The password was right.
    pub(super) fn admit(&mut self) {
        self.client.is_admitted.set(true);
    }

    pub(super) fn speak(&mut self, protocol: Protocol) {
        self.protocol = protocol;
        self.client.protocol.set(if protocol == Protocol::Resp3 { 3 } else { 2 });
    }

    /// Makes the connection as it was at first.
    pub(super) fn reset(&mut self, desk: &Desk) {
        self.speak(Protocol::Resp2);
        self.speech = Speech::Redis;
        (self.transaction, self.watched, self.queue) = (None, None, None);
        self.client.name.borrow_mut().clear();
        DEFAULT.clone_into(&mut self.client.user.borrow_mut());
        self.client.is_admitted.set(!desk.options.passwords.are_asked());
    }

    /// Carries one command out: it has one reply, whatever comes of it.
    pub(super) fn carry_out(&mut self, words: &[&str], desk: &mut Desk, held: &mut Held) {
        let before = held.measure(|replies| replies.bytes.len());
        let done = self.dispatch(words, desk, held);
        let Err(refused) = done else { return };
        desk.metrics.face(FaceKind::Resp).error(kind(&refused));
        let protocol = self.protocol;
        held.hold(|replies| {
            replies.bytes.truncate(before);
            Writer::new(&mut replies.bytes, protocol).error(&refused.0);
        });
    }

    fn dispatch(&mut self, words: &[&str], desk: &mut Desk, held: &mut Held) -> Done {
        let whose = self.whose(words, desk);
        if let Err(refused) = &whose
            && words[0].eq_ignore_ascii_case("EXEC")
            && self.is_admitted()
        {
            return Err(self.abort(refused));
        }
        let is_at_once =
            |name: &str| ["EXEC", "DISCARD", "MULTI", "WATCH", "QUIT", "RESET", "SHUTDOWN"].contains(&name);
        if self.queue.is_some() && !self.is_executing {
            match &whose {
                Ok(Whose::Redis(command)) if is_at_once(command.name) => {}
                _ => return self.queue(words, whose, desk, held),
            }
        }
        let words = if self.is_for_redis(words) { &words[1..] } else { words };
        let protocol = self.protocol;
        match whose? {
            Whose::Redis(command) => {
                self.count(command.name, desk);
                self.client.command.set(command.name);
                match command.run {
                    Run::Data(run) => {
                        run(&mut Call { desk, held, who: self.transaction.as_ref(), protocol }, words)
                    }
                    Run::Face(run) => run(self, &mut Call { desk, held, who: None, protocol }, words),
                }
            }
            Whose::Ours => {
                self.count("REWIND", desk);
                self.client.command.set("REWIND");
                ours::ask(self, &mut Call { desk, held, who: None, protocol }, words)
            }
        }
    }

    /// Ends a transaction that cannot be carried out.
    fn abort(&mut self, why: &Refused) -> Refused {
        (self.queue, self.watched) = (None, None);
        let why = why.0.strip_prefix("ERR ").unwrap_or(&why.0);
        Refused::said(format!("EXECABORT Transaction discarded because of: {why}"))
    }

    /// Keeps a command for EXEC. One that is none spoils what is queued.
    fn queue(&mut self, words: &[&str], whose: Result<Whose, Refused>, desk: &Desk, held: &mut Held) -> Done {
        let Some(queue) = &mut self.queue else { return Ok(()) };
        let limits = &desk.options.limits;
        let bytes: usize = words.iter().map(|word| word.len() + mem::size_of::<String>()).sum();
        let is_over = queue.commands.len() >= limits.queries || queue.bytes + bytes > limits.request;
        let refused = match whose {
            Ok(_) if is_over => Some(Refused::said("ERR too many commands are queued")),
            Ok(_) => None,
            Err(refused) => Some(refused),
        };
        if let Some(refused) = refused {
            // Of what will not be carried out nothing is kept.
            *queue = Queue { is_aborted: true, ..Queue::default() };
            return Err(refused);
        }
        if !queue.is_aborted {
            queue.bytes += bytes;
            queue.commands.push(words.iter().map(|word| (*word).to_owned()).collect());
        }
        held.hold(|replies| Writer::new(&mut replies.bytes, Protocol::Resp2).simple("QUEUED"));
        Ok(())
    }

    /// May a command wait for others, to be of their group? Where nothing is logged there are none.
    fn can_wait(&self, desk: &Desk) -> bool {
        let is_plain = self.queue.is_none() && self.transaction.is_none() && self.speech == Speech::Redis;
        desk.is_durable() && is_plain && self.is_admitted()
    }

    fn ask_batch(&mut self, batch: &mut Batch<'_>, desk: &mut Desk, held: &mut Held) {
        for refused in batch.ask(desk, held, self.protocol) {
            desk.metrics.face(FaceKind::Resp).error(kind(&refused));
        }
    }

    fn count(&mut self, name: &'static str, desk: &mut Desk) {
        if self.counted.0 != name {
            self.counted_out(desk);
            self.counted.0 = name;
        }
        self.counted.1 += 1;
    }

    fn counted_out(&mut self, desk: &mut Desk) {
        let (name, times) = mem::take(&mut self.counted);
        if times > 0 {
            desk.metrics.face(FaceKind::Resp).request(name, times);
        }
    }

    /// What is not of the protocol ends the connection.
    fn refuse(&mut self, error: ProtocolError, desk: &mut Desk, held: &mut Held) {
        desk.metrics.face(FaceKind::Resp).error("protocol");
        self.end = Some(End::Close);
        if error.is_told() {
            held.hold(|replies| {
                Writer::new(&mut replies.bytes, Protocol::Resp2).error(&format!("ERR {error}"));
                replies.count += 1;
            });
        } else {
            let peer = self.client.peer.escape_debug().to_string();
            desk.metrics.note(format!("client {} of {peer} speaks HTTP, and was closed", self.client.id));
        }
    }
}

/// The kind of an error, as it is counted: of a closed set.
fn kind(refused: &Refused) -> &'static str {
    const CODES: [&str; 9] =
        ["ERR", "WRONGTYPE", "NOAUTH", "WRONGPASS", "NOPROTO", "EXECABORT", "MISCONF", "OOM", "READONLY"];
    CODES.into_iter().find(|code| *code == refused.code()).unwrap_or("ERR")
}
