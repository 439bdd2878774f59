//! A row of the table in README.md: `| work | fabric | what people use now | the input alone |`.
#![expect(clippy::print_stdout, reason = "it talks to who started it")]

/// Prints a row.
pub(crate) fn cells(work: &str, ours: &str, tool: &str, bare: &str) {
    let cells = [work, ours, tool, bare];
    let cells = cells.map(|cell| match cell {
        "" => " |".to_owned(),
        cell => format!(" {cell} |"),
    });
    println!("|{}", cells.concat());
}

/// Two or three digits.
pub(crate) fn short(value: f64) -> String {
    match value {
        20.0.. => thousands(value),
        1.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A whole number with commas.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
