//! Answers for programs.

use std::io::{self, Write};

use super::Answers;
use crate::reply::Reply;
use crate::script::to_json;
use crate::wire::{Answer, Request};

/// One JSON array, or for a suite one array of objects.
pub(super) struct JsonAnswers<W> {
    out: W,
    begun: bool,
    cases: usize,
    answers: usize,
}

impl<W: Write> JsonAnswers<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, begun: false, cases: 0, answers: 0 }
    }

    /// Opens the outermost array, once.
    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            self.out.write_all(b"[")?;
        }
        Ok(())
    }

    fn end_case(&mut self) -> io::Result<()> {
        if self.cases > 0 {
            self.out.write_all(b"]}")?;
        }
        Ok(())
    }
}

impl<W: Write> Answers for JsonAnswers<W> {
    fn begin_case(&mut self, name: &str, _why: &str) -> io::Result<()> {
        self.begin()?;
        self.end_case()?;
        self.out.write_all(if self.cases > 0 { b",\n " } else { b"" })?;
        (self.cases, self.answers) = (self.cases + 1, 0);
        begin_object(&mut self.out, name)
    }

    fn answer(&mut self, _request: &Request<'_>, answer: &Answer<'_>) -> io::Result<()> {
        self.begin()?;
        self.out.write_all(if self.answers > 0 { b"," } else { b"" })?;
        self.answers += 1;
        write_answer(&mut self.out, answer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        self.end_case()?;
        self.out.write_all(b"]\n")?;
        self.out.flush()
    }
}

/// One JSON value a line: an answer, or for a suite an object with the answers of a case.
pub(super) struct JsonLinesAnswers<W> {
    out: W,
    in_case: bool,
    answers: usize,
}

impl<W: Write> JsonLinesAnswers<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, in_case: false, answers: 0 }
    }

    fn end_case(&mut self) -> io::Result<()> {
        if self.in_case {
            self.out.write_all(b"]}\n")?;
        }
        Ok(())
    }
}

impl<W: Write> Answers for JsonLinesAnswers<W> {
    fn begin_case(&mut self, name: &str, _why: &str) -> io::Result<()> {
        self.end_case()?;
        (self.in_case, self.answers) = (true, 0);
        begin_object(&mut self.out, name)
    }

    fn answer(&mut self, _request: &Request<'_>, answer: &Answer<'_>) -> io::Result<()> {
        if !self.in_case {
            write_answer(&mut self.out, answer)?;
            return self.out.write_all(b"\n");
        }
        self.out.write_all(if self.answers > 0 { b"," } else { b"" })?;
        self.answers += 1;
        write_answer(&mut self.out, answer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.end_case()?;
        self.out.flush()
    }
}

fn begin_object(out: &mut impl Write, name: &str) -> io::Result<()> {
    out.write_all(b"{\"name\":")?;
    out.write_all(to_json(name).as_bytes())?;
    out.write_all(b",\"answers\":[")
}

/// Writes an answer as a JSON string, or as an array of them.
///
/// # Errors
/// Those of the writer.
pub fn write_answer(out: &mut impl Write, answer: &Answer<'_>) -> io::Result<()> {
    match answer {
        Answer::One(reply) => write_reply(out, reply),
        Answer::Batch(replies) => {
            for (place, reply) in replies.iter().enumerate() {
                out.write_all(if place > 0 { b"," } else { b"[" })?;
                write_reply(out, reply)?;
            }
            out.write_all(if replies.is_empty() { b"[]" } else { b"]" })
        }
    }
}

/// Writes a reply as a JSON string, piece by piece.
fn write_reply(out: &mut impl Write, reply: &Reply<'_>) -> io::Result<()> {
    out.write_all(b"\"")?;
    reply.try_pieces(|piece| write_escaped(out, piece))?;
    out.write_all(b"\"")
}

/// Writes text as it stands inside a JSON string. Nearly all of it needs no escape, and is written as it is.
fn write_escaped(out: &mut impl Write, text: &str) -> io::Result<()> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        return out.write_all(text.as_bytes());
    }
    let quoted = to_json(text);
    out.write_all(&quoted.as_bytes()[1..quoted.len() - 1])
}
