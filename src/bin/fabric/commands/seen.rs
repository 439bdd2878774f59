//! What a filter leaves of a profile, as a profile.

use std::borrow::Cow;

use fabric::analysis::frame_filter::FrameFilter;
use fabric::model::Profile;

/// What a filter lets through, for outputs that are profiles.
pub(super) fn seen<'p>(
    profile: &'p Profile,
    filter: &FrameFilter,
) -> std::io::Result<Cow<'p, Profile>> {
    if filter.is_empty() {
        return Ok(Cow::Borrowed(profile));
    }
    let seen = filter.apply(profile).to_profile();
    seen.map(Cow::Owned).map_err(std::io::Error::other)
}
