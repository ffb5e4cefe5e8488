//! A turn of a connection: the requests that are whole, looked at some at a time before the first of them is answered.

use std::borrow::Cow;

use bumpalo::Bump;

use super::RespFace;
use crate::serve::desk::{Desk, Held, is_sated};
use crate::serve::face::{Face, Step};
use crate::serve::limits::TURN;
use crate::serve::resp::call::uncommitted;
use crate::serve::resp::commands::batch::Batch;
use crate::serve::resp::escape;
use crate::serve::resp::parser::{Parser, WordLimits};
use crate::serve::resp::writer::Writer;

/// So many requests are looked at before the first of them is answered.
const WINDOW: usize = 32;

/// The words of the request that was read last, as texts that outlive it.
fn read_words<'a>(parser: &Parser, input: &'a [u8], arena: &'a Bump, words: &mut Vec<&'a str>) {
    match parser.ranges() {
        Some(ranges) => words.extend(ranges.iter().map(|range| match escape::text(&input[range.clone()]) {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => arena.alloc_str(&text),
        })),
        None => words.extend(parser.words(input).map(|word| &*arena.alloc_str(&escape::text(word)))),
    }
}

impl Face for RespFace {
    fn answer(&mut self, input: &[u8], desk: &mut Desk, held: &mut Held) -> Step {
        let (arena, mut step, mut answered) = (Bump::new(), Step::default(), 0);
        let (mut words, mut requests): (Vec<&str>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
        let mut batch = Batch::default();
        loop {
            words.clear();
            requests.clear();
            let mut failed = None;
            let mut read = step.consumed;
            // What comes behind a password is not held to the limits of those who have said none.
            let window = if self.is_admitted() { WINDOW } else { 1 };
            while requests.len() < window {
                match self.parser.next(&input[read..]) {
                    Ok(Some(size)) => {
                        let begin = words.len();
                        read_words(&self.parser, &input[read..], &arena, &mut words);
                        read += size;
                        requests.push((begin, read));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            if requests.len() > 1 {
                let keys = requests.iter().filter_map(|(begin, _)| words.get(begin + 1));
                desk.see().look_ahead(keys.copied());
            }
            for (number, (begin, end)) in requests.iter().enumerate() {
                let until = requests.get(number + 1).map_or(words.len(), |(begin, _)| *begin);
                let words = &words[*begin..until];
                step.consumed = *end;
                if words.is_empty() {
                    continue;
                }
                if self.can_wait(desk)
                    && let Some(name) = batch.take(words, desk)
                {
                    self.count(name, desk);
                    self.client.command.set(name);
                    continue;
                }
                self.ask_batch(&mut batch, desk, held);
                self.carry_out(words, desk, held);
                held.hold(|replies| replies.count += 1);
                if self.end.is_some() {
                    break;
                }
                if self.is_asked {
                    let limits = if self.is_admitted() { self.limits } else { WordLimits::BEFORE_AUTH };
                    self.parser.set_limits(limits);
                }
                if number + 1 < requests.len() && is_sated(held) {
                    // What stands behind it is read anew when its turn comes.
                    self.parser = Parser::new(self.limits);
                    step.has_more = true;
                    break;
                }
            }
            self.ask_batch(&mut batch, desk, held);
            answered += requests.len();
            if step.has_more {
                break;
            }
            if self.end.is_none()
                && let Some(error) = failed
            {
                self.refuse(error, desk, held);
            }
            let is_last = self.end.is_some() || requests.len() < window;
            if is_last || answered >= TURN || is_sated(held) {
                step.has_more = !is_last;
                break;
            }
        }
        self.counted_out(desk);
        let queued = self.queue.as_ref().map_or(0, |queue| queue.bytes);
        self.client.queued.set(queued + self.watched.as_ref().map_or(0, |watched| watched.bytes));
        step.end = self.end;
        step
    }

    fn uncommitted(&self, why: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes, self.protocol).error(&uncommitted(why));
        bytes
    }
}
