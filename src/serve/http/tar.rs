//! The frame of an archive that `tar` reads, in the form that POSIX calls ustar.

/// An archive is made of blocks of this size.
const BLOCK: usize = 512;

/// So many zeros end it.
pub(super) const END: usize = 2 * BLOCK;

/// What stands before a file. Names are short, as those of a store are.
pub(super) fn header(name: &str, length: u64) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name.as_bytes()[..name.len().min(99)]);
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, &size(length));
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A length in octal digits or, where these have no room for it, in bytes behind a mark.
fn size(length: u64) -> [u8; 12] {
    let mut size = [0; 12];
    if length < 1 << 33 {
        size.copy_from_slice(format!("{length:011o}\0").as_bytes());
    } else {
        size[0] = 0x80;
        size[4..].copy_from_slice(&length.to_be_bytes());
    }
    size
}

/// How many zeros fill the last block of a file up.
pub(super) fn padding(length: u64) -> usize {
    usize::try_from(length.next_multiple_of(BLOCK as u64) - length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_as_posix_has_them() {
        let header = header("store/a", 0o1234);
        assert_eq!(&header[..8], b"store/a\0");
        assert_eq!(&header[124..136], b"00000001234\0");
        assert_eq!(&header[148..156], b"007234\0 ");
        assert_eq!(&header[257..265], b"ustar\x0000");
        assert_eq!(&size(1 << 40)[..], [0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!([padding(0), padding(1), padding(512), padding(513)], [0, 511, 0, 511]);
    }
}
