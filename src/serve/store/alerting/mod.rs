//! What whoever is on call is told, and when: made of verdicts, of memory that runs short, and of what other rooms observe.
//!
//! What comes in: an [`Assessment`](super::Assessment), a [`Pressure`](super::Pressure) or an [`Observation`], and the time. What goes out: the
//! [`Alerts`] that hold and held, and an [`AlertChange`] for each that is worth telling. `rules` and `pressure` say what a finding is, `book`
//! remembers whom it was told, `pace` says when it is told again.
//!
//! It does not know how anybody is told: that is [`alerts`](crate::serve::alerts).

mod alert;
mod book;
mod course;
mod on_call;
mod pace;
mod pressure;
mod rules;

#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;

pub use alert::{
    Alert, AlertChange, AlertFigures, AlertKind, AlertOutcome, AlertStatus, Alerts, Finding,
    Observation, Severity, Told,
};
pub(super) use on_call::OnCall;
pub use pace::AlertPace;
pub use rules::AlertRules;
