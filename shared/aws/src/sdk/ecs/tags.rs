//! Tags.

use aws_sdk_ecs::types::Tag;
use model::ecs::Tags;
use model::hold::HOLD_TAG;

/// Those that the program goes by: of what ECS has, the hold. Of very many tasks the others would be most of what is kept.
pub(super) fn tags(tags: &[Tag]) -> Tags {
    let tag = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    tags.iter().filter(|tag| tag.key() == Some(HOLD_TAG)).filter_map(tag).collect()
}
