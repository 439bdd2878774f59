//! Rows of integers, read at once: nine tenths of a heap snapshot are these.

/// The digits that are read together.
const TOGETHER: usize = 8;

/// So many digits always fit 64 bits.
const MOST_DIGITS: usize = 19;

/// Reads `,1,2,3` or `\n,1,2,3` from the front of `bytes` into `row`, and says how many bytes that is. Nothing where it stands in another way or
/// may go on behind the end: that is for [`JsonBytes`](super::json_bytes::JsonBytes), which knows blanks, ends and errors; `row` has anything then.
#[inline]
pub(super) fn row(bytes: &[u8], row: &mut [u64]) -> Option<usize> {
    let mut at = usize::from(bytes.first() == Some(&b'\n'));
    for value in row {
        if bytes.get(at) != Some(&b',') {
            return None;
        }
        at += 1;
        let rest = bytes.get(at..)?;
        let (front, length) = front(rest)?;
        if length == 0 {
            return None;
        }
        *value = front;
        at += length;
        if length == TOGETHER {
            at += more(rest.get(TOGETHER..)?, value)?;
        }
    }
    Some(at)
}

/// The number that the first digits are, up to eight, and how many they are. All eight bytes are looked at in one word, so that no branch
/// depends on how many digits there are, which nobody can foresee (Lemire, "Quickly parsing eight digits", 2018).
#[inline]
fn front(bytes: &[u8]) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*bytes.first_chunk()?) ^ 0x3030_3030_3030_3030;
    // A byte that is no digit sets its highest bit, here or with 0x76 added; what is carried from it goes into bytes behind it alone.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() as usize / 8;
    // The digits at the end, zeros before them.
    let digits = word.checked_shl(64 - 8 * length as u32).unwrap_or(0);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    const EVERY_FOURTH: u64 = 0x0000_00ff_0000_00ff;
    let high = (pairs & EVERY_FOURTH).wrapping_mul(100 + (1_000_000 << 32));
    let low = (pairs >> 16 & EVERY_FOURTH).wrapping_mul(1 + (10_000 << 32));
    Some((high.wrapping_add(low) >> 32, length))
}

/// Adds the digits behind the first eight, and says how many they are.
fn more(bytes: &[u8], value: &mut u64) -> Option<usize> {
    for (length, byte) in bytes.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Some(length);
        }
        if length == MOST_DIGITS - TOGETHER {
            return None;
        }
        *value = *value * 10 + u64::from(digit);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>(text: &str, expected: Option<([u64; N], usize)>) {
        let mut found = [0; N];
        let length = row(text.as_bytes(), &mut found);
        assert_eq!(length.map(|length| (found, length)), expected, "{text}");
    }

    #[test]
    fn numbers_of_any_length_are_read_and_longer_ones_are_left() {
        let all = "1234567890987654321";
        for length in 1..=all.len() {
            let number = &all[..length];
            let value = number.parse().unwrap_or_default();
            check(&format!(",{number},        "), Some(([value], length + 1)));
            let nines = "9".repeat(length);
            let value = nines.parse().unwrap_or_default();
            check(&format!("\n,{nines}]        "), Some(([value], length + 2)));
        }
        check::<1>(",12345678909876543210,        ", None);
        check(",00000000000000007,        ", Some(([7], 18)));
    }

    #[test]
    fn every_byte_that_is_no_digit_ends_a_number() {
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
            let mut text = b",407_99999999".to_vec();
            text[4] = byte;
            let mut found = [0];
            assert_eq!(row(&text, &mut found), Some(4), "{byte}");
            assert_eq!(found, [407]);
        }
    }

    #[test]
    fn rows_that_stand_in_another_way_are_left() {
        check(
            "\n,3,0,12345678,7\n,1,1        ",
            Some(([3, 0, 12_345_678, 7], 16)),
        );
        check::<2>("1,2,           ", None);
        check::<2>(",1 ,2,         ", None);
        check::<2>(",1, 2,         ", None);
        check::<2>(",1,-2,         ", None);
        check::<2>("]              ", None);
        check::<2>(",1]            ", None);
    }

    #[test]
    fn a_row_that_may_go_on_behind_the_end_is_left() {
        let text = ",1,234567890123";
        for end in 0..=text.len() {
            check::<2>(&text[..end], None);
        }
        check(&format!("{text}]"), Some(([1, 234_567_890_123], 15)));
    }
}
