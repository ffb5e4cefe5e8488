use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Client, Server, request, until};

/// Slow ones of four kinds: who says nothing, who says half, who reads no reply, and who sends a byte now and then.
fn slow(server: &Server, count: usize) -> Vec<Client> {
    let ask = request(&["GET", "large"]);
    let clients = (0..count).map(|number| {
        let mut client = server.resp();
        match number % 4 {
            0 => {}
            1 => client.send("*2\r\n$4\r\nECHO\r\n$5\r\nhe"),
            2 => client.send(ask.repeat(12)),
            _ => client.send("*"),
        }
        client
    });
    clients.collect()
}

#[test]
fn beside_many_slow_clients_the_quick_ones_are_answered() {
    let server = Server::start(&["--max-connections", "2000", "--max-buffers", "1GiB"]);
    assert_eq!(server.resp().ask(&["SET", "large", &"x".repeat(300_000)]), "+OK");
    let mut slow = slow(&server, 500);
    let is_done = AtomicBool::new(false);
    let rest = request(&["PING"]);
    std::thread::scope(|threads| {
        let quick: Vec<_> = (0..50)
            .map(|number| {
                let mut client = server.resp();
                threads.spawn(move || {
                    let key = format!("k{number}");
                    (0..40_u64).all(|value| {
                        let value = value.to_string();
                        client.ask(&["SET", &key, &value]) == "+OK" && client.ask(&["GET", &key]) == value
                    })
                })
            })
            .collect();
        let (is_done, slow) = (&is_done, &mut slow);
        threads.spawn(move || {
            for at in (1..).take_while(|_| !is_done.load(Ordering::Relaxed)) {
                // A byte each, of requests without end.
                slow.iter_mut().skip(3).step_by(4).for_each(|client| client.send([rest[at % rest.len()]]));
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let answered = quick.into_iter().all(|quick| quick.join().expect("it is answered"));
        is_done.store(true, Ordering::Relaxed);
        assert!(answered);
    });
    #[cfg(target_os = "linux")]
    assert!(server.resident() < 500, "{} MiB", server.resident());
    // Nobody is closed before its time.
    assert!(server.info("connected_clients") > 500);
    assert_eq!(
        {
            slow[0].send(request(&["PING"]));
            slow[0].reply()
        },
        "+PONG"
    );
    slow[1].send("llo\r\n");
    assert_eq!(slow[1].reply(), "hello");
    assert!((0..12).all(|_| slow[2].reply().len() == 300_000));
    drop(slow);
    server.stop();
}

/// One that asks and asks, and another that has a question now and then.
#[test]
fn a_pipeline_without_end_does_not_keep_others_waiting() {
    const QUERIES: usize = 200_000;
    let server = Server::start(&[]);
    let (mut writer, mut other) = (TcpStream::connect(server.address("resp")).unwrap(), server.resp());
    let mut reader = writer.try_clone().unwrap();
    let answered = std::thread::scope(|threads| {
        let read = threads.spawn(move || {
            let mut replies = vec![0; QUERIES * b"+OK\r\n".len()];
            reader.read_exact(&mut replies).expect("it is answered");
            assert!(replies == b"+OK\r\n".repeat(QUERIES));
        });
        let sent = request(&["SET", "a", "1"]).repeat(QUERIES);
        threads.spawn(move || writer.write_all(&sent).expect("it is read"));
        until("the pipeline", || (server.info("total_commands_processed") > 5_000).then_some(()));
        let mut answered = 0;
        while !read.is_finished() {
            assert_eq!(other.ask(&["PING"]), "+PONG");
            answered += 1;
        }
        answered
    });
    // A turn has 4,096 queries at most, and less than 64 KiB of them.
    assert!(answered > 20, "{answered} answers beside {QUERIES}");
    server.stop();
}
