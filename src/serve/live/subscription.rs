//! What a client asks for: in the query of its request, and later by message.

use serde::Deserialize;

use super::filter::Filter;

/// What a client gets, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) filter: Filter,
    /// Whether it can take many events in one message.
    pub(super) batch: bool,
}

/// Where a client that was here before wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resume {
    pub(super) epoch: u64,
    /// It has had everything up to this.
    pub(super) seq: u64,
}

/// What stands in the query of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) subscription: Subscription,
    pub(super) resume: Option<Resume>,
}

impl Request {
    /// Understands the names and values of a query.
    ///
    /// # Errors
    /// One is not known; in words for whoever sent it.
    pub(super) fn from_query(pairs: &[(String, String)]) -> Result<Request, String> {
        let mut request = Request::default();
        let (mut epoch, mut seq, mut batch) = (None, None, None);
        for (name, value) in pairs {
            match name.as_str() {
                "epoch" => once(&mut epoch, "epoch", number("epoch", value)?)?,
                "seq" => once(&mut seq, "seq", number("seq", value)?)?,
                "batch" => once(&mut batch, "batch", switch(value)?)?,
                part if Filter::PARTS.contains(&part) => {
                    request.subscription.filter.add(part, value)?;
                }
                other => {
                    let beginning: String = other.chars().take(40).collect();
                    return Err(format!(
                        "no parameter is named {beginning:?}: there are worker, level, type, path, batch, epoch, seq"
                    ));
                }
            }
        }
        request.subscription.batch = batch.unwrap_or(false);
        request.resume = match (epoch, seq) {
            (Some(epoch), Some(seq)) => Some(Resume { epoch, seq }),
            (None, None) => None,
            _ => return Err("epoch and seq go together".to_owned()),
        };
        Ok(request)
    }
}

impl Subscription {
    /// What a message of a client makes of this subscription: parts that it does not name stay as they are.
    ///
    /// # Errors
    /// It is no message that is known; in words for whoever sent it.
    pub(super) fn changed_by(&self, message: &str) -> Result<Subscription, String> {
        let message: ClientMessage = serde_json::from_str(message)
            .map_err(|error| format!("not a message that is known: {error}"))?;
        let ClientMessage::Subscribe { filter, batch } = message;
        let mut changed = self.clone();
        if let Some(wanted) = filter {
            let mut filter = Filter::default();
            let wanted = wanted.unwrap_or_default();
            let parts = Filter::PARTS.into_iter().zip([
                wanted.worker,
                wanted.level,
                wanted.message_type,
                wanted.path,
            ]);
            for (part, values) in parts {
                match values {
                    None => {}
                    Some(Values::One(text)) => filter.add(part, &text)?,
                    Some(Values::Several(texts)) => {
                        for text in &texts {
                            filter.add_value(part, text)?;
                        }
                    }
                }
            }
            changed.filter = filter;
        }
        changed.batch = batch.unwrap_or(self.batch);
        Ok(changed)
    }

    /// The message that this holds for everything above event `seq`.
    pub(super) fn confirmation(&self, epoch: u64, seq: u64) -> serde_json::Value {
        serde_json::json!({
            "type": "subscribed",
            "epoch": epoch,
            "seq": seq,
            "data": { "filter": self.filter, "batch": self.batch },
        })
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
enum ClientMessage {
    Subscribe {
        /// `null` takes the filter away; without it the filter stays.
        #[serde(default, deserialize_with = "present")]
        filter: Option<Option<WantedFilter>>,
        #[serde(default)]
        batch: Option<bool>,
    },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WantedFilter {
    worker: Option<Values>,
    level: Option<Values>,
    #[serde(rename = "type")]
    message_type: Option<Values>,
    path: Option<Values>,
}

/// One text, in which commas separate values, or a list of values.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

/// Tells `null` from nothing.
fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<WantedFilter>>, D::Error> {
    Option::<WantedFilter>::deserialize(deserializer).map(Some)
}

fn once<T>(place: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    if place.replace(value).is_some() {
        return Err(format!("{name} is given twice"));
    }
    Ok(())
}

fn number(name: &str, value: &str) -> Result<u64, String> {
    // `parse` alone would take a plus sign.
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{name} is not a number"));
    }
    value.parse().map_err(|_| format!("{name} is not a number"))
}

fn switch(value: &str) -> Result<bool, String> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err("batch is neither true nor false".to_owned()),
    }
}
