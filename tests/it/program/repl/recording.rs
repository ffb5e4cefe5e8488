//! A session that is looked back on, without the shell.

use rewinddb::engine::Engine;
use rewinddb::time::{ClockRule, Time};
use rewinddb::trace::{Moment, RecordedStep, Recording};

#[test]
fn a_recording_looks_back_as_far_as_it_remembers() {
    let sets = |most_bytes| {
        let mut recording = Recording::new(Engine::new(ClockRule::Monotone), most_bytes);
        for number in 1..=100_u64 {
            let json = format!("[\"SET_AT\",\"A\",\"B\",\"{number}\",\"{number}\"]");
            recording.add(RecordedStep { json: json.into(), moved: None, clock: Time(number) });
        }
        recording
    };
    let held = |recording: &Recording, step, at| {
        let engine = recording.engine(Moment { step, at });
        (engine.cell("A", "B").map(|cell| cell.value.to_string()), engine.clock().now().0)
    };
    let whole = sets(1 << 20);
    assert_eq!((whole.first(), whole.last()), (0, 100));
    assert_eq!(held(&whole, 0, None), (None, 0));
    assert_eq!(held(&whole, 40, Some(Time(77))), (Some("40".to_owned()), 77));
    let mut bounded = sets(2_000);
    let first = bounded.first();
    assert!(first > 50 && first < 100 && bounded.last() == 100, "{first}");
    for step in first..=100 {
        assert_eq!(held(&bounded, step, None), (Some(step.to_string()), step as u64));
    }
    assert_eq!(bounded.moment_at(Time(first as u64 - 1)), None);
    assert_eq!(bounded.moment_at(Time(101)), Some(Moment { step: 100, at: Some(Time(101)) }));
    let mut queries = Vec::new();
    let counts = bounded.try_each(|json| {
        queries.push(json.to_owned());
        Ok::<_, ()>(())
    });
    assert_eq!(counts, Ok((1, 100 - first)));
    assert_eq!(queries[0], format!("[\"SET_AT\",\"A\",\"B\",\"{first}\",\"{first}\"]"));
}
