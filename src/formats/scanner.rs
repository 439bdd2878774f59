//! Numbers and words taken off the front of a line.

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner<'t> {
    rest: &'t [u8],
}

/// The pair of counts that jemalloc and gperftools write: `objects: bytes [objects: bytes]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Objects in use.
    pub(crate) objects: u64,
    /// Bytes in use.
    pub(crate) bytes: u64,
    /// Objects allocated so far.
    pub(crate) all_objects: u64,
    /// Bytes allocated so far.
    pub(crate) all_bytes: u64,
}

impl<'t> Scanner<'t> {
    /// At the beginning of `line`.
    pub(crate) fn new(line: &'t [u8]) -> Scanner<'t> {
        Scanner { rest: line }
    }

    /// What has not been taken.
    pub(crate) fn rest(&self) -> &'t [u8] {
        self.rest
    }

    /// Skips blanks and tabs.
    #[inline]
    pub(crate) fn blanks(&mut self) -> &mut Self {
        while let [b' ' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self
    }

    /// Takes `text` if it comes next.
    #[inline]
    pub(crate) fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Takes a decimal number that fits 64 bits.
    #[inline]
    pub(crate) fn decimal(&mut self) -> Option<u64> {
        let mut value = 0u64;
        let mut digits = 0;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            value = value
                .checked_mul(10)?
                .checked_add(u64::from(digit - b'0'))?;
            digits += 1;
            self.rest = rest;
        }
        (digits > 0).then_some(value)
    }

    /// Takes a hexadecimal number that fits 64 bits, without prefix.
    #[inline]
    pub(crate) fn hex(&mut self) -> Option<u64> {
        let mut value = 0u64;
        let mut digits = 0;
        while let [first, rest @ ..] = self.rest {
            let digit = HEX[*first as usize];
            if digit > 15 {
                break;
            }
            // Leading zeros are as many as the writer likes.
            if value >> 60 != 0 {
                return None;
            }
            value = value << 4 | u64::from(digit);
            digits += 1;
            self.rest = rest;
        }
        (digits > 0).then_some(value)
    }

    /// Takes ` 0x…`.
    #[inline]
    pub(crate) fn address(&mut self) -> Option<u64> {
        self.blanks().literal(b"0x")?;
        self.hex()
    }

    /// Takes everything up to the next blank.
    pub(crate) fn word(&mut self) -> &'t [u8] {
        let end = self
            .rest
            .iter()
            .position(|byte| byte.is_ascii_whitespace())
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Takes `objects: bytes [objects: bytes]`, with blanks anywhere between.
    #[inline]
    pub(crate) fn counts(&mut self) -> Option<Counts> {
        let objects = self.blanks().decimal()?;
        self.blanks().literal(b":")?;
        let bytes = self.blanks().decimal()?;
        self.blanks().literal(b"[")?;
        let all_objects = self.blanks().decimal()?;
        self.blanks().literal(b":")?;
        let all_bytes = self.blanks().decimal()?;
        self.blanks().literal(b"]")?;
        Some(Counts {
            objects,
            bytes,
            all_objects,
            all_bytes,
        })
    }
}

/// The value of a hexadecimal digit; 16 for what is none.
const HEX: [u8; 256] = {
    let mut table = [16u8; 256];
    let mut digit = 0;
    while digit < 10 {
        table[b'0' as usize + digit] = digit as u8;
        digit += 1;
    }
    let mut letter = 0;
    while letter < 6 {
        table[b'a' as usize + letter] = 10 + letter as u8;
        table[b'A' as usize + letter] = 10 + letter as u8;
        letter += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_taken_with_any_blanks() {
        let mut scanner = Scanner::new(b"   138459: 21427204 [1497932: 2728486920] @ 0x1f");
        assert_eq!(
            scanner.counts(),
            Some(Counts {
                objects: 138_459,
                bytes: 21_427_204,
                all_objects: 1_497_932,
                all_bytes: 2_728_486_920
            })
        );
        assert_eq!(scanner.blanks().literal(b"@"), Some(()));
        assert_eq!(scanner.address(), Some(0x1f));
    }

    #[test]
    fn numbers_that_do_not_fit_are_not_numbers() {
        assert_eq!(Scanner::new(b"18446744073709551616").decimal(), None);
        assert_eq!(Scanner::new(b"10000000000000000").hex(), None);
        assert_eq!(Scanner::new(b"0000ffffffffffffffff").hex(), Some(u64::MAX));
        assert_eq!(Scanner::new(b"x").decimal(), None);
        assert_eq!(Scanner::new(b"").hex(), None);
    }
}
