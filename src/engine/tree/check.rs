//! Whether a tree is one, and random trees beside a plain sorted map.

use std::fmt::Debug;

use super::{Child, MOST, Node, Summed, Tree};
use crate::engine::invariant::{Found, ensure};

impl<K: Ord + Clone + Debug, V: Summed> Tree<K, V> {
    pub(in crate::engine) fn check(&self) -> Found {
        let Some(root) = self.root.as_deref() else { return Ok(()) };
        ensure(root.len() > 0, || "the root is empty".to_owned())?;
        root.depth().map(drop)?;
        let keys: Vec<_> = self.iter().map(|(key, _)| key).collect();
        ensure(keys.is_sorted_by(|key, next| key < next), || format!("{keys:?} do not ascend"))
    }
}

impl<K: Ord + Clone + Debug, V: Summed> Node<K, V> {
    /// How far its leaves are, if that is one number.
    fn depth(&self) -> Result<usize, String> {
        ensure((1..=MOST).contains(&self.len()), || format!("a node of {}", self.len()))?;
        let Self::Inner(children) = self else { return Ok(0) };
        let mut depths = children.iter().map(|Child { least, sum, node }| {
            let is_known = node.known().is_some_and(|known| known == (least.clone(), *sum));
            ensure(is_known, || format!("{least:?} with {sum:?} is {:?}", node.known()))?;
            node.depth()
        });
        let first = depths.next().unwrap_or(Ok(0))?;
        depths.try_for_each(|depth| {
            depth.and_then(|depth| ensure(depth == first, || "leaves differ".into()))
        })?;
        Ok(first + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::differences;
    use super::*;

    /// A number, summed up to how many there are, and the greatest.
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Number(u64);

    impl Summed for Number {
        type Sum = (usize, u64);

        fn sum(&self) -> (usize, u64) {
            (1, self.0)
        }

        fn join(one: (usize, u64), other: (usize, u64)) -> (usize, u64) {
            (one.0 + other.0, one.1.max(other.1))
        }
    }

    type Numbers = Tree<u64, Number>;

    /// A seeded generator (xorshift64).
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % bound
        }
    }

    /// A tree, and the same as a plain map.
    #[derive(Clone, Default)]
    struct Pair {
        tree: Numbers,
        plain: BTreeMap<u64, u64>,
    }

    impl Pair {
        /// Changes both in one of the ways there are.
        fn change(&mut self, random: &mut Random, keys: u64, removes: u64) {
            let key = random.below(keys);
            let value = (random.below(10) >= removes).then(|| random.below(1000));
            self.tree.change(key, |before| {
                assert_eq!(before.map(|number| number.0), self.plain.get(&key).copied());
                value.map(Number)
            });
            match value {
                Some(value) => drop(self.plain.insert(key, value)),
                None => drop(self.plain.remove(&key)),
            }
            if random.below(4000) == 0 {
                let key = random.below(keys / 4 + 1);
                self.tree.drop_before(&key);
                self.plain = self.plain.split_off(&key);
            }
        }

        fn assert_same(&self, random: &mut Random, keys: u64) {
            assert_eq!(self.tree.check(), Ok(()));
            let rows: Vec<_> = self.tree.iter().map(|(key, number)| (*key, number.0)).collect();
            assert!(self.plain.iter().map(|(key, value)| (*key, *value)).eq(rows.iter().copied()));
            assert_eq!(self.tree.least(), self.plain.keys().next());
            assert_eq!(self.tree.sum().map_or(0, |sum| sum.0), self.plain.len());
            let (from, most) = (random.below(keys + 2), random.below(1000));
            let later = || self.plain.range(from..);
            let sum = later().map(|(_, value)| *value).max().map(|max| (later().count(), max));
            assert_eq!(self.tree.sum_from(&from), sum);
            assert_eq!(self.tree.get(&from).map(|number| number.0), self.plain.get(&from).copied());
            let walked = self.tree.walk(&from, |(_, max)| max >= most).map(|(key, number)| (*key, number.0));
            assert!(
                walked.eq(later().map(|(key, value)| (*key, *value)).filter(|(_, value)| *value >= most))
            );
        }
    }

    #[test]
    fn a_tree_does_what_a_plain_map_does_and_a_copy_never_changes() {
        let mut random = Random(7);
        for keys in [1, 5, 40, 300, 5_000] {
            let (mut pair, mut copies) = (Pair::default(), Vec::new());
            for round in 0..20_000 {
                // It grows, and shrinks again.
                pair.change(&mut random, keys, if round % 8_000 < 5_000 { 3 } else { 8 });
                if round % 997 == 0 {
                    pair.assert_same(&mut random, keys);
                    copies.push(pair.clone());
                }
            }
            for copy in copies {
                copy.assert_same(&mut random, keys);
            }
        }
    }

    #[test]
    fn a_tree_of_sorted_rows_is_like_one_that_grew() {
        let mut random = Random(3);
        for size in [0, 1, 31, 32, 33, 1023, 1024, 1025, 40_000] {
            let plain: BTreeMap<u64, u64> = (0..size).map(|key| (3 * key, random.below(1000))).collect();
            let tree = Numbers::of_sorted(plain.iter().map(|(key, value)| (*key, Number(*value))));
            Pair { tree, plain }.assert_same(&mut random, 3 * size + 1);
        }
    }

    #[test]
    fn differences_are_all_there_is_and_enter_no_part_that_is_shared() {
        let mut random = Random(5);
        for (keys, changes) in [(40, 3), (5_000, 0), (5_000, 1), (5_000, 40), (100_000, 10)] {
            let mut pair = Pair::default();
            (0..keys).for_each(|_| pair.change(&mut random, keys, 2));
            let before = pair.clone();
            (0..changes).for_each(|_| pair.change(&mut random, keys, 4));
            let rows = differences(&before.tree, &pair.tree);
            assert!(rows.is_sorted_by(|one, next| one.0 < next.0));
            let told = |key: &u64| rows.iter().find(|row| row.0 == key);
            for key in 0..keys {
                let [one, other] = [&before, &pair].map(|pair| pair.plain.get(&key).copied());
                assert!(
                    told(&key).is_none_or(|row| row.1.map(|n| n.0) == one && row.2.map(|n| n.0) == other)
                );
                assert!(one == other || told(&key).is_some());
            }
            // Each change copies one leaf, and may split it or join it with the next.
            let most = 3 * MOST * usize::try_from(changes).expect("it is small");
            assert!(rows.len() <= most || changes > 9, "{} rows after {changes} changes", rows.len());
        }
    }

    #[test]
    fn a_wrong_sum_an_empty_node_and_a_wrong_order_are_found() {
        let tree = || Numbers::of_sorted((0..100).map(|key| (key, Number(key))));
        let found = |breaks: fn(&mut Vec<Child<u64, Number>>)| {
            let mut tree = tree();
            let Some(Node::Inner(children)) = tree.root.as_mut().map(std::sync::Arc::make_mut) else {
                panic!("a hundred rows do not fit into a leaf")
            };
            breaks(children);
            tree.check()
        };
        assert_eq!(found(|_| ()), Ok(()));
        assert!(found(|children| children[1].sum.0 += 1).is_err());
        assert!(found(|children| children[1].least += 1).is_err());
        assert!(found(|children| children.swap(0, 1)).is_err());
        assert!(found(|children| children[1].change(|node| *node = Node::Leaf(Vec::new()))).is_err());
    }
}
