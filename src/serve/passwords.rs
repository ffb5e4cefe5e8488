//! Who may ask: names and passwords.
//!
//! Invariant: how long a comparison takes tells nothing of a password, not even which of them was near.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use constant_time_eq::constant_time_eq_n;

/// Passwords are compared at this length; longer ones are refused.
const PADDED: usize = 512;

/// After so many wrong ones a connection is closed.
pub(super) const TRIES: u32 = 5;

/// The name of those who give none.
pub(super) const DEFAULT: &str = "default";

/// The passwords of a server; without any, everybody may ask.
#[derive(Clone, Default)]
pub struct Passwords(Vec<(String, String)>);

/// Why passwords are not taken.
#[derive(Debug)]
pub enum Unsafe {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// Others may read the file.
    Readable,
    /// It has none.
    Empty,
    /// One has no character: whoever says nothing would be let in.
    Blank,
    /// One is too long.
    TooLong,
}

impl Passwords {
    /// Reads lines `NAME:PASSWORD`, or `PASSWORD` for the name `default`. Empty lines are passed over.
    ///
    /// # Errors
    /// [`Unsafe::Empty`], [`Unsafe::Blank`], [`Unsafe::TooLong`].
    pub fn of_lines(text: &str) -> Result<Self, Unsafe> {
        let lines = text.lines().filter(|line| !line.is_empty());
        let named = lines.map(|line| line.split_once(':').unwrap_or((DEFAULT, line)));
        let passwords: Vec<_> = named.map(|(name, word)| (name.to_owned(), word.to_owned())).collect();
        let lengths = || passwords.iter().map(|(_, word)| word.len());
        match (lengths().min(), lengths().max()) {
            (None, _) | (_, None) => Err(Unsafe::Empty),
            (Some(0), _) => Err(Unsafe::Blank),
            (_, Some(longest)) if longest > PADDED => Err(Unsafe::TooLong),
            _ => Ok(Self(passwords)),
        }
    }

    /// Reads such lines from a file that nobody else may read, or for `-` from standard input.
    ///
    /// # Errors
    /// [`Unsafe`].
    pub fn of_file(path: &Path) -> Result<Self, Unsafe> {
        use std::os::unix::fs::PermissionsExt;
        let mut text = String::new();
        if path.as_os_str() == "-" {
            io::stdin().read_to_string(&mut text).map_err(Unsafe::Unreadable)?;
            return Self::of_lines(&text);
        }
        let mut file = std::fs::File::open(path).map_err(Unsafe::Unreadable)?;
        let mode = file.metadata().map_err(Unsafe::Unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Unsafe::Readable);
        }
        file.read_to_string(&mut text).map_err(Unsafe::Unreadable)?;
        Self::of_lines(&text)
    }

    /// Must somebody say who they are?
    #[must_use]
    pub fn are_asked(&self) -> bool {
        !self.0.is_empty()
    }

    /// Is this the password of that name? All are looked at, in any case.
    #[must_use]
    pub fn admit(&self, name: &str, password: &str) -> bool {
        let given = padded(password);
        let is_one = |(own, word): &(String, String)| {
            // The password first: it is compared whoever is named.
            constant_time_eq_n(&padded(word), &given) && own == name
        };
        let admitted = self.0.iter().filter(|one| is_one(one)).count();
        admitted > 0 && password.len() <= PADDED
    }
}

/// A password at full length, with its own in front.
fn padded(password: &str) -> [u8; PADDED + 8] {
    let mut padded = [0; PADDED + 8];
    padded[..8].copy_from_slice(&(password.len() as u64).to_le_bytes());
    let length = password.len().min(PADDED);
    padded[8..8 + length].copy_from_slice(&password.as_bytes()[..length]);
    padded
}

/// Names only.
impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Display for Unsafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Readable => f.write_str("may be read by others: chmod 600"),
            Self::Empty => f.write_str("has no password: one a line, NAME:PASSWORD or PASSWORD"),
            Self::Blank => f.write_str("has an empty password"),
            Self::TooLong => write!(f, "has a password of more than {PADDED} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_of_its_name_alone() {
        let passwords = Passwords::of_lines("secret\n\nada:x:y\n").expect("they are good");
        assert!(
            passwords.are_asked() && passwords.admit("default", "secret") && passwords.admit("ada", "x:y")
        );
        for (name, word) in [("ada", "secret"), ("default", ""), ("default", "secre"), ("ada", "x:y\0")] {
            assert!(!passwords.admit(name, word), "{name} {word}");
        }
        let long = "x".repeat(PADDED);
        let passwords = Passwords::of_lines(&long).expect("it fits");
        assert!(passwords.admit("default", &long) && !passwords.admit("default", &format!("{long}y")));
        assert!(matches!(Passwords::of_lines("\n"), Err(Unsafe::Empty)));
        assert!(matches!(Passwords::of_lines("secret\nada:\n"), Err(Unsafe::Blank)));
        assert!(matches!(Passwords::of_lines(&format!("{long}y")), Err(Unsafe::TooLong)));
        assert!(!format!("{passwords:?}").contains('x'), "no password is told");
    }
}
