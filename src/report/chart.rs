//! A line chart as values: what is drawn over time, in which unit, how sure it is, and where it leads.

/// A chart of amounts over time. It knows no picture: SVG, text and a live page draw the same value.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is counted from left to right.
    pub clock: ChartClock,
    /// Whether amounts are bytes; else they are a number of things.
    pub is_bytes: bool,
    /// The lines, the most important first.
    pub lines: Vec<ChartLine>,
    /// When the process restarted.
    pub restarts: Vec<f64>,
    /// Moments that are pointed at, each with what it says: an alert, for example.
    pub marks: Vec<ChartMark>,
    /// Where the first line that is projected leads.
    pub projection: Option<Cone>,
    /// The amount that must not be reached.
    pub limit: Option<f64>,
}

/// What is counted from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartClock {
    /// Milliseconds since 1970, shown as times in UTC.
    Date,
    /// Hours since the first point.
    Hours,
    /// Snapshots since the first.
    Snapshots,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLine {
    /// What it is called in the legend.
    pub name: String,
    /// How it is drawn.
    pub role: LineRole,
    /// The points, from left to right.
    pub points: Vec<ChartPoint>,
}

/// What a line stands for, and so how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineRole {
    /// The judged value: line over an area.
    Whole,
    /// The part of it that carries the verdict: area inside the other.
    Part,
    /// Beside it, for comparison: thin line.
    Beside,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Place in units of the clock.
    pub at: f64,
    /// The amount.
    pub value: f64,
    /// Standard error of the amount; 0 where it is exact or not known.
    pub error: f64,
    /// The run it belongs to: lines are not drawn from one run to the next.
    pub run: u32,
    /// Whether the verdict rests on it too.
    pub judged: bool,
}

/// A moment that is pointed at.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartMark {
    /// Place in units of the clock.
    pub at: f64,
    /// What happened then, in a few words; foreign text.
    pub text: String,
}

/// Where a line leads: from its last point to three amounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cone {
    /// The place it starts from.
    pub from: f64,
    /// The amount it starts from.
    pub value: f64,
    /// The place it is drawn to.
    pub to: f64,
    /// The least amount there, with 95 % confidence.
    pub low: f64,
    /// The expected amount there.
    pub middle: f64,
    /// The largest amount there, with 95 % confidence.
    pub high: f64,
}

impl ChartPoint {
    /// Half the width of the 95 % interval.
    pub fn half_width(&self) -> f64 {
        1.96 * self.error
    }
}

impl Chart {
    /// The first and the last place of all that is drawn; nothing where there are no points.
    pub fn places(&self) -> Option<(f64, f64)> {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let ahead = self.projection.map(|cone| cone.to);
        let (low, high) = points
            .map(|point| point.at)
            .chain(ahead)
            .filter(|at| at.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                (low.min(at), high.max(at))
            });
        (low <= high).then_some((low, high))
    }

    /// The largest amount that must be seen: of all points with their 95 % intervals, and of the projection as far as it is expected.
    pub fn highest(&self) -> f64 {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let ahead = self.projection.map(|cone| cone.middle);
        points
            .map(|point| point.value + point.half_width())
            .chain(ahead)
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max)
    }

    /// The marks at places that are drawn.
    pub fn marks_in_sight(&self) -> impl Iterator<Item = &ChartMark> {
        let places = self.places();
        let is_seen = move |at: f64| places.is_some_and(|(from, to)| at >= from && at <= to);
        self.marks.iter().filter(move |mark| is_seen(mark.at))
    }

    /// The limit, where the chart can show it without pressing all else to the ground.
    pub fn limit_in_sight(&self) -> Option<f64> {
        /// A heap at a third of the height can still be read.
        const HIGHEST: f64 = 3.0;
        self.limit
            .filter(|&limit| limit.is_finite() && limit <= HIGHEST * self.highest())
    }
}
