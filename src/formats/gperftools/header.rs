//! The first line: totals and kind.

use crate::formats::scanner::{Counts, Scanner};
use crate::model::{PeriodSource, Sampling};

/// The first line of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) totals: Counts,
    pub(super) kind: Kind,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Live objects, all of them.
    Exact,
    /// Live objects, sampled with this mean interval in bytes.
    Sampled(u64),
    /// Bytes by which stacks made the heap grow.
    Growth,
    /// Bytes that stacks waste.
    Fragmentation,
}

/// What jeprof assumes where the header has no rate.
const DEFAULT_PERIOD: u64 = 128 * 1024;

impl Header {
    /// Reads `heap profile: n: b [N: B] @ kind/rate`.
    pub(super) fn parse(line: &[u8]) -> Option<Header> {
        let mut scanner = Scanner::new(line);
        scanner.literal(b"heap profile:")?;
        let totals = scanner.counts()?;
        scanner.blanks().literal(b"@")?;
        let word = scanner.blanks().word();
        let (name, rate) = match word.iter().position(|&byte| byte == b'/') {
            Some(slash) => (&word[..slash], Scanner::new(&word[slash + 1..]).decimal()),
            None => (word, None),
        };
        let kind = match name {
            b"heapprofile" => Kind::Exact,
            b"heap_v2" | b"heapz_v2" => Kind::Sampled(rate.unwrap_or(DEFAULT_PERIOD)),
            // The rate of the old form is twice the mean interval (pprof, `parseHeapHeader`).
            b"heap" | b"heapz" => Kind::Sampled(rate.map_or(DEFAULT_PERIOD, |rate| rate / 2)),
            b"growth" | b"growthz" => Kind::Growth,
            b"fragmentation" | b"fragmentationz" => Kind::Fragmentation,
            _ => return None,
        };
        Some(Header { totals, kind })
    }
}

impl Kind {
    /// How precise the numbers are.
    pub(super) fn sampling(self) -> Sampling {
        match self {
            Kind::Sampled(period) if period > 1 => Sampling::Poisson {
                period,
                source: PeriodSource::Stated,
            },
            _ => Sampling::Exact,
        }
    }

    /// The interval by which each record is unsampled.
    pub(super) fn period(self) -> u64 {
        match self {
            Kind::Sampled(period) => period,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_and_nothing_else() {
        let check = |kind: &str, expected: Option<Kind>| {
            let line = format!("heap profile:   1: 2 [ 3: 4 ] @ {kind}");
            assert_eq!(
                Header::parse(line.as_bytes()).map(|header| header.kind),
                expected,
                "{kind}"
            );
        };
        check("heapprofile", Some(Kind::Exact));
        check("heap_v2/65536", Some(Kind::Sampled(65_536)));
        check("heap/1048576", Some(Kind::Sampled(524_288)));
        check("heapz_v2", Some(Kind::Sampled(131_072)));
        check("growthz", Some(Kind::Growth));
        check("wibble", None);
    }
}
