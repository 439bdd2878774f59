//! Requests and connections, for Prometheus.

use super::families::{Families, Number};
use crate::serve::http::gauges::HttpGauges;

pub(super) fn of_requests(families: &mut Families, gauges: &HttpGauges) {
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let answers = classes.into_iter().zip(&gauges.answers);
    families.add_many(
        "http_requests",
        "Requests by the class of their answer",
        true,
        answers
            .map(|(class, count)| {
                (
                    vec![("class", class.to_owned())],
                    Number::Whole(count.get()),
                )
            })
            .collect(),
    );
    families.add(
        "http_connections",
        "Connections that are open, WebSockets among them",
        false,
        Number::Whole(gauges.connections.get()),
    );
    for (name, help, count) in [
        (
            "http_connections_accepted",
            "Connections that were accepted",
            &gauges.accepted,
        ),
        (
            "http_connections_refused",
            "Connections that were refused because there were too many",
            &gauges.refused,
        ),
        (
            "http_connections_broken",
            "Connections that ended with an error",
            &gauges.broken,
        ),
        (
            "http_accept_errors",
            "Times that no connection could be accepted",
            &gauges.accept_errors,
        ),
        (
            "http_misdirected",
            "Requests that were refused for their Host, Origin or address",
            &gauges.misdirected,
        ),
        (
            "http_unauthorized",
            "Requests without the token where it is needed",
            &gauges.unauthorized,
        ),
        (
            "http_rate_limited",
            "Requests that were refused after too many wrong tokens",
            &gauges.rate_limited,
        ),
        (
            "http_timeouts",
            "Requests that were not answered in time",
            &gauges.timeouts,
        ),
        (
            "http_panics",
            "Handlers that panicked: a fault of fabric",
            &gauges.panics,
        ),
    ] {
        families.add(name, help, true, Number::Whole(count.get()));
    }
}
