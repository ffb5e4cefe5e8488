//! Numbers in decimal digits, which nearly every reply has.

/// All numbers of two digits, one after the other.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut digits = [b'0', b'0'];
    let mut at = 0;
    while at < pairs.len() {
        [pairs[at], pairs[at + 1]] = digits;
        at += 2;
        digits = if digits[1] == b'9' { [digits[0] + 1, b'0'] } else { [digits[0], digits[1] + 1] };
    }
    pairs
};

/// Appends a number in decimal digits.
#[inline]
pub fn push_integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_number(out, number.unsigned_abs());
}

/// Appends a number in decimal digits, two at a time.
#[inline]
pub fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    while number >= 10 {
        let pair = usize::try_from(number % 100).unwrap_or_default() * 2;
        number /= 100;
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    // One digit is left, or the number was 0.
    if number > 0 || at == digits.len() {
        at -= 1;
        digits[at] = PAIRS[usize::try_from(number).unwrap_or_default() * 2 + 1];
    }
    out.extend_from_slice(&digits[at..]);
}
