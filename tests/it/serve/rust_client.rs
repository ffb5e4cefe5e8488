//! The `redis` crate, as programs use it.

use std::collections::{BTreeMap, BTreeSet};

use redis::{Commands, Connection, RedisResult, pipe, transaction};

use super::connect::{MARK, assert_welcome};
use super::proxy::Proxy;
use super::server::Server;

fn connection(port: impl std::fmt::Display, options: &str) -> Connection {
    let client =
        redis::Client::open(format!("redis://127.0.0.1:{port}/{options}")).expect("it is an address");
    client.get_connection().expect("it connects")
}

/// Both versions of the protocol.
const OPTIONS: [&str; 2] = ["", "?protocol=resp3"];

#[test]
fn the_redis_crate_is_served() -> RedisResult<()> {
    for options in OPTIONS {
        let server = Server::start(&[]);
        let mut redis = connection(server.port(), options);
        texts(&mut redis)?;
        hashes(&mut redis)?;
        walks(&mut redis)?;
        pipelines(&mut redis)?;
        transactions(&mut redis, &mut connection(server.port(), options))?;
        own_language(&mut redis)?;
    }
    Ok(())
}

fn texts(redis: &mut Connection) -> RedisResult<()> {
    let () = redis.set("a", 17)?;
    assert_eq!(redis.get::<_, i64>("a")?, 17);
    assert_eq!(redis.get::<_, Option<String>>("none")?, None);
    assert_eq!(redis.incr::<_, _, i64>("a", 3)?, 20);
    let () = redis.set_ex("a", "x", 1000)?;
    assert!((990..=1000).contains(&redis.ttl::<_, i64>("a")?));
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let () = redis.set(&all, &all)?;
    assert_eq!(redis.get::<_, Vec<u8>>(&all)?, all);
    assert_eq!(redis.mget::<_, (String, Option<String>)>(&["a", "none"])?, ("x".to_owned(), None));
    assert_eq!(redis.del::<_, u64>(&[&b"a"[..], &all])?, 2);
    Ok(())
}

fn hashes(redis: &mut Connection) -> RedisResult<()> {
    let () = redis.hset_multiple("h", &[("f", "1"), ("g", "2")])?;
    let fields: BTreeMap<String, i64> = redis.hgetall("h")?;
    assert_eq!(fields, BTreeMap::from([("f".to_owned(), 1), ("g".to_owned(), 2)]));
    assert!(redis.hexists::<_, _, bool>("h", "f")?);
    assert_eq!(redis.hscan::<_, (String, String)>("h")?.collect::<RedisResult<Vec<_>>>()?.len(), 2);
    let refused = redis.get::<_, String>("h").expect_err("it is a hash");
    assert_eq!(refused.code(), Some("WRONGTYPE"));
    Ok(())
}

fn walks(redis: &mut Connection) -> RedisResult<()> {
    let keys: BTreeSet<String> = (0..500).map(|number| format!("walk:{number}")).collect();
    let pairs: Vec<_> = keys.iter().map(|key| (key, "x")).collect();
    let () = redis.mset(&pairs)?;
    let found = redis.scan_match::<_, String>("walk:*")?.collect::<RedisResult<BTreeSet<_>>>()?;
    assert_eq!(found, keys);
    Ok(())
}

fn pipelines(redis: &mut Connection) -> RedisResult<()> {
    let mut pipeline = pipe();
    for number in 0..1000 {
        pipeline.set(number, number).ignore().get(number);
    }
    assert_eq!(pipeline.query::<Vec<i64>>(redis)?, (0..1000).collect::<Vec<_>>());
    Ok(())
}

fn transactions(redis: &mut Connection, other: &mut Connection) -> RedisResult<()> {
    let () = redis.set("counter", 0)?;
    let mut tries = 0;
    let (after,): (i64,) = transaction(redis, &["counter"], |redis, pipeline| {
        let before: i64 = redis.get("counter")?;
        tries += 1;
        if tries <= 2 {
            // Somebody is in between.
            let () = other.incr("counter", 100)?;
        }
        pipeline.set("counter", before + 1).ignore().get("counter").query(redis)
    })?;
    assert_eq!((tries, after), (3, 201));
    Ok(())
}

fn own_language(redis: &mut Connection) -> RedisResult<()> {
    let () = redis::cmd("REWIND").arg(&["SET", "user", "name", "Ada"]).query(redis)?;
    assert_eq!(redis::cmd("GET").arg(&["user", "name"]).query::<String>(redis)?, "Ada");
    let cells: BTreeMap<String, String> = redis::cmd("REWIND").arg(&["SCAN", "user"]).query(redis)?;
    assert_eq!(cells, BTreeMap::from([("name".to_owned(), "Ada".to_owned())]));
    Ok(())
}

#[test]
fn the_redis_crate_is_welcome() {
    for (options, name) in OPTIONS.iter().zip(["rust-resp2", "rust-resp3"]) {
        let server = Server::start(&[]);
        let proxy = Proxy::to(&server);
        let mut redis = connection(proxy.port, options);
        let said: String = redis::cmd(MARK[0]).arg(MARK[1]).query(&mut redis).expect("it is answered");
        assert_eq!(said, MARK[1]);
        assert_welcome(name, &proxy.exchanged_before(&MARK));
    }
}
