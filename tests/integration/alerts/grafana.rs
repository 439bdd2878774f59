//! The dashboard in `contrib/grafana`: what Grafana needs to load it, and questions that Prometheus understands and that have answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::prometheus::{contrib, given, has_promtool, names, promtool};

fn dashboard() -> Value {
    let text = std::fs::read_to_string(contrib("grafana/fabric.json")).expect("a dashboard");
    serde_json::from_str(&text).expect("JSON")
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// What it asks, panel by panel, with numbers in the place of variables.
fn questions(dashboard: &Value) -> Vec<String> {
    let panels = list(dashboard, "panels").iter();
    panels
        .flat_map(|panel| list(panel, "targets"))
        .map(|target| target["expr"].as_str().expect("an expression"))
        .map(|expr| {
            expr.replace("$__rate_interval", "5m")
                .replace("$instance", ".*")
                .replace("$target", ".*")
        })
        .collect()
}

#[test]
fn grafana_can_load_it() {
    let dashboard = dashboard();
    assert!(dashboard["schemaVersion"].as_u64() >= Some(30));
    assert_eq!(dashboard["id"], Value::Null);
    let input = &dashboard["__inputs"][0];
    assert_eq!(
        (&input["name"], &input["type"], &input["pluginId"]),
        (
            &"DS_PROMETHEUS".into(),
            &"datasource".into(),
            &"prometheus".into()
        )
    );
    let required: BTreeSet<&str> = list(&dashboard, "__requires")
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    let panels = list(&dashboard, "panels");
    let mut ids = BTreeSet::new();
    let mut places = Vec::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{panel}");
        let at = |name: &str| panel["gridPos"][name].as_u64().expect("a place");
        let place = (at("x"), at("y"), at("w"), at("h"));
        assert!(place.0 + place.2 <= 24, "{panel}");
        for other in &places {
            let (x, y, w, h): (u64, u64, u64, u64) = *other;
            let apart = place.0 >= x + w
                || x >= place.0 + place.2
                || place.1 >= y + h
                || y >= place.1 + place.3;
            assert!(apart, "one panel covers another: {panel}");
        }
        places.push(place);
        if panel["type"] == "row" {
            continue;
        }
        assert!(
            required.contains(panel["type"].as_str().expect("a type")),
            "{panel}"
        );
        assert_eq!(panel["datasource"]["uid"], "${DS_PROMETHEUS}");
        assert!(!list(panel, "targets").is_empty(), "{panel}");
        let refs: BTreeSet<&str> = list(panel, "targets")
            .iter()
            .filter_map(|target| target["refId"].as_str())
            .collect();
        assert_eq!(refs.len(), list(panel, "targets").len(), "{panel}");
    }
    assert!(panels.len() > 12);
}

#[test]
fn what_it_asks_has_answers() {
    let questions = questions(&dashboard());
    let asked: BTreeSet<String> = questions.iter().flat_map(|expr| names(expr)).collect();
    // Numbers of bounds are there for each collection that has such a bound.
    let missing: Vec<String> = asked.difference(&given()).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(asked.len() > 15, "{asked:?}");
}

#[test]
fn prometheus_understands_what_it_asks() {
    if !has_promtool() {
        return;
    }
    let mut rules = String::from("groups:\n  - name: dashboard\n    rules:\n");
    for (index, expr) in questions(&dashboard()).iter().enumerate() {
        let expr = Value::from(expr.as_str());
        // Writing to a string cannot fail.
        let _ = writeln!(rules, "      - record: panel:{index}\n        expr: {expr}");
    }
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &rules).expect("a file");
    let path = file.path().to_str().expect("a name");
    let (code, said) = promtool(&["check", "rules", path], "");
    assert_eq!(code, 0, "{said}");
}
