//! What it means for whoever is on call that memory of this server runs short.

use super::alert::{AlertKind, Finding, Observation, Severity};
use super::rules::Meaning;
use crate::serve::store::{Pressure, PressureLevel, SELF};
use crate::serve::time::WallTime;
use crate::units::Bytes;

/// Memory is not short any more when it has not been for so long: a heap that breathes around the mark is one alert.
const RELIEVED_MS: i64 = 5 * 60_000;
/// Tells memory that runs short from a heap that breathes.
#[derive(Debug, Default)]
pub(super) struct PressureRuler {
    /// Since when memory has not been short, and not at risk.
    relieved: [Option<WallTime>; 2],
}

impl PressureRuler {
    /// What it means that memory of this server runs short, or does not. The worse of the two stands for the other: one is told.
    pub(super) fn mean(&mut self, pressure: Option<Pressure>, now: WallTime) -> [Meaning; 2] {
        let level = pressure.map(|it| it.level);
        let [pressed, at_risk] = &mut self.relieved;
        let at_risk_is = match pressure {
            Some(it) if it.level == PressureLevel::OomRisk => Meaning::Known(Observation {
                kind: AlertKind::OomRisk,
                scope: SELF.into(),
                finding: Some(at_risk_of(&it)),
            }),
            _ => Meaning::Unknown(AlertKind::OomRisk),
        };
        let pressed_is = match pressure {
            Some(it) if it.level == PressureLevel::MemoryPressure => Meaning::Known(Observation {
                kind: AlertKind::MemoryPressure,
                scope: SELF.into(),
                finding: Some(pressed_by(&it)),
            }),
            _ => Meaning::Unknown(AlertKind::MemoryPressure),
        };
        [
            relief(pressed_is, level.is_some(), pressed, now),
            relief(
                at_risk_is,
                level == Some(PressureLevel::OomRisk),
                at_risk,
                now,
            ),
        ]
    }
}

/// Over, where it has not been so for long enough.
fn relief(meaning: Meaning, is_so: bool, since: &mut Option<WallTime>, now: WallTime) -> Meaning {
    if is_so {
        *since = None;
        return meaning;
    }
    let began = *since.get_or_insert(now);
    match meaning {
        Meaning::Unknown(kind) if now.since(began) >= RELIEVED_MS => Meaning::Known(Observation {
            kind,
            scope: SELF.into(),
            finding: None,
        }),
        meaning => meaning,
    }
}

fn at_risk_of(pressure: &Pressure) -> Finding {
    let used = pressure.working_set_bytes.zip(pressure.max_bytes);
    let detail = used.map_or_else(String::new, |(used, max)| {
        format!("its control group uses {} of {}", Bytes(used), Bytes(max))
    });
    let summary = "this server is about to be killed for its memory".to_owned();
    Finding::new(Severity::Critical, summary, detail)
}

fn pressed_by(pressure: &Pressure) -> Finding {
    let resident = Bytes(pressure.resident_bytes);
    let detail = match pressure.limit_bytes {
        Some(limit) => format!("its resident set is {resident} of {}", Bytes(limit)),
        None => format!("its resident set is {resident}"),
    };
    let summary = "memory of this server runs short".to_owned();
    Finding::new(Severity::Warning, summary, detail)
}
