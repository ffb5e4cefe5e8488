//! Each typed method against its operation in words, over random lists: in memory, for a session, and on disk.

use std::collections::BTreeSet;
use std::fmt::Display;

use rewinddb::db::{Cell, Database, Entries, Error, InSession, Remaining};
use rewinddb::query::{Language, MatchMode};
use rewinddb::store::SimulatedDisk;
use rewinddb::time::{ClockRule, Ttl};
use rstest::rstest;

use crate::amounts::TYPED;
use crate::db::on_disk;
use crate::judge::lists::list_of;

#[rstest]
#[case::monotone(ClockRule::Monotone)]
#[case::free(ClockRule::Free)]
fn typed_methods_answer_as_their_words_do(#[case] rule: ClockRule) {
    let (seeds, mut asked) = (TYPED.seeds(), BTreeSet::new());
    let is_all = seeds.end - seeds.start >= 150;
    for seed in seeds {
        let [mut by_words, mut typed, mut of_session] = [(); 3].map(|()| Database::in_memory_with(rule));
        let mut stored = on_disk(&SimulatedDisk::new(), rule);
        let session = of_session.session();
        for words in list_of(seed, rule == ClockRule::Free) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let want = told(by_words.query(&words).map(|answer| answer.to_string()));
            let answers = [
                of_database(&mut typed, &words),
                of_database(&mut stored, &words),
                of_a_session(&mut of_session.in_session(&session), &words),
            ];
            for answer in answers {
                assert_eq!(told(answer), want, "seed {seed}: {words:?}");
            }
            asked.insert(form(&words));
        }
        assert_eq!(typed.now(), by_words.now(), "seed {seed}");
        assert!(typed.items().unwrap().eq(stored.items().unwrap()), "seed {seed}");
    }
    let forms = Language::records().forms().iter().filter(|form| form.level.number() < 6);
    let all: BTreeSet<_> = forms.map(|form| (form.name.to_owned(), form.words().len())).collect();
    assert!(!is_all || asked == all, "these were not asked: {:?}", all.difference(&asked));
}

/// The operation's name, and how many words follow.
fn form(words: &[&str]) -> (String, usize) {
    (words[0].to_owned(), words.len() - 1)
}

/// An answer, or why there is none.
fn told(answer: Result<String, Error>) -> String {
    answer.unwrap_or_else(|error| format!("refused: {error}"))
}

/// Asks a method by words.
macro_rules! by_words {
    ($name:ident, $type:ty) => {
        fn $name(db: &mut $type, words: &[&str]) -> Result<String, Error> {
            let number = |word: &str| word.parse::<u64>().expect("it is a number");
            Ok(match *words {
                ["SET", key, field, value] => nothing(db.set(key, field, value)?),
                ["GET", key, field] => db.get(key, field)?.unwrap_or_default(),
                ["DELETE", key, field] => db.delete(key, field)?.to_string(),
                ["SCAN", key] => cells(db.scan(key)?),
                ["SCAN_BY_PREFIX", key, prefix] => cells(db.scan_by_prefix(key, prefix)?),
                ["SET_AT", key, field, value, at] => nothing(db.set_at(key, field, value, number(at))?),
                ["SET_AT_WITH_TTL", key, field, value, at, ttl] => {
                    nothing(db.set_at_with_ttl(key, field, value, number(at), number(ttl))?)
                }
                ["DELETE_AT", key, field, at] => db.delete_at(key, field, number(at))?.to_string(),
                ["GET_AT", key, field, at] => db.get_at(key, field, number(at))?.unwrap_or_default(),
                ["SCAN_AT", key, at] => cells(db.scan_at(key, number(at))?),
                ["SCAN_BY_PREFIX_AT", key, prefix, at] => {
                    cells(db.scan_by_prefix_at(key, prefix, number(at))?)
                }
                ["BACKUP", at] => db.backup(number(at))?.to_string(),
                ["RESTORE", at, to] => nothing(db.restore(number(at), number(to))?),
                ["TICK", at] => nothing(db.tick(number(at))?),
                ["PUT", key, value] => nothing(db.put(key, value)?),
                ["PUT_WITH_TTL", key, value, ttl] => nothing(db.put_with_ttl(key, value, number(ttl))?),
                ["GET", key] => db.get_own(key)?.unwrap_or_default(),
                ["DELETE", key] => db.delete_record(key)?.to_string(),
                ["EXISTS", key] => db.exists_record(key)?.to_string(),
                ["EXISTS", key, field] => db.exists(key, field)?.to_string(),
                ["KEYS"] => joined(db.keys()?),
                ["VALUES"] => joined(db.values()?),
                ["ITEMS"] => items(db.items()?),
                ["SIZE"] => db.size()?.to_string(),
                ["FORGET", before] => db.forget(number(before))?.to_string(),
                ["CLEAR"] => nothing(db.clear()?),
                ["EXPIRE", key, ttl] => db.expire_record(key, number(ttl))?.to_string(),
                ["EXPIRE", key, field, ttl] => db.expire(key, field, number(ttl))?.to_string(),
                ["TTL", key] => remaining(db.ttl_of_record(key)?),
                ["TTL", key, field] => remaining(db.ttl(key, field)?),
                ["PERSIST", key] => db.persist_record(key)?.to_string(),
                ["PERSIST", key, field] => db.persist(key, field)?.to_string(),
                ["APPEND", key, field, item] => db.append(key, field, item)?.to_string(),
                ["FIND", "KEY", mode, pattern] => joined(db.find_keys(self::mode(mode), pattern)?),
                ["FIND", "FIELD", mode, pattern] => {
                    joined(db.find_fields(self::mode(mode), pattern)?.map(|(key, field)| place(&key, &field)))
                }
                ["FIND", "VALUE", mode, pattern] => items(db.find_values(self::mode(mode), pattern)?),
                _ => panic!("{words:?} has no method"),
            })
        }
    };
}

by_words!(of_database, Database);
by_words!(of_a_session, InSession<'_>);

/// What has nothing to say.
fn nothing((): ()) -> String {
    String::new()
}

fn mode(name: &str) -> MatchMode {
    match name {
        "EXACT" => MatchMode::Exact,
        "LIKE" => MatchMode::Like,
        "REGEX" => MatchMode::Regex,
        _ => panic!("{name} is no way to match"),
    }
}

fn joined(texts: impl Iterator<Item = impl Display>) -> String {
    texts.map(|text| text.to_string()).collect::<Vec<_>>().join(", ")
}

fn cells(cells: Entries<(String, String)>) -> String {
    joined(cells.map(|(field, value)| format!("{field}({value})")))
}

fn place(key: &str, field: &str) -> String {
    if field.is_empty() { key.to_owned() } else { format!("{key}.{field}") }
}

fn items(items: Entries<Cell>) -> String {
    joined(items.map(|Cell { key, field, value }| format!("{}({value})", place(&key, &field))))
}

fn remaining(remaining: Remaining) -> String {
    match remaining {
        Remaining::NotThere => String::new(),
        Remaining::Permanent => "permanent".to_owned(),
        Remaining::For(Ttl(left)) => left.to_string(),
    }
}
