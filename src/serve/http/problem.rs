//! An answer that says why there is none: `{"error", "message"}`.

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An answer that says why there is none.
#[derive(Debug)]
pub struct Problem(Box<Inside>);

#[derive(Debug)]
struct Inside {
    status: StatusCode,
    /// A short stable name.
    error: Cow<'static, str>,
    message: String,
    extra: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// With a status, the short stable name of the kind, and what it is in words.
    pub fn new(
        status: StatusCode,
        error: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Problem {
        Problem(Box::new(Inside {
            status,
            error: error.into(),
            message: message.into(),
            extra: None,
        }))
    }

    /// 400.
    pub fn bad_request(error: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, error, message)
    }

    /// 404 for a thing that has no such name.
    pub fn not_found(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", message)
    }

    /// 503: come back in `seconds`.
    pub fn busy(
        error: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        seconds: u32,
    ) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, error, message).retry_after(seconds)
    }

    /// With `Retry-After`.
    pub fn retry_after(self, seconds: u32) -> Problem {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// With one more header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.0.extra = Some((name, value));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let inside = self.0;
        let body =
            serde_json::json!({ "error": inside.error, "message": inside.message }).to_string();
        let mut response = (
            inside.status,
            [(header::CONTENT_TYPE, "application/json")],
            body,
        )
            .into_response();
        if let Some((name, value)) = inside.extra {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
