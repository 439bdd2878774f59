//! Text that is too wide -> text that fits and still says which function it is.
//!
//! The end of a name is worth most (the function), then its start (the project); what is between goes first: template
//! arguments, directories of a package, and at last whatever is in the middle.

/// What stands for text left out.
const ELLIPSIS: char = '…';
/// Between a frame and its caller.
pub(super) const CALLED_BY: &str = " ← ";
/// Brackets that hold less than this are kept while others are emptied: Go's `(*Server)` is part of the name.
const SHORT_BRACKETS: usize = 16;
/// A caller shortened to less than this says nothing.
const USEFUL_NAME: usize = 14;

/// Columns a character takes on a terminal.
pub(super) fn char_width(c: char) -> usize {
    match c as u32 {
        0..0x300 => 1,
        // Marks that are drawn over the character before them.
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Columns a text takes on a terminal.
pub(super) fn text_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// A text of at most `width` columns: its middle is left out if it is wider.
pub(super) fn middle(text: &str, width: usize) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    if width <= 1 {
        return ELLIPSIS.to_string().repeat(width);
    }
    let head_width = (width - 1) / 3;
    let head = take(text.chars(), head_width);
    let tail: Vec<char> = take(text.chars().rev(), width - 1 - head_width);
    head.into_iter()
        .chain([ELLIPSIS])
        .chain(tail.into_iter().rev())
        .collect()
}

/// The name of a function in at most `width` columns.
pub(super) fn name(text: &str, width: usize) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let emptied = empty_brackets(text);
    if text_width(&emptied) <= width {
        return emptied;
    }
    // A slash in brackets is the package of a type argument, not of the function.
    let before_brackets = emptied.find(['(', '<', '[']).unwrap_or(emptied.len());
    if let Some(slash) = emptied[..before_brackets].rfind('/') {
        let last = &emptied[slash..];
        let host = emptied.find('/').filter(|&host| host < slash);
        for head in host.map(|host| &emptied[..=host]).into_iter().chain([""]) {
            if text_width(head) + 1 + text_width(last) <= width {
                return format!("{head}{ELLIPSIS}{last}");
            }
        }
    }
    middle(&emptied, width)
}

/// A call path in at most `width` columns, the frame to blame first: far callers are left out first, and the first frame
/// is shortened only if it does not fit alone.
pub(super) fn path(frames: &[impl AsRef<str>], width: usize) -> String {
    let Some((first, callers)) = frames.split_first() else {
        return String::new();
    };
    let more = text_width(CALLED_BY) + 1;
    let room_after = |rest: usize| width.saturating_sub(if rest > 0 { more } else { 0 });
    let mut out = name(first.as_ref(), room_after(callers.len()));
    let mut used = text_width(&out);
    for (index, caller) in callers.iter().enumerate() {
        let rest = callers.len() - index - 1;
        let room = room_after(rest).saturating_sub(used + text_width(CALLED_BY));
        let caller = caller.as_ref();
        if text_width(caller) > room && room < USEFUL_NAME {
            return out + CALLED_BY + "…";
        }
        let caller = name(caller, room);
        used += text_width(CALLED_BY) + text_width(&caller);
        out.push_str(CALLED_BY);
        out.push_str(&caller);
    }
    out
}

fn take(chars: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut used = 0;
    chars
        .take_while(|&c| {
            used += char_width(c);
            used <= width
        })
        .collect()
}

/// Leaves out what long brackets hold: `map<string, vector<int>>::insert(int const&)` -> `map<…>::insert(…)`.
fn empty_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = String::new();
    let mut depth = 0usize;
    let mut previous = ' ';
    for c in text.chars() {
        let opens = matches!(c, '<' | '(' | '[' | '{');
        // The arrow of `Fn() -> T` and of `operator->` closes nothing.
        let closes = matches!(c, '>' | ')' | ']' | '}') && !(c == '>' && previous == '-');
        previous = c;
        if closes && depth > 0 {
            depth -= 1;
            if depth == 0 {
                if text_width(&inside) < SHORT_BRACKETS {
                    out.push_str(&inside);
                } else {
                    out.push(ELLIPSIS);
                }
                inside.clear();
            }
        }
        if depth > 0 {
            inside.push(c);
        } else {
            out.push(c);
        }
        if opens {
            depth += 1;
        }
    }
    // A bracket that never closes is no bracket, like that of `operator<`.
    out.push_str(&inside);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_goes_and_the_end_stays() {
        assert_eq!(middle("abcdefghijklmnop", 10), "abc…klmnop");
        assert_eq!(middle("short", 10), "short");
        assert_eq!(middle("ab", 1), "…");
        assert_eq!(middle("ab", 0), "");
    }

    #[test]
    fn template_arguments_go_before_anything_else() {
        let long = "std::map<std::string, std::vector<int>>::insert(std::string const&, int)";
        assert_eq!(name(long, 40), "std::map<…>::insert(…)");
        assert_eq!(
            name("<alloc::vec::Vec<u8> as core::clone::Clone>::clone", 30),
            "<…>::clone"
        );
    }

    #[test]
    fn directories_of_a_package_go_before_the_function() {
        let long = "github.com/prometheus/client_golang/prometheus/promhttp.(*Registry).Gather";
        assert_eq!(name(long, 44), "github.com/…/promhttp.(*Registry).Gather");
        assert_eq!(name(long, 34), "…/promhttp.(*Registry).Gather");
        assert_eq!(name(long, 20), "github…istry).Gather");
    }

    #[test]
    fn a_comparison_operator_is_not_a_bracket() {
        assert_eq!(
            name("very::long::scope::operator<", 20),
            "very::…pe::operator<"
        );
    }

    #[test]
    fn far_callers_go_first_and_the_frame_to_blame_last() {
        let frames = ["main.leak", "main.serve", "main.main", "runtime.main"];
        assert_eq!(
            path(&frames, 80),
            "main.leak ← main.serve ← main.main ← runtime.main"
        );
        assert_eq!(path(&frames, 40), "main.leak ← main.serve ← main.main ← …");
        assert_eq!(path(&frames, 20), "main.leak ← …");
        assert_eq!(path(&frames, 12), "ma….leak ← …");
        for width in 0..60 {
            assert!(text_width(&path(&frames, width)) <= width.max(4));
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(text_width("漏れ"), 4);
        assert_eq!(middle("漏れ漏れ漏れ", 7), "漏…漏れ");
    }
}
