//! Tags.

use aws_sdk_ecs::types::Tag;
use model::ecs::Tags;

pub(super) fn tags(tags: &[Tag]) -> Tags {
    let tag = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    tags.iter().filter_map(tag).collect()
}
