use std::collections::BTreeMap;

use super::*;
use crate::engine::stored::StoredText;
use crate::time::Ttl;

fn content(last: u64) -> Content {
    let lifetime = Lifetime::starting(Time(last), Ttl(1)).expect("it has a last moment");
    Content { value: StoredValue::Text(StoredText::Memory(Text::new("v"))), lifetime }
}

#[test]
fn records_of_every_width_find_their_cells_in_order_and_drop_the_dead() {
    for width in [1_u64, 2, 31, 32, 33, 34, 400] {
        let (mut fields, mut plain) = (Fields::default(), BTreeMap::new());
        for step in 0..4 * width {
            // The first is the key's own value.
            let field = Some(step * 7 % (2 * width)).filter(|field| *field > 0);
            let field = field.map_or_else(String::new, |field| field.to_string());
            if step % 3 == 2 && plain.remove(&field).is_some() {
                fields.remove(&field);
            } else {
                fields.put(&field, content(step), Time(0));
                plain.insert(field, step);
            }
            assert_eq!(fields.check(), Ok(()));
            let cells = fields.cells().map(|(field, content)| (field.as_str(), content.lifetime.last().0));
            assert!(cells.eq(plain.iter().map(|(field, last)| (field.as_str(), *last))));
            assert_eq!(fields.death().map(|death| death.0), plain.values().max().copied());
        }
        let half = Time(2 * width);
        let living = fields.living(half);
        let live =
            |fields: &Fields| fields.live("1", half).map(|(field, _)| field.clone()).collect::<Vec<_>>();
        let wanted = plain.iter().filter(|(field, last)| **last >= half.0 && field.starts_with('1'));
        assert!(wanted.map(|(field, _)| field.as_str()).eq(live(&fields).iter().map(Text::as_str)));
        assert_eq!(live(&living), live(&fields));
        fields.drop_dead(half);
        assert!(fields.cells().all(|(_, content)| content.lifetime.holds_at(half)));
        assert_eq!(fields.check().and(living.check()), Ok(()));
    }
}

#[test]
fn dead_cells_do_not_add_up_where_others_come() {
    for kept in [1, 100] {
        let mut fields: Fields =
            (0..kept).map(|number| (Text::new(format!("{number:03}")), content(u64::MAX))).collect();
        for now in 0..10_000 {
            fields.put(&format!("x{now}"), content(now + 3), Time(now));
        }
        assert!(fields.cells().count() < 120, "{}", fields.cells().count());
    }
}

#[test]
fn a_wrong_order_and_a_wrong_span_are_found() {
    let of = |names: [&str; 2]| names.map(|name| (Text::new(name), content(3))).into_iter();
    let mut fields: Fields = of(["a", "b"]).collect();
    assert_eq!(fields.check(), Ok(()));
    assert!(of(["b", "a"]).collect::<Fields>().check().is_err());
    let Fields::Narrow { span, .. } = &mut fields else { panic!("it is narrow") };
    span.last = Time(9);
    assert!(fields.check().is_err());
}

#[test]
fn a_cell_takes_little_room() {
    assert_eq!((size_of::<(Text, Content)>(), size_of::<Fields>()), (56, 32));
}
