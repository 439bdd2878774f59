//! A signed share -> a bar of block characters.

/// Columns of a bar that can only grow to the right.
const WIDTH: usize = 10;
/// Columns on each side of the centre.
const HALF: usize = 5;
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar from the left edge, of a share between 0 and 1.
pub(super) fn from_left(share: f64) -> String {
    to_right(share, WIDTH)
}

/// A bar about a centre, of a share between -1 and 1, as wide for every share.
pub(super) fn about_centre(share: f64) -> String {
    let (left, right) = if share < 0.0 {
        (to_left(-share), String::new())
    } else {
        (String::new(), to_right(share, HALF))
    };
    format!("{left:>HALF$}│{right:<HALF$}")
}

fn to_right(share: f64, width: usize) -> String {
    let eighths = steps(share, width * 8);
    let mut out = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        out.push(EIGHTHS[eighths % 8]);
    }
    out
}

/// Unicode has two blocks that start at the right edge, so bars to the left grow in halves.
fn to_left(share: f64) -> String {
    let eighths = steps(share, HALF * 8);
    let part = match eighths % 8 {
        0 => "",
        1..4 => "▕",
        _ => "▐",
    };
    format!("{part}{}", "█".repeat(eighths / 8))
}

/// What is not nothing is seen.
fn steps(share: f64, most: usize) -> usize {
    if share > 0.0 {
        ((share.min(1.0) * most as f64).round() as usize).max(1)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_right_of_the_centre_and_shrinking_left_of_it() {
        assert_eq!(about_centre(1.0), "     │█████");
        assert_eq!(about_centre(0.5), "     │██▌  ");
        assert_eq!(about_centre(0.0), "     │     ");
        assert_eq!(about_centre(-0.5), "  ▐██│     ");
        assert_eq!(about_centre(-7.0), "█████│     ");
    }

    #[test]
    fn a_small_share_is_still_seen_and_no_number_is_nothing() {
        assert_eq!(from_left(1e-9), "▏");
        assert_eq!(about_centre(-1e-9), "    ▕│     ");
        assert_eq!(from_left(f64::NAN), "");
    }
}
