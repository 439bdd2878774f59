//! The top of the page: is it leaking, where, how fast, how long is left.

use std::fmt::Write as _;

use super::markup::{ago, counted, in_query, short};
use super::outlook::{Outlook, is_late, rise};
use super::scene::{Known, Scene};
use super::sign::Sign;
use crate::analysis::trend::{FEWEST_SNAPSHOTS, SeriesAssessment};
use crate::serve::bounds::SUSPECTS_TOLD;
use crate::serve::store::Assessment;
use crate::units::{Bytes, Per, Rate};

/// Names of functions are long in some languages, and nothing above the fold may be pushed below it.
const FUNCTION_CHARS: usize = 160;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let shown = scene.assessment();
    push_targets(out, scene, shown);
    let sign = Sign::of(shown);
    let _ = write!(
        out,
        "<section class=\"verdict {}\" aria-labelledby=\"verdict-word\">\n<div class=\"head\">{}<div>",
        sign.class(),
        sign.svg()
    );
    let _ = writeln!(
        out,
        "<p class=\"of\">{}</p><h1 class=\"word\" id=\"verdict-word\" aria-live=\"polite\">{}</h1>{}</div></div>",
        about(scene, shown),
        word(scene, shown),
        late(scene, shown)
    );
    if let Some(shown) = shown {
        if !sign.cannot() {
            push_answers(out, scene, shown);
        }
        if !shown.sentence.is_empty() {
            let _ = writeln!(
                out,
                "<p class=\"sentence\">{}.</p>",
                capital(&short(&shown.sentence.replace(" -> ", " → "), 600))
            );
        }
        push_reasons(out, scene);
        if let Some(problem) = &shown.problem {
            let _ = writeln!(out, "<p class=\"problem\">{}</p>", short(problem, 600));
        }
    } else {
        let _ = writeln!(out, "<p class=\"sentence\">{}</p>", why_none(scene));
    }
    out.push_str("</section>\n");
}

/// Why the verdict is what it is, and what to do next.
fn push_reasons(out: &mut String, scene: &Scene) {
    let Some(Known { document, .. }) = scene.known() else {
        return;
    };
    let evidence = document.verdict.as_ref().map_or(&[][..], |it| &it.evidence);
    if evidence.is_empty() && document.recommendations.is_empty() {
        return;
    }
    out.push_str("<details class=\"why\"><summary>Why, and what to do next</summary>");
    for (tag, lines) in [("ul", evidence), ("ol", &document.recommendations)] {
        if lines.is_empty() {
            continue;
        }
        let _ = write!(out, "<{tag} class=\"evidence\">");
        for line in lines {
            let _ = write!(out, "<li>{}</li>", short(line, 600));
        }
        let _ = write!(out, "</{tag}>");
    }
    out.push_str("</details>\n");
}

fn word(scene: &Scene, shown: Option<&Assessment>) -> &'static str {
    match shown {
        None if scene.asked.target.is_some() => "No such target",
        None => "No verdict yet",
        Some(_) => Sign::of(shown).word,
    }
}

fn why_none(scene: &Scene) -> String {
    match &scene.asked.target {
        Some(name) => format!(
            "Nothing is known of a target named <bdi>{}</bdi>. <a href=\"/\">Show what matters most</a>",
            short(name, 80)
        ),
        None => "Heaps are judged from five snapshots on; until then, memory and bounds below say what is known.".to_owned(),
    }
}

fn about(scene: &Scene, shown: Option<&Assessment>) -> String {
    let Some(shown) = shown else {
        return short(&scene.host, 80);
    };
    let mut text = format!("<strong>{}</strong>", name(shown));
    let _ = write!(text, " · {}", counted(shown.snapshots, "snapshot"));
    if shown.assessment == SeriesAssessment::InsufficientData && shown.snapshots < FEWEST_SNAPSHOTS
    {
        let _ = write!(text, " of the {FEWEST_SNAPSHOTS} that a verdict needs");
    }
    if let Some(newest) = shown.newest_snapshot_at {
        let _ = write!(text, ", the newest {}", ago(scene.now, newest));
    }
    if let Some(next) = scene.next_snapshot_at.filter(|next| *next > scene.now) {
        let _ = write!(text, ", the next {}", ago(scene.now, next));
    }
    text
}

/// A mark beside the verdict where it is one on a time that is over.
fn late(scene: &Scene, shown: Option<&Assessment>) -> String {
    let late = scene.known().zip(shown);
    let late = late.filter(|(known, shown)| is_late(known, shown, scene.now));
    let newest = late.and_then(|(_, shown)| shown.newest_snapshot_at);
    newest.map_or_else(String::new, |newest| {
        format!(
            " <span class=\"old\">old: {}</span>",
            ago(scene.now, newest)
        )
    })
}

fn name(assessment: &Assessment) -> String {
    format!("<bdi>{}</bdi>", short(assessment.spoken_name(), 80))
}

/// Three questions, three answers.
fn push_answers(out: &mut String, scene: &Scene, shown: &Assessment) {
    let (place, more) = place(scene, shown);
    let (rate, interval) = speed(scene, shown);
    let (left, until) = left(scene, shown);
    out.push_str("<dl class=\"answers\">\n");
    for (question, answer, detail) in [
        ("Where", place, more),
        ("How fast", rate, interval),
        ("Time left", left, until),
    ] {
        let _ = writeln!(
            out,
            "<div><dt>{question}</dt><dd>{answer}</dd><dd class=\"detail\">{detail}</dd></div>"
        );
    }
    out.push_str("</dl>\n");
}

fn place(scene: &Scene, shown: &Assessment) -> (String, String) {
    let [first, others @ ..] = shown.suspects.as_slice() else {
        let none = match shown.assessment {
            SeriesAssessment::InsufficientData => "not known yet",
            _ => "nothing stands out",
        };
        return (none.to_owned(), String::new());
    };
    let mut detail = callers(scene).unwrap_or_default();
    if !others.is_empty() {
        let more = match others.len() {
            SUSPECTS_BEYOND => "more".to_owned(),
            count => format!("{count} more"),
        };
        let _ = write!(
            detail,
            "{}<a href=\"#suspects\">{more} below</a>",
            if detail.is_empty() { "" } else { " · " }
        );
    }
    (
        format!("<code>{}</code>", short(&first.function, FUNCTION_CHARS)),
        detail,
    )
}

/// As many suspects are told as there is room for; then there may be more than that.
const SUSPECTS_BEYOND: usize = SUSPECTS_TOLD - 1;

/// Callers of the function to blame that are shown beside it.
const CALLERS: usize = 3;

/// Who called the function to blame.
fn callers(scene: &Scene) -> Option<String> {
    let Known { judged, .. } = scene.known()?;
    let suspect = judged.report.trend.suspects.first()?;
    let callers = suspect.frames.iter().skip(1);
    let mut names: Vec<String> = callers
        .clone()
        .take(CALLERS)
        .map(|frame| format!("← <bdi>{}</bdi>", short(&frame.name, 60)))
        .collect();
    if callers.count() > CALLERS {
        names.push("…".to_owned());
    }
    (!names.is_empty()).then(|| names.join(" "))
}

/// How fast the suspects grow together, with their interval; where there are none, the heap. What is over has no rate.
fn speed(scene: &Scene, shown: &Assessment) -> (String, String) {
    if shown.assessment == SeriesAssessment::Stable {
        let rise = scene.known().and_then(rise);
        return (
            "no growth that goes on".to_owned(),
            rise.map_or_else(String::new, |rise| format!("rose {rise}, and stays")),
        );
    }
    let rate = shown.rate().filter(|_| Sign::of(Some(shown)).goes_on());
    let Some((growth, [low, high])) = rate else {
        return ("not known yet".to_owned(), String::new());
    };
    let rate = per_hour(growth);
    (
        rate.to_string(),
        format!("95 %: {}", rate.interval(low, high)),
    )
}

/// How long until the limit is reached, and which.
fn left(scene: &Scene, shown: &Assessment) -> (String, String) {
    let Some(limit) = shown.limit_bytes.map(Bytes) else {
        return ("no limit is known".to_owned(), String::new());
    };
    let outlook = Outlook::of(shown, scene.now);
    let text = match outlook {
        Outlook::Passed => "<span class=\"bad\">limit passed</span>".to_owned(),
        Outlook::Due => "<span class=\"bad\">should be reached by now</span>".to_owned(),
        Outlook::Ahead(hours) => hours.to_string(),
        Outlook::NotInSight => "the limit is not in sight".to_owned(),
        Outlook::NotKnown => "not known yet".to_owned(),
    };
    let newest = shown.newest_snapshot_at.map(|it| ago(scene.now, it));
    let detail = match (outlook, shown.inuse_bytes, newest) {
        (Outlook::Passed, Some(in_use), _) => format!("{} in use, limit {limit}", Bytes(in_use)),
        (Outlook::Due, _, Some(newest)) => format!("limit {limit}, the newest snapshot {newest}"),
        (Outlook::Ahead(_), ..) => format!("until {limit}"),
        _ => format!("limit {limit}"),
    };
    (text, detail)
}

/// What there is room for under the name of a target.
const REASON_CHARS: usize = 60;

/// What a target is about in few words: its limit, how fast it grows, or how much it holds.
fn gist(scene: &Scene, target: &Assessment) -> String {
    let sign = Sign::of(Some(target));
    let in_use = target.inuse_bytes.map(|it| format!("{} in use", Bytes(it)));
    let rate = target.rate().filter(|_| sign.goes_on());
    match (Outlook::of(target, scene.now), rate, in_use) {
        _ if sign.cannot() => {
            let reason = target.reason().unwrap_or_default();
            format!("<bdi>{}</bdi>", short(reason, REASON_CHARS))
        }
        (Outlook::Passed, _, Some(in_use)) => {
            format!("{in_use}, <span class=\"bad\">limit passed</span>")
        }
        (Outlook::Due, ..) => "limit should be reached by now".to_owned(),
        (Outlook::Ahead(hours), ..) => format!("limit in {hours}"),
        (_, Some((growth, _)), _) => per_hour(growth).to_string(),
        (_, None, Some(in_use)) if target.snapshots > 0 => in_use,
        _ => counted(target.snapshots, "snapshot"),
    }
}

fn per_hour(value: f64) -> Rate {
    Rate {
        value,
        is_bytes: true,
        per: Per::Hour,
    }
}

/// All targets in a row, where there are several: the worst first.
fn push_targets(out: &mut String, scene: &Scene, shown: Option<&Assessment>) {
    let all = scene.assessments();
    if all.len() < 2 {
        return;
    }
    out.push_str("<nav class=\"targets\" aria-label=\"Targets, the worst first\"><ul>\n");
    for target in all {
        let sign = Sign::of(Some(target));
        let current = shown.is_some_and(|shown| shown.target == target.target);
        let detail = gist(scene, target);
        let _ = writeln!(
            out,
            "<li data-key=\"{key}\"><a href=\"/?target={query}\"{current}>{}<span><strong>{}</strong> {}<small>{detail}</small></span></a></li>",
            sign.svg(),
            name(target),
            sign.word.to_lowercase(),
            key = short(&target.target, 80),
            query = in_query(&target.target),
            current = if current {
                " aria-current=\"page\""
            } else {
                ""
            },
        );
    }
    out.push_str("</ul></nav>\n");
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
