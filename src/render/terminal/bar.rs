//! A signed bar out of block characters.

/// Columns on each side of the centre line.
const SIDE: usize = 6;

/// The bar for `value` between -1 and 1. To the right the fill is exact to an eighth of a column; to the left Unicode has
/// only an eighth and a half. What is not zero is never drawn as nothing. `both_sides` keeps room for bars to the left.
///
/// The side of the centre line tells growth from shrinkage without colour; in ASCII the sign does as well.
pub(super) fn bar(value: f64, both_sides: bool, unicode: bool) -> String {
    let value = if value.is_finite() {
        value.clamp(-1.0, 1.0)
    } else {
        0.0
    };
    let (left, right) = if value < 0.0 {
        (fill(-value, unicode, Side::Left), String::new())
    } else {
        (String::new(), fill(value, unicode, Side::Right))
    };
    let centre = if unicode { '│' } else { '|' };
    let room = if both_sides { SIDE } else { 0 };
    format!("{left:>room$}{centre}{right}")
}

enum Side {
    Left,
    Right,
}

fn fill(share: f64, unicode: bool, side: Side) -> String {
    let eighths = ((share * (SIDE * 8) as f64).round() as usize).max(usize::from(share > 0.0));
    if !unicode {
        let sign = match side {
            Side::Left => "-",
            Side::Right => "+",
        };
        return sign.repeat(eighths.div_ceil(8).min(SIDE));
    }
    let full = "█".repeat(eighths / 8);
    match (side, eighths % 8) {
        (Side::Right, part) => full + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][part],
        (Side::Left, 0) => full,
        (Side::Left, 1..3) => format!("▕{full}"),
        (Side::Left, 3..6) => format!("▐{full}"),
        (Side::Left, _) => format!("█{full}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_to_the_right_of_the_centre_line_and_shrinkage_to_the_left() {
        assert_eq!(bar(1.0, true, true), "      │██████");
        assert_eq!(bar(0.25, true, true), "      │█▌");
        assert_eq!(bar(-0.25, true, true), "    ▐█│");
        assert_eq!(bar(-1.0, true, true), "██████│");
        assert_eq!(bar(0.0, true, true), "      │");
    }

    #[test]
    fn a_column_without_shrinkage_needs_no_left_side() {
        assert_eq!(bar(0.5, false, true), "│███");
    }

    #[test]
    fn a_tiny_change_is_still_seen() {
        assert_eq!(bar(0.02, true, true), "      │▏");
        assert_eq!(bar(-0.02, true, true), "     ▕│");
        assert_eq!(bar(1e-9, true, true), "      │▏");
    }

    #[test]
    fn ascii_shows_the_sign() {
        assert_eq!(bar(0.5, true, false), "      |+++");
        assert_eq!(bar(-0.4, true, false), "   ---|");
    }

    #[test]
    fn what_is_not_a_number_has_no_bar() {
        assert_eq!(bar(f64::NAN, true, true), "      │");
        assert_eq!(bar(f64::INFINITY, false, true), "│");
    }
}
