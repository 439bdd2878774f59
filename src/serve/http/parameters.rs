//! The query of a request, read strictly: a name that is unknown or comes twice is an error, and so is a value that cannot be used.

use std::ops::RangeInclusive;

use axum::extract::Query;
use axum::http::Uri;

use super::problem::Problem;

/// Longer values than this name nothing that is kept.
const VALUE_BYTES: usize = 4_096;

/// The query of a request.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the query of `uri`, which may have the names in `known`.
    ///
    /// # Errors
    /// It has others, or one twice, or cannot be read.
    pub(super) fn of(uri: &Uri, known: &[&str]) -> Result<Parameters, Problem> {
        check_encoding(uri.query().unwrap_or_default())?;
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| bad("the query cannot be read".to_owned()))?;
        for (at, (name, value)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = match known {
                    [] => "there are none".to_owned(),
                    known => format!("there are {}", known.join(", ")),
                };
                return Err(bad(format!(
                    "no parameter is named {}: {known}",
                    short(name)
                )));
            }
            if pairs.iter().take(at).any(|(other, _)| other == name) {
                return Err(bad(format!("{name} is given twice")));
            }
            if value.len() > VALUE_BYTES {
                return Err(bad(format!(
                    "{name} is longer than {VALUE_BYTES} bytes: nothing has such a name"
                )));
            }
        }
        Ok(Parameters(pairs))
    }

    /// Reads the query that a form has made of itself: a field that was left empty is not given.
    ///
    /// # Errors
    /// As [`Parameters::of`].
    pub(super) fn of_form(uri: &Uri, known: &[&str]) -> Result<Parameters, Problem> {
        let mut parameters = Parameters::of(uri, known)?;
        parameters.0.retain(|(_, value)| !value.is_empty());
        Ok(parameters)
    }

    /// Reads the query of a request that takes no parameters.
    ///
    /// # Errors
    /// It has some.
    pub(super) fn none(uri: &Uri) -> Result<(), Problem> {
        Parameters::of(uri, &[]).map(|_| ())
    }

    /// A text; an empty one is an error.
    ///
    /// # Errors
    /// It is empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.get(name) {
            Some("") => Err(bad(format!("{name} is empty: leave it out"))),
            value => Ok(value),
        }
    }

    /// A whole number within `range`.
    ///
    /// # Errors
    /// It is none, or outside.
    pub(super) fn number(
        &self,
        name: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.parse::<i64>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(bad(format!(
                "{name} is {}: it must be a whole number from {} to {}",
                short(value),
                range.start(),
                range.end()
            ))),
        }
    }

    /// A whole number within `range`, as a count.
    ///
    /// # Errors
    /// It is none, or outside.
    pub(super) fn count(
        &self,
        name: &str,
        range: RangeInclusive<i64>,
        otherwise: usize,
    ) -> Result<usize, Problem> {
        let number = self.number(name, range)?;
        Ok(number
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(otherwise))
    }

    /// A time: milliseconds since 1970, or as RFC 3339 has it.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn time(&self, name: &str) -> Result<Option<i64>, Problem> {
        // The range of times in JavaScript, whose numbers the clients have.
        const LAST: i64 = 8_640_000_000_000_000;
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let dated = || value.parse::<jiff::Timestamp>().ok();
        match value.parse::<i64>() {
            Ok(ms) if (-LAST..=LAST).contains(&ms) => Ok(Some(ms)),
            Ok(_) => Err(bad(format!(
                "{name} is {}: no calendar goes so far",
                short(value)
            ))),
            Err(_) => match dated() {
                Some(moment) => Ok(Some(moment.as_millisecond())),
                None => Err(bad(format!(
                    "{name} is {}: it must be milliseconds since 1970, or a time like 2026-11-26T03:00:00Z",
                    short(value)
                ))),
            },
        }
    }

    /// `true` or `false` (also 1 and 0); `false` where it is not given.
    ///
    /// # Errors
    /// It is something else.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(other) => Err(bad(format!(
                "{name} is {}: it must be true or false",
                short(other)
            ))),
        }
    }

    /// One of the values that have a name.
    ///
    /// # Errors
    /// It is none of them.
    pub(super) fn one_of<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match choices.iter().find(|(choice, _)| *choice == value) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => {
                let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
                Err(bad(format!(
                    "{name} is {}: it must be one of {}",
                    short(value),
                    names.join(", ")
                )))
            }
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A decoder of forms takes what it cannot decode as it stands, or puts U+FFFD in its place; a filter by such a text would silently find
/// nothing.
fn check_encoding(query: &str) -> Result<(), Problem> {
    let mut decoded = Vec::with_capacity(query.len());
    let mut bytes = query.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let byte = digit()
            .zip(digit())
            .and_then(|(high, low)| u8::try_from(high << 4 | low).ok())
            .ok_or_else(|| {
                bad("the query has a percent sign without two hexadecimal digits after it: write %25 for the sign itself".to_owned())
            })?;
        decoded.push(byte);
    }
    match std::str::from_utf8(&decoded) {
        Ok(_) => Ok(()),
        Err(_) => Err(bad("the query is not UTF-8 when it is decoded".to_owned())),
    }
}

/// What is wrong with a parameter.
pub(super) fn bad(message: String) -> Problem {
    Problem::bad_request("bad-parameter", message)
}

/// Foreign text for a message: quoted, its beginning only.
fn short(text: &str) -> String {
    let beginning: String = text.chars().take(40).collect();
    format!("{beginning:?}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn uri(query: &str) -> Uri {
        format!("/api/x?{query}").parse().unwrap()
    }

    #[test]
    fn a_parameter_that_is_unknown_or_comes_twice_is_refused() {
        assert!(Parameters::of(&uri("limt=3"), &["limit"]).is_err());
        assert!(Parameters::of(&uri("limit=3&limit=4"), &["limit"]).is_err());
        assert!(Parameters::of(&uri("limit=3"), &["limit"]).is_ok());
        assert!(Parameters::none(&uri("a")).is_err());
        assert!(Parameters::none(&"/api/x".parse().unwrap()).is_ok());
        let long = format!("limit={}", "9".repeat(5_000));
        assert!(Parameters::of(&uri(&long), &["limit"]).is_err());
    }

    #[test]
    fn what_cannot_be_decoded_is_refused() {
        for bad in [
            "a=%ff", "a=%zz", "a=%", "a=x%4", "%c3=%a9", "a=%+1", "a=%c3%28",
        ] {
            assert!(Parameters::of(&uri(bad), &["a"]).is_err(), "{bad}");
        }
        for (good, value) in [
            ("a=%C3%bc", "ü"),
            ("a=100%25", "100%"),
            ("a=x+y", "x y"),
            ("a=%00", "\0"),
        ] {
            let parameters = Parameters::of(&uri(good), &["a"]).unwrap();
            assert_eq!(parameters.text("a").unwrap(), Some(value), "{good}");
        }
    }

    #[test]
    fn numbers_outside_their_range_are_refused() {
        for (value, expected) in [
            ("1", Some(1)),
            ("10000", Some(10_000)),
            ("0", None),
            ("10001", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            let query = uri(&format!("limit={value}"));
            let found = Parameters::of(&query, &["limit"])
                .unwrap()
                .count("limit", 1..=10_000, 100)
                .ok();
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn a_time_is_a_number_or_a_date() {
        let time = |value: &str| {
            let query = uri(&format!("since={value}"));
            Parameters::of(&query, &["since"]).unwrap().time("since")
        };
        assert_eq!(time("1795662194106").unwrap(), Some(1_795_662_194_106));
        assert_eq!(
            time("2026-11-26T03:03:14.106Z").unwrap(),
            Some(1_795_662_194_106)
        );
        assert_eq!(time("1970-01-01T01:00:00%2B01:00").unwrap(), Some(0));
        for bad in ["yesterday", "8640000000000001", "2026-11-26", "", "1.5"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn flags_choices_and_texts_say_what_they_may_be() {
        let query = uri("a=true&b=maybe&c=workers&d=&e=%E2%82%AC");
        let parameters = Parameters::of(&query, &["a", "b", "c", "d", "e"]).unwrap();
        assert!(parameters.flag("a").unwrap());
        assert!(parameters.flag("b").is_err());
        assert_eq!(
            parameters
                .one_of("c", &[("recent", 1), ("workers", 2)])
                .unwrap(),
            Some(2)
        );
        assert!(parameters.one_of("b", &[("recent", 1)]).is_err());
        assert!(parameters.text("d").is_err());
        assert_eq!(parameters.text("e").unwrap(), Some("€"));
    }
}
