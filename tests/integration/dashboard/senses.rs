//! Names for screen readers, contrast, widths of telephones.

use serde_json::{Value, json};

use super::browser::browser;
use super::service::Service;
use super::tab::Tab;

/// A server with a little of everything on its page.
fn full() -> Service {
    let service =
        Service::leaking("github.com/acme/service/internal/session.(*Store).PutWithAVeryLongName");
    let now = jiff::Timestamp::now().as_millisecond();
    let long = "/srv/very/long/path/without/any/space/".repeat(6);
    for n in 0..30 {
        let level = ["debug", "info", "warn", "error"][n % 4];
        service.log(
            "full.jsonl",
            &json!({
                "ts": now, "worker": format!("worker-{}-{}", n % 5, "w".repeat(80)), "level": level,
                "msg": "tool.call", "tool": "Edit", "path": format!("{long}{}.rs", n % 3), "bead": "b-1",
                "error": (n % 4 == 3).then(|| format!("ENOENT {long}")),
            }),
        );
    }
    service
}

fn opened(tab: &mut Tab, service: &Service) {
    tab.open(service.address, "/");
    tab.until("document.getElementById('badge').textContent === 'live'");
    tab.until("document.querySelectorAll('.event').length >= 30 && document.querySelectorAll('.worker').length === 5");
    tab.until("document.getElementById('flame-frame') !== null");
}

#[test]
fn nothing_is_wider_than_a_telephone() {
    let Some(browser) = browser() else { return };
    let service = full();
    let mut tab = browser.tab();
    for width in [360, 390, 768, 1280] {
        tab.window(width, 800);
        opened(&mut tab, &service);
        assert_eq!(
            tab.eval("document.documentElement.scrollWidth <= innerWidth"),
            true,
            "{width}: {}",
            tab.eval("Array.from(document.querySelectorAll('body *')).filter(it => it.getBoundingClientRect().right > innerWidth + 1 && !it.closest('.scroll, .jump, .events')).map(it => it.nodeName + '.' + it.className + '#' + it.id).join(' ')")
        );
    }
    tab.is_clean(service.address);
}

#[test]
fn everything_that_can_be_used_has_a_name() {
    let Some(browser) = browser() else { return };
    let service = full();
    let mut tab = browser.tab();
    opened(&mut tab, &service);
    let tree = tab.call("Accessibility.getFullAXTree", Value::Null);
    let nodes = tree["nodes"].as_array().expect("nodes");
    let mut seen = 0;
    for node in nodes.iter().filter(|node| node["ignored"] != true) {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let used = [
            "button",
            "link",
            "textbox",
            "searchbox",
            "combobox",
            "Iframe",
            "image",
            "table",
            "region",
            "navigation",
            "search",
            "dialog",
        ];
        if used.contains(&role) {
            let name = node["name"]["value"].as_str().unwrap_or_default();
            assert!(!name.trim().is_empty(), "{role} without a name: {node}");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
    // Headings go down one step at a time, and there is one at the top.
    let levels = tab.eval("Array.from(document.querySelectorAll('main h1, main h2, main h3')).filter(it => it.offsetParent !== null).map(it => Number(it.nodeName[1]))");
    let levels: Vec<i64> = levels
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    assert_eq!(
        (levels.first(), levels.iter().filter(|it| **it == 1).count()),
        (Some(&1), 1)
    );
    assert!(
        levels.windows(2).all(|pair| pair[1] - pair[0] <= 1),
        "{levels:?}"
    );
    for (selector, count) in [
        ("main", 1),
        ("header", 1),
        ("footer", 1),
        ("h1[aria-live=polite]", 1),
        ("#badge[aria-live=polite]", 1),
    ] {
        assert_eq!(
            tab.eval(&format!("document.querySelectorAll('{selector}').length")),
            count,
            "{selector}"
        );
    }
    assert_eq!(tab.eval("Array.from(document.querySelectorAll('#snapshots th, #files th')).every(it => it.scope === 'col')"), true);
    tab.is_clean(service.address);
}

#[test]
fn text_has_contrast_in_light_and_in_dark() {
    let Some(browser) = browser() else { return };
    let service = full();
    let mut tab = browser.tab();
    for scheme in ["light", "dark"] {
        tab.scheme(scheme);
        opened(&mut tab, &service);
        // The colour that says that an event is new is on its way out.
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        let found = tab.eval(CONTRAST);
        let found = found.as_array().expect("a list");
        assert!(found.is_empty(), "{scheme}: {found:#?}");
    }
}

/// Texts that stand out from their ground less than the Web Content Accessibility Guidelines ask for (2.2, 1.4.3).
const CONTRAST: &str = r#"(() => {
  const numbers = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const over = (top, ground) => { const a = top[3] === undefined ? 1 : top[3]; return [0, 1, 2].map(at => top[at] * a + ground[at] * (1 - a)); };
  const groundOf = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      layers.push(colour);
      if (colour[3] === undefined || colour[3] === 1) break;
    }
    return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
  };
  const poor = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let checked = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('script, style, svg, option, datalist, .unseen, .skip') || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const ink = over(numbers(style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    checked += 1;
    if (ratio < (large ? 3 : 4.5)) poor.set(element.className + ' ' + style.color + ' on ' + ground, ratio.toFixed(2) + ' ' + walker.currentNode.data.slice(0, 40));
  }
  if (checked < 200) poor.set('texts', checked);
  return Array.from(poor).map(it => it.join(': '));
})()"#;
