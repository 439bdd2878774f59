//! What a value type counts, where that may be bytes or a number of things.

use std::fmt;

use super::{Bytes, Count, SignedBytes, SignedCount};

/// An amount of what is counted: `13.7 MiB`, or `1,234` where it is a number of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// How much.
    pub value: u64,
    /// Whether it is in bytes; else it is a number of things.
    pub is_bytes: bool,
}

impl Amount {
    /// So much.
    pub fn new(value: u64, is_bytes: bool) -> Amount {
        Amount { value, is_bytes }
    }

    /// An estimate as the nearest whole amount; less than nothing is nothing.
    pub fn rounded(value: f64, is_bytes: bool) -> Amount {
        Amount::new(value.max(0.0).round() as u64, is_bytes)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_bytes {
            true => Bytes(self.value).fmt(f),
            false => Count(self.value).fmt(f),
        }
    }
}

/// A change of what is counted, with its sign: `+13.7 MiB`, or `-56` where it is a number of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedAmount {
    /// By how much.
    pub value: i64,
    /// Whether it is in bytes; else it is a number of things.
    pub is_bytes: bool,
}

impl SignedAmount {
    /// By so much.
    pub fn new(value: i64, is_bytes: bool) -> SignedAmount {
        SignedAmount { value, is_bytes }
    }

    /// An estimate as the nearest whole change.
    pub fn rounded(value: f64, is_bytes: bool) -> SignedAmount {
        SignedAmount::new(value.round() as i64, is_bytes)
    }
}

impl fmt::Display for SignedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_bytes {
            true => SignedBytes(self.value).fmt(f),
            false => SignedCount(self.value).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_printed_in_its_unit() {
        assert_eq!(Amount::new(2048, true).to_string(), "2.00 KiB");
        assert_eq!(Amount::new(2048, false).to_string(), "2,048");
        assert_eq!(Amount::rounded(-3.0, false).to_string(), "0");
        assert_eq!(SignedAmount::new(-2048, true).to_string(), "-2.00 KiB");
        assert_eq!(SignedAmount::rounded(1233.6, false).to_string(), "+1,234");
    }
}
