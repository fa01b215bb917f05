//! Does traffic pass? One task behind one Network Load Balancer, in every way the AWS guides tell.
//!
//! [`scene`] says what there is in a line of text, [`table`] and [`mod@private_link`] have the cases of the guides, [`packets`] is
//! another way to tell: it sends single packets. [`random`] compares the rules with it in thousands of scenes.

mod packets;
mod private_link;
mod random;
mod scene;
mod table;

use crate::story::Story;

/// The account of a scene; see [`scene::Scene::parse`].
pub(crate) fn scene(text: &str) -> Story {
    scene::Scene::parse(text).story()
}
