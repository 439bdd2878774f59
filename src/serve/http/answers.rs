//! Questions to a view. They are answered by `serve::query`; this is the one place that knows its names.

use std::sync::Arc;

use crate::serve::event::{Level, LogEvent};
use crate::serve::store::View;

/// Which events are asked for. What is absent is not asked.
#[derive(Debug, Clone, Default)]
pub(super) struct EventQuestion {
    pub(super) limit: usize,
    pub(super) worker: Option<String>,
    pub(super) level: Option<Level>,
    pub(super) bead: Option<String>,
    pub(super) path: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) since: Option<i64>,
    pub(super) until: Option<i64>,
}

/// The newest events that match, oldest first.
pub(super) fn events(view: &View, question: &EventQuestion) -> Vec<Arc<LogEvent>> {
    let mut found: Vec<Arc<LogEvent>> = view
        .events
        .iter()
        .rev()
        .map(|sequenced| &sequenced.event)
        .filter(|event| matches(event, question))
        .take(question.limit)
        .cloned()
        .collect();
    found.reverse();
    found
}

fn matches(event: &LogEvent, question: &EventQuestion) -> bool {
    let same = |asked: &Option<String>, found: Option<&str>| {
        asked.as_deref().is_none_or(|asked| found == Some(asked))
    };
    same(&question.worker, Some(event.worker()))
        && question.level.is_none_or(|level| event.level() == level)
        && same(&question.bead, event.bead())
        && same(&question.path, event.path())
        && question.since.is_none_or(|since| event.ts().0 >= since)
        && question.until.is_none_or(|until| event.ts().0 <= until)
        && question
            .kind
            .as_deref()
            .is_none_or(|pattern| glob(pattern.as_bytes(), event.message().as_bytes()))
}

/// `*` is anything, `?` one byte.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == b'?' || text.get(t) == Some(&c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == b'*')
}
