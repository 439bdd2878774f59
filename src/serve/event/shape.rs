//! The three shapes of a line. The fields that are present decide which it is.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::entries::Entries;
use super::envelope::{Data, Envelope, Field};
use super::raw_json::{filled_text, is_nested, is_number, is_text, number, text, whole_number};
use super::{Draft, Level, RejectReason, timestamp};
use crate::serve::bounds::EVENT_KEY_BYTES;
use crate::serve::time::EventTime;

/// Understands an object that stands alone on its line.
pub(super) fn draft<'a>(line: &'a str, host: &'a str) -> Result<Draft<'a>, RejectReason> {
    let envelope = Envelope::read(line).map_err(|_| RejectReason::NotJson)?;
    let has = |field| envelope.get(field).is_some();
    let has_text = |field| envelope.get(field).is_some_and(is_text);
    let has_number = |field| envelope.get(field).is_some_and(is_number);
    if has_text(Field::Timestamp)
        && has_text(Field::EventType)
        && has(Field::WorkerId)
        && has_text(Field::SessionId)
        && has_number(Field::Sequence)
    {
        canonical(line, envelope, host)
    } else if has_text(Field::Ts) && has_text(Field::Event) && has(Field::Worker) {
        needle(line, envelope, host)
    } else if has_number(Field::Ts)
        && has(Field::Worker)
        && has(Field::Level)
        && has_text(Field::Msg)
    {
        flat(line, envelope, host)
    } else {
        Err(RejectReason::UnknownShape)
    }
}

/// `{"timestamp": text, "event_type": text, "worker_id": text, "session_id": text, "sequence": number, ...}`
fn canonical<'a>(
    line: &'a str,
    mut envelope: Envelope<'a>,
    host: &'a str,
) -> Result<Draft<'a>, RejectReason> {
    if let Some(version) = envelope.take(Field::SchemaVersion)
        && number(version) != Some(1.0)
    {
        return Err(RejectReason::SchemaVersion);
    }
    let mut draft = Draft {
        worker: worker_name(envelope.take(Field::WorkerId).and_then(text))?,
        ts: time_of_text(envelope.take(Field::Timestamp))?,
        message: envelope
            .take(Field::EventType)
            .and_then(text)
            .unwrap_or_default(),
        session: envelope.take(Field::SessionId).and_then(filled_text),
        sequence: envelope.take(Field::Sequence).and_then(whole_number),
        bead: take_filled(&mut envelope, Field::BeadId),
        host: host_of(&mut envelope, host),
        ..Draft::default()
    };
    let data = take_data(line, &mut envelope, &mut draft);
    draft.level = level(data.get("level")).or_else(|| level(envelope.get(Field::Level)));
    draft.add_all(data);
    add_others(&mut draft, envelope);
    Ok(draft)
}

/// `{"ts": text, "event": text, "worker": text or object, ...}`
fn needle<'a>(
    line: &'a str,
    mut envelope: Envelope<'a>,
    host: &'a str,
) -> Result<Draft<'a>, RejectReason> {
    let worker = envelope
        .take(Field::Worker)
        .ok_or(RejectReason::BadWorker)?;
    let parts = match is_nested(worker) {
        true => Entries::read(worker.get()).map_err(|_| RejectReason::BadWorker)?,
        false => Entries::default(),
    };
    let mut draft = Draft {
        worker: worker_name(text(worker).or_else(|| composed(&parts)))?,
        ts: time_of_text(envelope.take(Field::Ts))?,
        message: envelope
            .take(Field::Event)
            .and_then(text)
            .unwrap_or_default(),
        session: take_filled(&mut envelope, Field::Session),
        host: host_of(&mut envelope, host),
        ..Draft::default()
    };
    for name in ["provider", "model"] {
        if let Some(value) = parts.get(name).filter(|value| is_text(value)) {
            draft.add(Cow::Borrowed(name), value);
        }
    }
    let mut data = take_data(line, &mut envelope, &mut draft);
    draft.level = level(envelope.get(Field::Level)).or_else(|| level(data.get("level")));
    draft.bead = data.get("bead_id").and_then(filled_text);
    if draft.bead.is_some() {
        data.retain(|name, _| name != "bead_id");
    } else {
        draft.bead = take_filled(&mut envelope, Field::BeadId);
    }
    draft.add_all(data);
    add_others(&mut draft, envelope);
    Ok(draft)
}

/// `{"ts": milliseconds, "worker": text, "level": text, "msg": text, ...}`
fn flat<'a>(
    line: &'a str,
    mut envelope: Envelope<'a>,
    host: &'a str,
) -> Result<Draft<'a>, RejectReason> {
    let worker = worker_name(envelope.take(Field::Worker).and_then(text))?;
    let level = level(envelope.take(Field::Level)).ok_or(RejectReason::BadLevel)?;
    let ts = envelope.take(Field::Ts).and_then(timestamp::of_number);
    let mut draft = Draft {
        ts: ts.ok_or(RejectReason::BadTime)?,
        worker,
        level: Some(level),
        message: envelope.take(Field::Msg).and_then(text).unwrap_or_default(),
        session: take_filled(&mut envelope, Field::Session),
        host: host_of(&mut envelope, host),
        ..Draft::default()
    };
    if !matches!(envelope.data, Data::Absent) {
        // A flat line has no data of its own: the name means nothing, and is kept like any other.
        add_whole_data(line, &mut draft);
    }
    add_others(&mut draft, envelope);
    Ok(draft)
}

/// What `data` holds; if that is no object, it is kept under its name.
fn take_data<'a>(line: &'a str, envelope: &mut Envelope<'a>, draft: &mut Draft<'a>) -> Entries<'a> {
    match std::mem::take(&mut envelope.data) {
        Data::Absent => Entries::default(),
        Data::Object(entries) => entries,
        Data::Other => {
            add_whole_data(line, draft);
            Entries::default()
        }
    }
}

/// Reads the line again, which is rare, for the text of `data`.
fn add_whole_data<'a>(line: &'a str, draft: &mut Draft<'a>) {
    let entries = Entries::read(line).unwrap_or_default();
    if let Some(data) = entries.get("data") {
        draft.add(Cow::Borrowed("data"), data);
    }
}

/// Adds what stands beside the fields of the shape. No shape gives it a meaning, but whoever wrote it may.
fn add_others<'a>(draft: &mut Draft<'a>, envelope: Envelope<'a>) {
    let untaken = envelope
        .untaken()
        .filter(|(_, value)| value.get() != "null");
    for (name, value) in untaken {
        draft.add(Cow::Borrowed(name), value);
    }
    draft.add_all(envelope.others);
}

/// Takes a field that is a text and not empty; another is left as it is, to be kept among the rest.
fn take_filled<'a>(envelope: &mut Envelope<'a>, field: Field) -> Option<Cow<'a, str>> {
    let text = envelope.get(field).and_then(filled_text)?;
    envelope.take(field);
    Some(text)
}

fn host_of<'a>(envelope: &mut Envelope<'a>, here: &'a str) -> Option<Cow<'a, str>> {
    take_filled(envelope, Field::Host).or((!here.is_empty()).then_some(Cow::Borrowed(here)))
}

fn time_of_text(value: Option<&RawValue>) -> Result<EventTime, RejectReason> {
    value
        .and_then(text)
        .and_then(|text| timestamp::of_text(&text))
        .ok_or(RejectReason::BadTime)
}

fn level(value: Option<&RawValue>) -> Option<Level> {
    Level::from_name(&text(value?)?)
}

/// A worker's name is a key of many maps, so it has a greatest length. Cutting it could make one worker of two.
fn worker_name(name: Option<Cow<'_, str>>) -> Result<Cow<'_, str>, RejectReason> {
    name.filter(|name| !name.is_empty() && name.len() <= EVENT_KEY_BYTES)
        .ok_or(RejectReason::BadWorker)
}

/// The name of a worker that is given as an object: those of its parts that are there.
fn composed<'a>(parts: &Entries<'a>) -> Option<Cow<'a, str>> {
    let mut name = String::new();
    for part in ["runner", "provider", "model", "identifier"] {
        let Some(part) = parts.get(part).and_then(filled_text) else {
            continue;
        };
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&part);
    }
    (!name.is_empty()).then_some(Cow::Owned(name))
}
