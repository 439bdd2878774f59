//! How good a judge of series is: its verdicts, the suspects it names and their rates, against what was planted.

use std::collections::BTreeMap;
use std::fmt;

use super::series_simulation::PlantedLeak;

/// A stack that a judge calls leaking.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedSuspect {
    /// Function names, the leaf first.
    pub(crate) stack: Vec<String>,
    /// How fast it is said to grow.
    pub(crate) bytes_per_hour: f64,
}

/// What is counted over many series.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LeakScore {
    /// Series that leak and are said to.
    pub(crate) true_alarms: u64,
    /// Series that do not leak and are said to.
    pub(crate) false_alarms: u64,
    /// Series that leak and are not said to.
    pub(crate) misses: u64,
    /// Series that do not leak and are not said to.
    pub(crate) true_silences: u64,
    wrong_suspects: u64,
    leaks: u64,
    named_leaks: u64,
    rate_errors: Vec<f64>,
    /// By label, so that what leaks stands together, and name: series that are said to leak, and all.
    scenarios: BTreeMap<(bool, &'static str), (u64, u64)>,
}

impl LeakScore {
    /// Counts one series: what was planted in it, whether it was said to leak, and whom it was said of, the first suspect first.
    pub(crate) fn add(
        &mut self,
        scenario: &'static str,
        planted: &[PlantedLeak],
        said_to_leak: bool,
        suspects: &[NamedSuspect],
    ) {
        let leaks = !planted.is_empty();
        *match (leaks, said_to_leak) {
            (true, true) => &mut self.true_alarms,
            (false, true) => &mut self.false_alarms,
            (true, false) => &mut self.misses,
            (false, false) => &mut self.true_silences,
        } += 1;
        let counts = self.scenarios.entry((!leaks, scenario)).or_default();
        counts.0 += u64::from(said_to_leak);
        counts.1 += 1;
        let wrong = |suspect: &&NamedSuspect| !planted.iter().any(|leak| names(suspect, leak));
        self.wrong_suspects += suspects.iter().filter(wrong).count() as u64;
        for leak in planted {
            self.leaks += 1;
            // The first that names it is the one that would be read.
            if let Some(suspect) = suspects.iter().find(|suspect| names(suspect, leak)) {
                self.named_leaks += 1;
                let error = suspect.bytes_per_hour / leak.bytes_per_hour - 1.0;
                self.rate_errors.push(error.abs());
            }
        }
    }

    /// All series.
    pub(crate) fn series(&self) -> u64 {
        self.true_alarms + self.false_alarms + self.misses + self.true_silences
    }

    /// The part of the alarms that is true.
    pub(crate) fn precision(&self) -> Option<f64> {
        share(self.true_alarms, self.true_alarms + self.false_alarms)
    }

    /// The part of the leaking series that raises an alarm.
    pub(crate) fn recall(&self) -> Option<f64> {
        share(self.true_alarms, self.true_alarms + self.misses)
    }

    /// The harmonic mean of precision and recall.
    pub(crate) fn f1(&self) -> Option<f64> {
        let wrong = self.false_alarms + self.misses;
        share(2 * self.true_alarms, 2 * self.true_alarms + wrong)
    }

    /// Suspects that name nothing that leaks, per hundred series of any kind.
    pub(crate) fn wrong_suspects_per_hundred(&self) -> Option<f64> {
        share(100 * self.wrong_suspects, self.series())
    }

    /// The part of the planted leaks that some suspect names.
    pub(crate) fn named_share(&self) -> Option<f64> {
        share(self.named_leaks, self.leaks)
    }

    /// The median of how far off the rate of a named leak is, as a part of the true rate.
    pub(crate) fn median_rate_error(&self) -> Option<f64> {
        let mut errors = self.rate_errors.clone();
        errors.sort_by(f64::total_cmp);
        let upper = *errors.get(errors.len() / 2)?;
        let lower = errors[(errors.len() - 1) / 2];
        Some((lower + upper) / 2.0)
    }

    /// How many series of a scenario are said to leak, and how many there are.
    pub(crate) fn said_to_leak(&self, scenario: &str) -> (u64, u64) {
        self.scenarios
            .iter()
            .filter(|((_, name), _)| *name == scenario)
            .fold((0, 0), |sum, (_, counts)| {
                (sum.0 + counts.0, sum.1 + counts.1)
            })
    }
}

/// Whether a suspect is a leak: its stack has the leaking function and its caller, one after the other, wherever that is.
/// What a judge leaves out below or above them is a matter of taste.
fn names(suspect: &NamedSuspect, leak: &PlantedLeak) -> bool {
    let owner = &leak.stack[..leak.stack.len().min(2)];
    suspect.stack.windows(owner.len()).any(|pair| pair == owner)
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl fmt::Display for LeakScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.3}"));
        writeln!(f, "                  said to leak      not said to")?;
        writeln!(
            f,
            "leaks             {:>12} {:>16}",
            self.true_alarms, self.misses
        )?;
        writeln!(
            f,
            "does not          {:>12} {:>16}",
            self.false_alarms, self.true_silences
        )?;
        writeln!(
            f,
            "precision {}, recall {}, F1 {}",
            number(self.precision()),
            number(self.recall()),
            number(self.f1())
        )?;
        writeln!(
            f,
            "wrong suspects per 100 series {}, leaks named {}, median rate error {}",
            number(self.wrong_suspects_per_hundred()),
            number(self.named_share()),
            number(self.median_rate_error())
        )?;
        for ((stable, name), (said, all)) in &self.scenarios {
            let label = if *stable { "stable" } else { "leaks" };
            let wrong = if *stable { *said } else { all - said };
            let remark = if wrong > 0 {
                format!(", {wrong} wrong")
            } else {
                String::new()
            };
            writeln!(
                f,
                "{label:<7} {name:<34} said to leak {said:>4} of {all:>4}{remark}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn leak(names: &[&str], bytes_per_hour: f64) -> PlantedLeak {
        PlantedLeak {
            stack: stack(names),
            bytes_per_hour,
            since_ms: 0,
            rows: vec![0],
        }
    }

    fn suspect(names: &[&str], bytes_per_hour: f64) -> NamedSuspect {
        NamedSuspect {
            stack: stack(names),
            bytes_per_hour,
        }
    }

    #[test]
    fn verdicts_suspects_and_rates_are_counted() {
        let mut score = LeakScore::default();
        // Two leaks, of which one is named, with a better guess too late, and somebody innocent is as well.
        score.add(
            "slow leak",
            &[
                leak(&["keep", "cart", "main"], 100.0),
                leak(&["put", "login"], 50.0),
            ],
            true,
            &[
                suspect(&["malloc", "keep", "cart"], 80.0),
                suspect(&["keep", "cart"], 100.0),
                suspect(&["keep", "warm", "cart"], 5.0),
            ],
        );
        // Named, though the verdict says no.
        score.add(
            "slow leak",
            &[leak(&["keep", "cart", "main"], 100.0)],
            false,
            &[suspect(&["keep", "cart"], 140.0)],
        );
        score.add("quiet", &[], true, &[suspect(&["keep", "cart"], 1.0)]);
        for _ in 0..2 {
            score.add("quiet", &[], false, &[]);
        }
        assert_eq!(score.series(), 5);
        let matrix = [
            score.true_alarms,
            score.false_alarms,
            score.misses,
            score.true_silences,
        ];
        assert_eq!(matrix, [1, 1, 1, 2]);
        assert_eq!(score.precision(), Some(0.5));
        assert_eq!(score.recall(), Some(0.5));
        assert_eq!(score.f1(), Some(0.5));
        assert_eq!(score.wrong_suspects_per_hundred(), Some(40.0));
        assert_eq!(score.named_share(), Some(2.0 / 3.0));
        let error = score.median_rate_error().expect("two leaks are named");
        assert!((error - 0.3).abs() < 1e-9, "{error}");
        assert_eq!(score.said_to_leak("quiet"), (1, 3));
        assert_eq!(score.said_to_leak("drain"), (0, 0));
        assert_eq!(
            score.to_string(),
            "                  said to leak      not said to\n\
             leaks                        1                1\n\
             does not                     1                2\n\
             precision 0.500, recall 0.500, F1 0.500\n\
             wrong suspects per 100 series 40.000, leaks named 0.667, median rate error 0.300\n\
             leaks   slow leak                          said to leak    1 of    2, 1 wrong\n\
             stable  quiet                              said to leak    1 of    3, 1 wrong\n"
        );
    }

    #[test]
    fn what_was_not_seen_is_unknown() {
        let score = LeakScore::default();
        assert_eq!(score.f1(), None);
        assert_eq!(score.median_rate_error(), None);
        assert!(score.to_string().contains("precision -, recall -, F1 -"));
    }
}
