//! Bytes in pieces of any size -> whole lines.

/// How much of a line that is too long is shown.
pub(super) const SHOWN_BYTES: usize = 256;

/// A line, or that one was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A whole line without its end.
    Line(&'a [u8]),
    /// The beginning of a line that is too long, and its whole length without its end.
    TooLong(&'a [u8], u64),
}

/// A line that is too long and whose end has not been seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LongLine {
    /// Its beginning.
    pub(super) start: Box<[u8]>,
    /// Its bytes so far; it goes on behind them.
    pub(super) bytes: u64,
    /// Whether the last of them is a carriage return.
    pub(super) ends_in_return: bool,
}

/// Splits lines off `window`, which begins where a line begins, or where `long` goes on. Gives each with the place behind it, in bytes from
/// the start of the window; returns how far whole lines and the parts of a long one reach. The rest is the beginning of a line.
pub(super) fn split(
    window: &[u8],
    cap: usize,
    long: &mut Option<Box<LongLine>>,
    mut take: impl FnMut(usize, Piece<'_>),
) -> usize {
    let mut from = 0;
    for at in memchr::memchr_iter(b'\n', window) {
        let piece = window.get(from..at).unwrap_or_default();
        from = at + 1;
        match long.take() {
            None => {
                let line = piece.strip_suffix(b"\r").unwrap_or(piece);
                match line.get(..SHOWN_BYTES) {
                    Some(start) if line.len() > cap => {
                        take(from, Piece::TooLong(start, line.len() as u64));
                    }
                    None if line.len() > cap => {
                        take(from, Piece::TooLong(line, line.len() as u64));
                    }
                    _ => take(from, Piece::Line(line)),
                }
            }
            Some(line) => {
                let ends_in_return = match piece.last() {
                    Some(last) => *last == b'\r',
                    None => line.ends_in_return,
                };
                let bytes = line.bytes + piece.len() as u64 - u64::from(ends_in_return);
                take(from, Piece::TooLong(&line.start, bytes));
            }
        }
    }
    let rest = window.get(from..).unwrap_or_default();
    let Some(last) = rest.last() else {
        return from;
    };
    let ends_in_return = *last == b'\r';
    if let Some(line) = long {
        line.bytes += rest.len() as u64;
        line.ends_in_return = ends_in_return;
        return window.len();
    }
    // One more may be a carriage return, which does not count.
    if rest.len() > cap.saturating_add(1) {
        *long = Some(Box::new(LongLine {
            start: rest.get(..SHOWN_BYTES).unwrap_or(rest).into(),
            bytes: rest.len() as u64,
            ends_in_return,
        }));
        return window.len();
    }
    from
}
