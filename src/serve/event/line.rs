//! One line of a log, from bytes to an event.

use serde::de::IgnoredAny;

use super::half_characters::whole_characters;
use super::{LogEvent, RejectReason, shape};
use crate::serve::bounds::EVENT_LINE_BYTES;

/// Understands one line, without its newline. `host` is the name of this machine, for lines that do not say where they are from.
/// `None` for a blank line.
///
/// # Errors
/// The line is no event; the reason says why.
pub fn parse(line: &[u8], host: &str) -> Result<Option<LogEvent>, RejectReason> {
    if line.len() > EVENT_LINE_BYTES {
        return Err(RejectReason::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| RejectReason::NotUtf8)?;
    // Some editors and shells put a byte order mark before the first line of a file.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    if text.is_empty() {
        return Ok(None);
    }
    if !text.starts_with('{') {
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => RejectReason::NotAnObject,
            Err(_) => RejectReason::NotJson,
        });
    }
    let text = whole_characters(text);
    let draft = shape::draft(&text, host)?;
    draft.check()?;
    Ok(Some(draft.into_event()))
}
