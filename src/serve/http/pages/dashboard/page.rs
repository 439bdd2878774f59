//! The page around the panels, and single panels for the script that keeps it fresh.

use std::fmt::Write as _;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::assets::{script_address, style_address, theme_address};
use super::events::is_filtered;
use super::markup::{html_text, short};
use super::panel::{PANELS, Panel, named};
use super::scene::{Asked, Scene, Standing};
use super::sign::Sign;
use crate::render::html;
use crate::serve::event::Level;
use crate::serve::http::pages::page::SAME_ORIGIN;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

/// Own style, own scripts, own pictures; connections and frames of this server only; nothing within the markup runs or styles.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A page is shown before a large folder has been judged; what is missing comes when it has.
const PAGE_PATIENCE: Duration = Duration::from_millis(250);
/// Nobody waits for a panel: what was there before is still seen.
const PANEL_PATIENCE: Duration = Duration::from_secs(5);

/// `GET /`.
pub(in crate::serve::http) async fn dashboard(
    State(state): State<HttpState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&uri)?;
    let scene = Scene::of(&state, asked, &headers, PAGE_PATIENCE).await;
    let text = page(&scene);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, SAME_ORIGIN),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

/// `GET /panels/{name}`.
pub(in crate::serve::http) async fn panel(
    State(state): State<HttpState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&uri)?;
    let Some(panel) = named(&name) else {
        return Err(Problem::not_found("the page has no panel of this name"));
    };
    let scene = Scene::of(&state, asked, &headers, PANEL_PATIENCE).await;
    let text = panel.drawn(&scene);
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response())
}

fn page(scene: &Scene) -> String {
    let mut out = String::with_capacity(256 << 10);
    push_head(&mut out, scene);
    push_masthead(&mut out, scene);
    out.push_str("<main id=\"main\" tabindex=\"-1\">\n");
    push_banner(&mut out);
    for panel in &PANELS {
        push_panel(&mut out, panel, scene);
    }
    out.push_str("</main>\n");
    push_foot(&mut out, scene);
    out.push_str("</body>\n</html>\n");
    out
}

fn push_head(out: &mut String, scene: &Scene) {
    let title = match scene.assessment() {
        Some(shown) => {
            let word = Sign::of(Some(shown)).word.to_lowercase();
            format!("{}: {word}", short(&shown.target, 80))
        }
        None => short(&scene.host, 80),
    };
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · fabric</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{}\">\n<script src=\"{}\"></script>\n\
         <script src=\"{}\" defer></script>\n</head>\n",
        style_address(),
        theme_address(),
        script_address()
    );
    let _ = writeln!(
        out,
        "<body data-epoch=\"{}\" data-seq=\"{}\" data-now=\"{}\">",
        scene.view.epoch, scene.view.seq, scene.now.0
    );
}

fn push_masthead(out: &mut String, scene: &Scene) {
    let session = match scene.standing {
        Standing::Open => "",
        Standing::LoggedIn => {
            "<form method=\"post\" action=\"/logout\"><button class=\"plain\">Log out</button></form>"
        }
        Standing::LoggedOut => "<a class=\"button plain\" href=\"/login\">Log in</a>",
    };
    let _ = write!(
        out,
        "<a class=\"skip\" href=\"#main\">Skip to the verdict</a>\n<header class=\"masthead\"><a class=\"home\" href=\"/\">{}<span class=\"brand\">fabric</span></a>\
         <span class=\"host\"><bdi>{}</bdi></span><span class=\"badge\" id=\"badge\" role=\"status\" aria-live=\"polite\">not live</span>\
         <span class=\"tools-right\"><button class=\"plain needs-script\" id=\"theme\" type=\"button\">Theme: auto</button>\
         <button class=\"plain needs-script\" id=\"keys\" type=\"button\" aria-haspopup=\"dialog\">Keys</button>{session}</span></header>\n",
        html::mark(),
        short(&scene.host, 80),
    );
    out.push_str("<nav class=\"jump\" aria-label=\"Panels\"><ul>");
    for panel in &PANELS {
        let title = panel.title.unwrap_or(match panel.name {
            "verdict" => "Verdict",
            "course" => "Heap",
            "suspects" => "Suspects",
            "memory" => "Memory",
            other => other,
        });
        let _ = write!(out, "<li><a href=\"#{}\">{title}</a></li>", panel.name);
    }
    out.push_str("</ul></nav>\n");
}

/// What the script says when something was missed.
fn push_banner(out: &mut String) {
    out.push_str(
        "<div class=\"banner\" id=\"gap\" role=\"alert\" hidden><p></p><button class=\"plain\" type=\"button\">Dismiss</button></div>\n",
    );
}

fn push_panel(out: &mut String, panel: &Panel, scene: &Scene) {
    let Panel {
        name,
        stale_on,
        pause_ms,
        ..
    } = panel;
    let data =
        format!("data-panel=\"{name}\" data-stale-on=\"{stale_on}\" data-pause=\"{pause_ms}\"");
    let drawn = panel.drawn(scene);
    match panel.title {
        None => {
            let _ = writeln!(
                out,
                "<div class=\"bare\" id=\"{name}\" {data}>{drawn}</div>"
            );
        }
        Some(title) => {
            let half = if panel.half { " half" } else { "" };
            let tools = match *name {
                "events" => event_tools(scene),
                _ => String::new(),
            };
            let _ = writeln!(
                out,
                "<section class=\"panel{half}\" id=\"{name}\" aria-labelledby=\"{name}-title\">\n<h2 id=\"{name}-title\">{title}</h2>\n{tools}<div {data}>\n{drawn}</div>\n</section>"
            );
        }
    }
}

/// The filter of events, which is a form: without the script it asks for the page with that filter.
fn event_tools(scene: &Scene) -> String {
    let asked = &scene.asked;
    let value = |text: &Option<String>| match text {
        Some(text) => format!(" value=\"{}\"", short(text, 256)),
        None => String::new(),
    };
    let levels: String = Level::BY_NAME
        .iter()
        .map(|(name, level)| {
            let chosen = if asked.level == Some(*level) {
                " selected"
            } else {
                ""
            };
            format!("<option{chosen}>{name}</option>")
        })
        .collect();
    let clear = match is_filtered(asked) {
        true => "",
        false => " hidden",
    };
    let target = match &asked.target {
        Some(target) => format!(
            "<input type=\"hidden\" name=\"target\" value=\"{}\">",
            short(target, 4096)
        ),
        None => String::new(),
    };
    let none = [("worker", ""), ("level", ""), ("text", "")];
    let back = html_text(&asked.address(&none, "events"));
    format!(
        "<form class=\"tools\" id=\"filter\" role=\"search\" aria-label=\"Filter of events\" method=\"get\" action=\"/#events\">{target}\
         <label>Text <input type=\"search\" name=\"text\" id=\"filter-text\" autocomplete=\"off\"{}></label>\
         <label>Worker <input name=\"worker\" list=\"worker-names\" autocomplete=\"off\"{}></label><datalist id=\"worker-names\"></datalist>\
         <label>Level <select name=\"level\"><option value=\"\">all</option>{levels}</select></label>\
         <button class=\"no-script-only\">Filter</button><a class=\"clear\" id=\"clear\" href=\"{back}\"{clear}>Clear</a>\
         <button class=\"needs-script\" id=\"pause\" type=\"button\" aria-pressed=\"false\">Pause</button>\
         <output class=\"waiting\" id=\"waiting\"></output></form>\n",
        value(&asked.text),
        value(&asked.worker),
    )
}

fn push_foot(out: &mut String, scene: &Scene) {
    let _ = write!(
        out,
        "<footer class=\"foot\"><p>fabric {} · times are UTC · <a href=\"/api/\">all routes</a> · <a href=\"/api/metrics\">metrics</a> · \
         seen {}</p></footer>\n\
         <dialog id=\"keys-dialog\" aria-labelledby=\"keys-title\"><h2 id=\"keys-title\">Keys</h2><dl class=\"keys\">\
         <div><dt><kbd>/</kbd></dt><dd>filter events</dd></div><div><dt><kbd>p</kbd></dt><dd>pause or go on</dd></div>\
         <div><dt><kbd>t</kbd></dt><dd>light, dark or as the system has it</dd></div><div><dt><kbd>g</kbd></dt><dd>back to the verdict</dd></div>\
         <div><dt><kbd>?</kbd></dt><dd>these keys</dd></div><div><dt><kbd>Esc</kbd></dt><dd>leave a field, close this</dd></div></dl>\
         <form method=\"dialog\"><button>Close</button></form></dialog>\n",
        env!("CARGO_PKG_VERSION"),
        super::markup::iso(scene.now.0).unwrap_or_default(),
    );
}
