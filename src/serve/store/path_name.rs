//! Names in events, as far as they are followed.

use crate::serve::event::LogEvent;

/// The folder a file lies in; `None` where its path names none.
pub(super) fn folder_of(path: &str) -> Option<&str> {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/')? {
        ("", _) => Some("/"),
        (folder, _) => Some(folder),
    }
}

/// The file of an event, if it has a name.
pub(super) fn followed_path(event: &LogEvent) -> Option<&str> {
    event.path().filter(|path| !path.is_empty())
}

/// The task of an event, if it has a name.
pub(super) fn followed_bead(event: &LogEvent) -> Option<&str> {
    event.bead().filter(|bead| !bead.is_empty())
}

/// The beginning of a text, in at most so many bytes.
pub(super) fn clip(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_what_stands_before_the_last_slash() {
        for (path, folder) in [
            ("/srv/app/src/a.rs", Some("/srv/app/src")),
            ("/srv/app/", Some("/srv")),
            ("/a", Some("/")),
            ("src/a.rs", Some("src")),
            ("a.rs", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(folder_of(path), folder, "{path}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(clip("añb", 2), "a");
        assert_eq!(clip("añb", 3), "añ");
        assert_eq!(clip("añb", 9), "añb");
    }
}
