//! The logs of a fleet of workers: many, in each other's way, with errors, long lines and ids that never come again.

use std::fmt::Write as _;

/// Writes the lines of a fleet. The same seed gives the same lines.
pub(crate) struct WorkerLogs {
    line: u64,
    state: u64,
    sequence: u64,
    /// Time of the next line, in milliseconds since 1970.
    now_ms: i64,
    /// From line to line.
    step_us: i64,
    passed_us: i64,
}

/// Workers that are there for the whole time, beside those that come and go.
const STEADY_WORKERS: u64 = 40;

impl WorkerLogs {
    /// Lines that begin at a time, each some microseconds after the one before.
    pub(crate) fn new(seed: u64, from_ms: i64, step_us: i64) -> WorkerLogs {
        WorkerLogs {
            line: 0,
            state: seed.wrapping_mul(2).wrapping_add(1),
            sequence: 0,
            now_ms: from_ms,
            step_us,
            passed_us: 0,
        }
    }

    /// A number below `bound`, from a generator of the xorshift kind: the lines need variety and not quality.
    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % bound
    }

    /// Adds the next line.
    pub(crate) fn write_line(&mut self, out: &mut String) {
        self.line += 1;
        self.sequence += 1;
        self.passed_us += self.step_us;
        let ms = self.now_ms + self.passed_us / 1000;
        let at = jiff::Timestamp::from_millisecond(ms).expect("a time of this century");
        let sequence = self.sequence;
        let worker = match self.below(10) {
            // Every tenth line is of a worker that comes and goes: ten thousand lines make a thousand of them.
            0 => format!("guest-{}", self.line / 10),
            _ => format!("worker-{}", self.below(STEADY_WORKERS)),
        };
        let bead = match self.below(4) {
            0 => self.below(12),
            _ => self.line / 50,
        };
        let path = match self.below(3) {
            0 => self.below(200),
            _ => self.line,
        };
        let written = match self.below(100) {
            0..40 => write!(
                out,
                r#"{{"timestamp":"{at}","event_type":"tool.call","worker_id":"{worker}","session_id":"s-{worker}","sequence":{sequence},"bead_id":"qx-{bead}","data":{{"tool":"Edit","path":"/srv/app/src/part{}/file{path}.rs","duration_ms":{}}}}}"#,
                path % 50,
                sequence % 900
            ),
            40..70 => write!(
                out,
                r#"{{"timestamp":"{at}","event_type":"tool.call","worker_id":"{worker}","session_id":"s-{worker}","sequence":{sequence},"bead_id":"qx-{bead}","data":{{"tool":"Read","path":"/srv/app/src/file{path}.rs","bytes":{}}}}}"#,
                sequence * 7
            ),
            70..80 => write!(
                out,
                r#"{{"ts":{ms},"worker":"{worker}","level":"info","msg":"llm.request.finished","usage":{{"input_tokens":{},"output_tokens":120}}}}"#,
                sequence % 90_000
            ),
            80..86 => write!(
                out,
                r#"{{"ts":"{at}","event":"bead.claimed","level":"info","session":"n-{worker}","worker":"{worker}","data":{{"bead_id":"qx-{bead}","workspace":"/srv/app"}}}}"#
            ),
            86..92 => write!(
                out,
                r#"{{"timestamp":"{at}","event_type":"bead.completed","worker_id":"{worker}","session_id":"s-{worker}","sequence":{sequence},"bead_id":"qx-{bead}","data":{{"duration_ms":{}}}}}"#,
                sequence % 200_000
            ),
            92..96 => write!(
                out,
                r#"{{"timestamp":"{at}","event_type":"error.timeout","worker_id":"{worker}","session_id":"s-{worker}","sequence":{sequence},"bead_id":"qx-{bead}","data":{{"error":"stage {} of plan {}: deadline exceeded after {}s"}}}}"#,
                letters(self.line / 100),
                letters(self.line / 7),
                sequence % 60
            ),
            96..98 => write!(
                out,
                r#"{{"timestamp":"{at}","event_type":"worker.state_transition","worker_id":"{worker}","session_id":"s-{worker}","sequence":{sequence},"data":{{"from":"SELECTING","to":"BUILDING"}}}}"#
            ),
            98 => write!(
                out,
                r#"{{"timestamp":"{at}","event_type":"agent.output","worker_id":"{worker}","session_id":"s-{worker}","sequence":{sequence},"data":{{"text":"{}"}}}}"#,
                "word ".repeat(400)
            ),
            _ => write!(out, "no event at all {sequence}"),
        };
        written.expect("a string takes everything");
        out.push('\n');
    }
}

/// A number in letters: digits would be taken out of an error's fingerprint, and all errors would be one.
fn letters(mut number: u64) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return word;
        }
    }
}
