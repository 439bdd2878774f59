//! File names in the order people number them: `i2` before `i10`.

use std::cmp::Ordering;

/// Compares runs of digits as numbers of any length, all else byte by byte; what is equal so far goes by its bytes.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let (number_left, number_right) = (take_number(left), take_number(right));
        let ordering = match (number_left, number_right) {
            (Some((x, _)), Some((y, _))) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
            _ => left.first().cmp(&right.first()),
        };
        if ordering.is_ne() {
            return ordering;
        }
        (left, right) = match (number_left, number_right) {
            (Some((_, left)), Some((_, right))) => (left, right),
            _ if left.is_empty() => return a.cmp(b),
            _ => (&left[1..], &right[1..]),
        };
    }
}

/// The digits at the front without leading zeros, and what follows them.
fn take_number(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let zeros = text.iter().take_while(|byte| **byte == b'0').count();
    (end > 0).then(|| (&text[zeros..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn numbers_compare_as_numbers_whatever_their_length() {
        let mut names = [
            "a.i10",
            "a.i2",
            "a.i2b",
            "b",
            "a",
            "a.i0002",
            "a.i99999999999999999999999",
        ];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            [
                "a",
                "a.i0002",
                "a.i2",
                "a.i2b",
                "a.i10",
                "a.i99999999999999999999999",
                "b"
            ]
        );
    }
}
