//! A place in one line of a text format, from which numbers and marks are read by hand: no copy, no regular expression.

/// A line, read from its front. Every method that does not find what it looks for leaves the place as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineCursor<'t> {
    rest: &'t [u8],
}

impl<'t> LineCursor<'t> {
    pub(super) fn new(line: &'t [u8]) -> LineCursor<'t> {
        LineCursor { rest: line }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'t [u8] {
        self.rest
    }

    /// Whether nothing but blanks is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.trim_ascii().is_empty()
    }

    pub(super) fn skip_blanks(&mut self) {
        while let [b' ' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Reads `mark`.
    pub(super) fn mark(&mut self, mark: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(mark)?;
        Some(())
    }

    /// Reads everything up to the next blank; nothing at the end of the line.
    pub(super) fn word(&mut self) -> Option<&'t [u8]> {
        self.skip_blanks();
        let end = memchr::memchr2(b' ', b'\t', self.rest).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// Reads a decimal number that fits 64 bits.
    pub(super) fn decimal(&mut self) -> Option<u64> {
        let mut value = 0u64;
        let mut length = 0;
        for &byte in self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
            length += 1;
        }
        self.rest = &self.rest[length..];
        (length > 0).then_some(value)
    }

    /// Reads a hexadecimal number that fits 64 bits, with or without `0x`.
    pub(super) fn hex(&mut self) -> Option<u64> {
        let digits = match self.rest {
            [b'0', b'x' | b'X', digits @ ..] => digits,
            digits => digits,
        };
        let mut value = 0u64;
        let mut length = 0;
        for &byte in digits {
            let nibble = NIBBLES[usize::from(byte)];
            if nibble > 15 {
                break;
            }
            if value >> 60 != 0 {
                return None;
            }
            value = value << 4 | u64::from(nibble);
            length += 1;
        }
        if length == 0 {
            return None;
        }
        self.rest = &digits[length..];
        Some(value)
    }

    /// Reads `objects: bytes [objects: bytes]`, blanks wherever the writers align their columns.
    pub(super) fn counts(&mut self) -> Result<Counts, BadCounts> {
        let start = *self;
        let read = self.try_counts();
        if read.is_none() {
            *self = start;
            let mut bytes = start.rest.iter();
            // A minus before a digit and before the address list is a negative count and not a damaged line.
            let negative = bytes
                .by_ref()
                .take_while(|&&byte| byte != b'@')
                .zip(start.rest.iter().skip(1))
                .any(|(&byte, next)| byte == b'-' && next.is_ascii_digit());
            return Err(if negative {
                BadCounts::Negative
            } else {
                BadCounts::Malformed
            });
        }
        read.ok_or(BadCounts::Malformed)
    }

    fn try_counts(&mut self) -> Option<Counts> {
        self.skip_blanks();
        let live_objects = self.decimal()?;
        let live_bytes = self.after_colon()?;
        self.skip_blanks();
        self.mark(b"[")?;
        self.skip_blanks();
        let total_objects = self.decimal()?;
        let total_bytes = self.after_colon()?;
        self.skip_blanks();
        self.mark(b"]")?;
        Some(Counts {
            live: Pair {
                objects: live_objects,
                bytes: live_bytes,
            },
            total: Pair {
                objects: total_objects,
                bytes: total_bytes,
            },
        })
    }

    fn after_colon(&mut self) -> Option<u64> {
        self.skip_blanks();
        self.mark(b":")?;
        self.skip_blanks();
        self.decimal()
    }
}

/// The two pairs of a record as the file has them, before sampling is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// In use.
    pub(super) live: Pair,
    /// Allocated so far; both 0 where the profiler does not count that.
    pub(super) total: Pair,
}

/// Objects and the bytes they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pair {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

impl Pair {
    /// Adds `other`, stopping at the largest number: such a sum is only compared, never shown.
    pub(super) fn add_saturating(&mut self, other: Pair) {
        self.objects = self.objects.saturating_add(other.objects);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// Why no counts could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadCounts {
    /// One is negative: the file is a difference of two profiles.
    Negative,
    /// The text is something else, or a number does not fit 64 bits.
    Malformed,
}

/// The value of each hexadecimal digit; 255 for every other byte.
const NIBBLES: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0u8;
    while digit < 16 {
        let (lower, upper) = match digit {
            0..=9 => (b'0' + digit, b'0' + digit),
            _ => (b'a' + digit - 10, b'A' + digit - 10),
        };
        table[lower as usize] = digit;
        table[upper as usize] = digit;
        digit += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check_counts(line: &str, expected: Result<[u64; 4], BadCounts>) {
        let found = LineCursor::new(line.as_bytes()).counts().map(|counts| {
            [
                counts.live.objects,
                counts.live.bytes,
                counts.total.objects,
                counts.total.bytes,
            ]
        });
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn counts_are_read_with_and_without_aligning_blanks() {
        check_counts("1: 2 [3: 4]", Ok([1, 2, 3, 4]));
        check_counts(
            "     1:     2501 [     1:     2501] @ 0x1",
            Ok([1, 2501, 1, 2501]),
        );
    }

    #[test]
    fn a_negative_count_is_told_from_a_damaged_line() {
        check_counts("-1: -64 [0: 0] @ 0x1", Err(BadCounts::Negative));
        check_counts("1: 2 [3: ", Err(BadCounts::Malformed));
        check_counts("99999999999999999999: 2 [3: 4]", Err(BadCounts::Malformed));
    }

    #[test]
    fn a_hexadecimal_number_of_more_than_64_bits_is_none() {
        assert_eq!(LineCursor::new(b"0xffffffffffffffff").hex(), Some(u64::MAX));
        assert_eq!(LineCursor::new(b"00000000000000000000001f").hex(), Some(31));
        assert_eq!(LineCursor::new(b"0x10000000000000000").hex(), None);
        assert_eq!(LineCursor::new(b"0x").hex(), None);
    }
}
