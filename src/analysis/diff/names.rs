//! Rows by function, file, line or module: flat values tested against the noise, cumulative ones beside them.

use super::Change;
use super::noise_model::{NoiseModel, Sums};
use super::row::{Presence, Rest, Row, rank, sort, take_top};
use crate::analysis::granularity::Granularity;
use crate::analysis::hot_spots::{Entries, sums};
use crate::analysis::significance::q_values;
use crate::analysis::stack_values::StackValues;
use crate::model::StackId;

/// Rows by function, file, line or module.
pub(super) fn by_name(
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    by: Granularity,
    model: &NoiseModel,
    top: usize,
) -> (Vec<Row>, Rest) {
    let mut entries = Entries::default();
    let before_cum = sums(before.view(), before.value_index(), by, &mut entries);
    let after_cum = sums(after.view(), after.value_index(), by, &mut entries);
    let mut rows = vec![Sums::default(); entries.names.len()];
    add_flat(before, by, &mut entries, &mut rows, Sums::add_before);
    add_flat(after, by, &mut entries, &mut rows, Sums::add_after);
    let changes: Vec<Change> = rows.iter().map(|sums| model.change(sums)).collect();
    let tested: Vec<usize> = (0..rows.len())
        .filter(|&row| rows[row].before > 0 || rows[row].after > 0)
        .collect();
    let mut q_value = vec![None; rows.len()];
    if model.has_variances {
        let p_values: Vec<f64> = tested
            .iter()
            .map(|&row| changes[row].p_value.unwrap_or(1.0))
            .collect();
        for (&row, q) in tested.iter().zip(q_values(&p_values)) {
            q_value[row] = Some(q);
        }
    }
    let cum = |sums: &[(u64, u64)], row: usize| sums.get(row).map_or(0, |&(_, cum)| cum);
    let mut left: Vec<usize> = (0..rows.len())
        .filter(|&row| cum(&before_cum, row) != cum(&after_cum, row) || changes[row].delta() != 0)
        .collect();
    let ranked = |row: &usize| rank(&changes[*row], q_value[*row]);
    let taken = take_top(&mut left, top, ranked);
    let left_out: u64 = taken.iter().map(|&row| rows[row].before).sum();
    let left_out_after: u64 = taken.iter().map(|&row| rows[row].after).sum();
    let rest = Rest {
        rows: tested.len().saturating_sub(taken.len()),
        before: before.total() - left_out,
        after: after.total() - left_out_after,
    };
    let mut kept: Vec<Row> = taken
        .into_iter()
        .map(|row| {
            let (cum_before, cum_after) = (cum(&before_cum, row), cum(&after_cum, row));
            Row {
                name: entries.names[row].clone(),
                frames: Vec::new(),
                presence: Presence::of(cum_before, cum_after),
                change: changes[row],
                cum: Some((cum_before, cum_after)),
                q_value: q_value[row],
            }
        })
        .collect();
    sort(&mut kept);
    (kept, rest)
}

/// Adds each stack of a side to the row of the frame that allocated it.
fn add_flat<'v, 'p>(
    side: &StackValues<'v, 'p>,
    by: Granularity,
    entries: &mut Entries,
    rows: &mut [Sums],
    add: fn(&mut Sums, &StackValues<'v, 'p>, StackId),
) {
    let view = side.view();
    let of_location = entries.add_profile(view, by);
    for stack in side.stacks() {
        if let Some((location, frame)) = side.blame().allocation_site(stack) {
            let position = view
                .frames(location)
                .position(|other| other == frame)
                .unwrap_or(0);
            let row = of_location.get(location)[position];
            add(&mut rows[row as usize], side, stack);
        }
    }
}
