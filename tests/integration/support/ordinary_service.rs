//! The stacks of a service in which nothing leaks: what is loaded once, what requests hold, what comes and goes.

use super::live_course::Course;
use super::random_draws::RandomDraws;
use super::series_plan::{PlannedStack, stack_of};

/// One sort of stacks.
struct Sort {
    count: usize,
    heap_share: f64,
    behaviour: Behaviour,
}

#[derive(Clone, Copy)]
enum Behaviour {
    /// Loaded at the start and kept.
    Static,
    /// As much as there are requests.
    Requests,
    /// Replaced within seconds or minutes, whatever the load.
    ShortLived,
    /// Connections, sessions and jobs that stay for hours, and whose number wanders by 3 to 18 %.
    LongLived,
    /// A handful of big buffers, some of which are made anew after hours.
    Large,
}

const SORTS: [Sort; 5] = [
    Sort {
        count: 50,
        heap_share: 0.40,
        behaviour: Behaviour::Static,
    },
    Sort {
        count: 40,
        heap_share: 0.25,
        behaviour: Behaviour::Requests,
    },
    Sort {
        count: 28,
        heap_share: 0.10,
        behaviour: Behaviour::ShortLived,
    },
    Sort {
        count: 28,
        heap_share: 0.20,
        behaviour: Behaviour::LongLived,
    },
    Sort {
        count: 4,
        heap_share: 0.05,
        behaviour: Behaviour::Large,
    },
];

/// Leaf functions that many stacks share.
const SHARED_LEAVES: [&str; 4] = [
    "shop/codec.Decode",
    "bytes.growSlice",
    "shop/pool.(*Arena).Get",
    "strings.(*Builder).grow",
];

/// 150 stacks that together hold `heap_bytes`, give or take: a few hold much, most of them little.
pub(crate) fn ordinary_stacks(heap_bytes: f64, random: &mut RandomDraws) -> Vec<PlannedStack> {
    let mut stacks = Vec::with_capacity(150);
    for sort in &SORTS {
        let weights: Vec<f64> = (0..sort.count)
            .map(|_| random.log_uniform(1.0, 300.0))
            .collect();
        let total: f64 = weights.iter().sum();
        for weight in weights {
            let bytes = heap_bytes * sort.heap_share * weight / total;
            let own = format!("shop/store.(*Kind{}).make", stacks.len());
            // Every eighth has the leaf of others and is known by its caller alone.
            let stack = if stacks.len() % 8 == 0 {
                let leaf = SHARED_LEAVES[random.below(4) as usize];
                stack_of(&[leaf, &own], random)
            } else {
                stack_of(&[&own], random)
            };
            let (object_bytes, course) = sort.behaviour.course(bytes, random);
            stacks.push(PlannedStack {
                stack,
                object_bytes,
                course,
            });
        }
    }
    stacks
}

impl Behaviour {
    /// The size of the objects, and what they do.
    fn course(self, bytes: f64, random: &mut RandomDraws) -> (u64, Course) {
        match self {
            Behaviour::Static => {
                let object_bytes = random.log_uniform(16.0, 16_384.0) as u64;
                (object_bytes, fixed(bytes, object_bytes, f64::INFINITY))
            }
            Behaviour::Large => {
                let objects = 1 + random.below(6);
                let object_bytes = (bytes as u64 / objects).max(1);
                let lifetime = [2.0, 20.0, f64::INFINITY][random.below(3) as usize];
                (object_bytes, fixed(bytes, object_bytes, lifetime))
            }
            Behaviour::Requests => {
                let (in_flight, seconds) = (
                    random.log_uniform(100.0, 2_000.0),
                    random.log_uniform(2.0, 120.0),
                );
                visits(bytes, in_flight, seconds / 3_600.0, true, random)
            }
            Behaviour::ShortLived => {
                let (mean, seconds) = (
                    random.log_uniform(50.0, 2_000.0),
                    random.log_uniform(2.0, 600.0),
                );
                visits(bytes, mean, seconds / 3_600.0, false, random)
            }
            Behaviour::LongLived => {
                let (mean, hours) = (
                    random.log_uniform(30.0, 1_000.0),
                    random.log_uniform(2.0, 20.0),
                );
                visits(bytes, mean, hours, false, random)
            }
        }
    }
}

fn fixed(bytes: f64, object_bytes: u64, lifetime: f64) -> Course {
    let objects = (bytes / object_bytes as f64).round().max(1.0);
    Course::Held {
        level: Box::new(move |_| objects),
        lifetime,
    }
}

/// Visits that hold `bytes` together, and the size of their objects.
pub(crate) fn visits(
    bytes: f64,
    mean: f64,
    lifetime: f64,
    by_load: bool,
    random: &mut RandomDraws,
) -> (u64, Course) {
    // An object is no larger than what its visit holds.
    let bytes_each = (bytes / mean).max(16.0);
    let object_bytes = random.log_uniform(16.0, bytes_each.min(16_384.0)) as u64;
    let course = Course::Visits {
        mean,
        at_most: u64::from(u32::MAX),
        objects_each: (bytes_each / object_bytes as f64).round() as u64,
        lifetime,
        by_load,
    };
    (object_bytes, course)
}

/// Something that grows by `swing` bytes and drops, two to eight times in twelve hours, and the size of its objects.
pub(crate) fn sawtooth(swing: f64, random: &mut RandomDraws) -> (u64, Course) {
    let object_bytes = ordinary_object(random);
    let period = random.between(1.5, 5.0);
    let course = Course::Teeth {
        top: swing / object_bytes as f64,
        period,
        phase: random.between(0.0, period),
    };
    (object_bytes, course)
}

/// The size of an object that is neither a crumb nor a buffer.
pub(crate) fn ordinary_object(random: &mut RandomDraws) -> u64 {
    random.log_uniform(32.0, 8_192.0) as u64
}
