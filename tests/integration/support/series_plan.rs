//! What is to happen in a series, before it is simulated: when snapshots are taken, what each stack does, what leaks.

use super::live_course::{Course, Curve};
use super::ordinary_service::ordinary_stacks;
use super::random_draws::RandomDraws;

/// Length of a series, unless it is a fast one.
pub(crate) const SERIES_HOURS: f64 = 12.0;

/// The places that leak: a function of the program and its caller, which together occur nowhere else.
const OWNERS: [[&str; 2]; 6] = [
    ["shop/cart.(*Cart).Add", "shop/http.handleCart"],
    ["shop/session.(*Table).Put", "shop/auth.(*Gate).Login"],
    ["shop/events.(*Bus).Subscribe", "shop/push.(*Hub).Join"],
    ["shop/index.(*Trie).insert", "shop/search.(*Indexer).Update"],
    ["shop/metrics.(*Vec).With", "shop/metrics.Observe"],
    ["shop/retry.(*Queue).push", "shop/mail.(*Sender).Send"],
];

/// A stack and what its objects do.
pub(crate) struct PlannedStack {
    /// Function names, the leaf first.
    pub(crate) stack: Vec<String>,
    /// Size of each object.
    pub(crate) object_bytes: u64,
    /// What the objects do.
    pub(crate) course: Course,
}

/// A leak, which may be spread over several stacks.
pub(crate) struct PlannedLeak {
    /// What the stacks have in common, the leaf first.
    pub(crate) stack: Vec<String>,
    /// The indices of the stacks.
    pub(crate) rows: Vec<usize>,
    /// Hours from the first snapshot until it begins; 0 if it leaked before.
    pub(crate) since: f64,
}

/// What is to happen in a series.
pub(crate) struct Plan {
    /// Hours of the snapshots; the first is at 0.
    pub(crate) hours: Vec<f64>,
    /// What a service with these stacks usually holds.
    pub(crate) heap_bytes: f64,
    /// Requests, as a multiple of the usual.
    pub(crate) load: Curve,
    /// When the process is replaced by another.
    pub(crate) restart: Option<f64>,
    /// All stacks.
    pub(crate) stacks: Vec<PlannedStack>,
    /// What leaks.
    pub(crate) leaks: Vec<PlannedLeak>,
}

impl Plan {
    /// Twelve quiet hours, 25 snapshots: every half hour, or in one series of five with uneven gaps.
    pub(crate) fn twelve_hours(random: &mut RandomDraws) -> Plan {
        let even = random.below(5) > 0;
        Plan::of_service(snapshot_hours(25, SERIES_HOURS, even, random), random)
    }

    /// Twelve quiet hours of which there are only 6 or 8 snapshots, half of the time with uneven gaps.
    pub(crate) fn few_snapshots(random: &mut RandomDraws) -> Plan {
        let count = 6 + 2 * random.below(2) as usize;
        let even = random.below(2) == 0;
        Plan::of_service(snapshot_hours(count, SERIES_HOURS, even, random), random)
    }

    /// Three quiet minutes: 24 snapshots, 8 seconds apart.
    pub(crate) fn three_minutes(random: &mut RandomDraws) -> Plan {
        let span = 23.0 * 8.0 / 3600.0;
        Plan::of_service(snapshot_hours(24, span, true, random), random)
    }

    fn of_service(hours: Vec<f64>, random: &mut RandomDraws) -> Plan {
        let heap_bytes = random.log_uniform(256.0, 2048.0) * 1_048_576.0;
        Plan {
            hours,
            heap_bytes,
            load: Box::new(|_| 1.0),
            restart: None,
            stacks: ordinary_stacks(heap_bytes, random),
            leaks: Vec::new(),
        }
    }

    /// Hours from the first snapshot to the last.
    pub(crate) fn span(&self) -> f64 {
        self.hours.last().copied().unwrap_or_default()
    }

    /// Adds something innocent.
    pub(crate) fn add(&mut self, stack: Vec<String>, object_bytes: u64, course: Course) {
        self.stacks.push(PlannedStack {
            stack,
            object_bytes,
            course,
        });
    }

    /// Adds something innocent whose bytes follow a curve.
    pub(crate) fn hold(
        &mut self,
        stack: Vec<String>,
        object_bytes: u64,
        lifetime: f64,
        bytes: impl Fn(f64) -> f64 + 'static,
    ) {
        let level: Curve = Box::new(move |hours| bytes(hours) / object_bytes as f64);
        self.add(stack, object_bytes, Course::Held { level, lifetime });
    }

    /// Plants a leak of a constant rate, a part of the heap per hour, in a process that has been up for some time.
    pub(crate) fn leak_steadily(
        &mut self,
        heap_share: f64,
        object_bytes: u64,
        random: &mut RandomDraws,
    ) {
        let stack = self.leaking_stack(random);
        let rate = self.heap_bytes * heap_share;
        let held = rate * random.between(0.0, 12.0);
        let row = self.leak_row(stack.clone(), object_bytes, held, random, move |hours| {
            rate * hours
        });
        self.plant(stack, vec![row], 0.0);
    }

    /// Adds a stack that leaks: bytes held at the first snapshot, and gained since. Returns its index, for [`plant`](Self::plant).
    pub(crate) fn leak_row(
        &mut self,
        stack: Vec<String>,
        object_bytes: u64,
        held: f64,
        random: &mut RandomDraws,
        gained: impl Fn(f64) -> f64 + 'static,
    ) -> usize {
        let course = Course::Leak {
            held: held / object_bytes as f64,
            gained: Box::new(move |hours| gained(hours) / object_bytes as f64),
            freed_each: [0, 0, 1, 9][random.below(4) as usize],
        };
        self.add(stack, object_bytes, course);
        self.stacks.len() - 1
    }

    /// Declares these rows to be a leak.
    pub(crate) fn plant(&mut self, stack: Vec<String>, rows: Vec<usize>, since: f64) {
        self.leaks.push(PlannedLeak { stack, rows, since });
    }

    /// A stack that is to leak, another at each call, with two innocent relatives: one has the same leaf and another caller,
    /// one another leaf and the same caller.
    pub(crate) fn leaking_stack(&mut self, random: &mut RandomDraws) -> Vec<String> {
        let taken = |owner: &[&str; 2]| self.leaks.iter().any(|leak| leak.stack[0] == owner[0]);
        let free: Vec<[&str; 2]> = OWNERS.into_iter().filter(|owner| !taken(owner)).collect();
        let [leaf, caller] = free[random.below(free.len() as u64) as usize];
        for (leaf, caller, lifetime) in [
            (leaf, "shop/boot.Warm", f64::INFINITY),
            ("shop/log.(*Entry).With", caller, 0.02),
        ] {
            let bytes = self.heap_bytes * random.log_uniform(0.0005, 0.02);
            let object_bytes = random.log_uniform(32.0, 2_048.0) as u64;
            self.hold(
                stack_of(&[leaf, caller], random),
                object_bytes,
                lifetime,
                move |_| bytes,
            );
        }
        stack_of(&[leaf, caller], random)
    }
}

/// A stack with these functions at the leaf, called through a few layers that many others share.
pub(crate) fn stack_of(leaf: &[&str], random: &mut RandomDraws) -> Vec<String> {
    let mut stack: Vec<String> = leaf.iter().map(|&name| name.to_owned()).collect();
    let layers = 2 + random.below(7);
    stack.extend((0..layers).map(|layer| {
        let call = random.below(layer + 2);
        format!("shop/layer{layer}.call{call}")
    }));
    let entry: &[&str] = match random.below(3) {
        0 => &["shop/jobs.(*Worker).run", "main.main"],
        _ => &["net/http.HandlerFunc.ServeHTTP", "net/http.(*conn).serve"],
    };
    stack.extend(entry.iter().map(|&name| name.to_owned()));
    stack
}

fn snapshot_hours(count: usize, span: f64, even: bool, random: &mut RandomDraws) -> Vec<f64> {
    let gaps: Vec<f64> = (1..count)
        .map(|_| {
            if even {
                1.0
            } else {
                random.log_uniform(0.25, 4.0)
            }
        })
        .collect();
    let total: f64 = gaps.iter().sum();
    let mut passed = 0.0;
    let mut hours = vec![0.0];
    hours.extend(gaps.iter().map(|gap| {
        passed += gap;
        span * passed / total
    }));
    hours
}
