//! Headers and tokens to send, from the command line, files and the environment.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow};
use fabric::limits;

use crate::args::Snapshot;
use crate::exit::Failure;

/// The headers of a request, the token as one of them.
pub(super) fn headers(arguments: &Snapshot) -> Result<Vec<(String, String)>, Failure> {
    let mut headers = Vec::new();
    for given in &arguments.fetching.headers {
        match given.strip_prefix('@') {
            None => headers.push(header(given)?),
            Some(path) => {
                let text = read_secret("--header", Path::new(path))?;
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                for line in lines {
                    headers.push(header(line)?);
                }
            }
        }
    }
    let is_authorized = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let token = match &arguments.fetching.token_file {
        Some(path) => Some(read_secret("--token-file", path)?),
        // What is written down for this run goes before what is in the environment.
        None if is_authorized => None,
        None => std::env::var("FABRIC_TOKEN").ok(),
    };
    let token = token.as_deref().map(str::trim).filter(|it| !it.is_empty());
    if let Some(token) = token {
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::usage(anyhow!(
                "the token has blanks or characters beyond ASCII in it: a file with a token holds the token alone"
            )));
        }
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    Ok(headers)
}

/// The value stays out of messages: it may be a secret.
fn header(text: &str) -> Result<(String, String), Failure> {
    let wrong = |what: &str| {
        Failure::usage(anyhow!(
            "--header {what}: write it as 'Name: value', or @FILE for a file of such lines"
        ))
    };
    let Some((name, value)) = text.split_once(':') else {
        return Err(wrong("without a colon"));
    };
    let name = name.trim();
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&byte));
    if !is_name {
        return Err(wrong("whose name is not one"));
    }
    let value = value.trim();
    if value.bytes().any(|byte| byte < b' ' || byte == 0x7F) {
        return Err(wrong(&format!("{name} with control characters")));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn read_secret(flag: &str, path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| {
            file.take(limits::SECRET_FILE_BYTES)
                .read_to_string(&mut text)
        })
        .with_context(|| format!("{flag}: cannot read {}", path.display()))
        .map_err(Failure::usage)?;
    Ok(text)
}
