//! A connection of the line protocol.

use std::rc::Rc;

use super::command::{Command, Mistake};
use super::lines::Lines;
use super::{commands, reply};
use crate::serve::clients::Client;
use crate::serve::desk::{Desk, Held, Transaction, is_sated};
use crate::serve::face::{End, Face, Step};
use crate::serve::limits::TURN;
use crate::serve::options::{FaceKind, Options};

/// Who has not said who they are may send no longer line than this.
const STRANGER: usize = 4 << 10;

/// A connection of the line protocol.
pub(in crate::serve) struct LineFace {
    pub(super) client: Rc<Client>,
    lines: Lines,
    longest: usize,
    /// How many wrong passwords there were.
    pub(super) wrong: u32,
    pub(super) transaction: Option<Transaction>,
    pub(super) end: Option<End>,
}

impl LineFace {
    pub(in crate::serve) fn new(client: Rc<Client>, options: &Options) -> Self {
        let (is_open, longest) = (!options.passwords.are_asked(), options.limits.line);
        client.is_admitted.set(is_open);
        let lines = Lines::new(if is_open { longest } else { longest.min(STRANGER) });
        Self { client, lines, longest, wrong: 0, transaction: None, end: None }
    }

    /// The password was right.
    pub(super) fn admit(&mut self) {
        self.client.is_admitted.set(true);
        self.lines = Lines::new(self.longest);
    }

    /// Answers one line.
    fn line(&mut self, line: &[u8], desk: &mut Desk, held: &mut Held) {
        let before = held.measure(|replies| replies.bytes.len());
        let done = match Command::parse(line) {
            Ok(command) if self.client.is_admitted.get() || commands::is_open(&command) => {
                let name = commands::name(&command);
                self.client.command.set(name);
                desk.metrics.face(FaceKind::Line).request(name, 1);
                commands::carry_out(self, &command, desk, held)
            }
            Ok(_) => Err(reply::AUTH_REQUIRED.to_owned()),
            Err(Mistake::OtherProtocol) => {
                let peer = self.client.peer.escape_debug().to_string();
                desk.metrics.note(format!("client {} of {peer} speaks HTTP, and was closed", self.client.id));
                self.end = Some(End::Close);
                return;
            }
            Err(mistake) => Err(mistake.to_string()),
        };
        if let Err(why) = done {
            desk.metrics.face(FaceKind::Line).error("error");
            held.hold(|replies| {
                replies.bytes.truncate(before);
                reply::error(&mut replies.bytes, why);
            });
        }
        held.hold(|replies| replies.count += 1);
    }
}

impl Face for LineFace {
    fn greeting(&self) -> Vec<u8> {
        let mut greeting = Vec::new();
        reply::line(&mut greeting, reply::GREETING);
        greeting
    }

    fn answer(&mut self, input: &[u8], desk: &mut Desk, held: &mut Held) -> Step {
        let mut step = Step::default();
        for _ in 0..TURN {
            match self.lines.next(&input[step.consumed..]) {
                Ok(Some(line)) => {
                    step.consumed += line.consumed;
                    self.line(line.bytes, desk, held);
                }
                Ok(None) => return Step { end: self.end, ..step },
                Err(too_long) => {
                    desk.metrics.face(FaceKind::Line).error("protocol");
                    held.hold(|replies| {
                        reply::error(&mut replies.bytes, too_long);
                        replies.count += 1;
                    });
                    self.end = Some(End::Close);
                }
            }
            if self.end.is_some() {
                return Step { end: self.end, ..step };
            }
            if is_sated(held) {
                break;
            }
        }
        Step { has_more: true, ..step }
    }

    fn uncommitted(&self, why: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        reply::error(&mut bytes, why);
        bytes
    }
}
