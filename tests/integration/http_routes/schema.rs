//! As much of JSON Schema as `openapi.json` uses. A keyword that is unknown here fails the test, so that nothing goes unchecked.

use serde_json::Value;

/// What in `value` is against `schema`, each with its place.
pub(super) fn violations(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(root, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        found.push(format!("{place}: the schema is no object"));
        return;
    };
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "description" | "example" | "examples" | "default" | "format" | "contentMediaType" => {}
            "$ref" => {
                let pointer = rule.as_str().and_then(|rule| rule.strip_prefix('#'));
                match pointer.and_then(|pointer| root.pointer(pointer)) {
                    Some(target) => check(root, target, value, place, found),
                    None => found.push(format!("{place}: {rule} leads nowhere")),
                }
            }
            "type" => {
                let names: Vec<&str> = match rule {
                    Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                    rule => rule.as_str().into_iter().collect(),
                };
                if !names.iter().any(|name| has_type(value, name)) {
                    found.push(format!("{place}: {value} is no {rule}"));
                }
            }
            "enum" => {
                if !rule.as_array().is_some_and(|all| all.contains(value)) {
                    found.push(format!("{place}: {value} is none of {rule}"));
                }
            }
            "const" => {
                if rule != value {
                    found.push(format!("{place}: {value} is not {rule}"));
                }
            }
            "minimum" | "maximum" => {
                if let (Some(limit), Some(number)) = (rule.as_f64(), value.as_f64()) {
                    let outside = if keyword == "minimum" {
                        number < limit
                    } else {
                        number > limit
                    };
                    if outside {
                        found.push(format!("{place}: {number} is beyond the {keyword} {limit}"));
                    }
                }
            }
            "minItems" | "maxItems" => {
                if let (Some(limit), Some(items)) = (rule.as_u64(), value.as_array()) {
                    let length = items.len() as u64;
                    let outside = if keyword == "minItems" {
                        length < limit
                    } else {
                        length > limit
                    };
                    if outside {
                        found.push(format!(
                            "{place}: {length} items are beyond {keyword} {limit}"
                        ));
                    }
                }
            }
            "required" => {
                let names = rule.as_array().into_iter().flatten();
                for name in names.filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        found.push(format!("{place}: {name} is missing"));
                    }
                }
            }
            "properties" | "additionalProperties" => {}
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{place}[{at}]"), found);
                }
            }
            "oneOf" => {
                let fits = rule
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|one| violations(root, one, value).is_empty())
                    .count();
                if fits != 1 {
                    found.push(format!("{place}: {fits} of oneOf fit"));
                }
            }
            other => found.push(format!("{place}: the test does not know {other}")),
        }
    }
    let none = serde_json::Map::new();
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    for (name, member) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (properties.get(name), schema.get("additionalProperties")) {
            (Some(rule), _) => check(root, rule, member, &place, found),
            (None, Some(Value::Bool(false))) => found.push(format!("{place} is not described")),
            (None, Some(rule @ Value::Object(_))) => check(root, rule, member, &place, found),
            (None, _) => {}
        }
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn a_value_against_its_schema_is_found() {
    let root = serde_json::json!({"components": {"schemas": {"Name": {"type": "string"}}}});
    let schema = serde_json::json!({
        "type": "object",
        "required": ["a", "b"],
        "properties": {
            "a": {"type": ["integer", "null"], "minimum": 0},
            "b": {"type": "array", "items": {"$ref": "#/components/schemas/Name"}},
            "c": {"enum": ["x"]}
        },
        "additionalProperties": false
    });
    let check = |value| violations(&root, &schema, &value);
    assert!(check(serde_json::json!({"a": 1, "b": ["x"], "c": "x"})).is_empty());
    assert!(check(serde_json::json!({"a": null, "b": []})).is_empty());
    for wrong in [
        serde_json::json!([]),
        serde_json::json!({"a": 1}),
        serde_json::json!({"a": -1, "b": []}),
        serde_json::json!({"a": 1.5, "b": []}),
        serde_json::json!({"a": 1, "b": [1]}),
        serde_json::json!({"a": 1, "b": [], "c": "y"}),
        serde_json::json!({"a": 1, "b": [], "d": 1}),
    ] {
        assert_eq!(check(wrong.clone()).len().min(1), 1, "{wrong}");
    }
    let unknown = serde_json::json!({"patternProperties": {}});
    assert!(!violations(&root, &unknown, &serde_json::json!({})).is_empty());
}
