//! Why a gate fails closed on what isn't known.

use model::observation::Gap;

/// Why a repair is withheld while a question is open. It is gone once the question is answered and planned again.
pub(crate) const NOT_READ_YET: &str = "not read yet";

/// What is said where `what` (whether, or how many) rests on a gap.
pub(crate) fn unread(what: &str, gap: Gap<'_>) -> String {
    match gap {
        Gap::Pending => NOT_READ_YET.to_owned(),
        Gap::Unread(unread) => format!("{what} could not be read: {unread}"),
    }
}
