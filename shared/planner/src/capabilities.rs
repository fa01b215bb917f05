//! What the function that plans has to work with.

use model::repair::Repair;

/// What the function that plans has to work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Is there a ledger? Changes are counted there, and proofs of ownership and refusals kept.
    pub ledger: bool,
    /// How a second look could come about.
    pub waiting: Waiting,
}

/// How a second look could come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A delayed message on the function's queue asks for it.
    Queue,
    /// The function waits and looks again itself.
    InProcess,
    /// It can't.
    No,
}

impl Capabilities {
    /// Why these means don't do for the repair, if they don't.
    pub(crate) fn suffice(self, repair: &Repair) -> Result<(), String> {
        match repair {
            Repair::RegisterTarget { .. } => Ok(()),
            _ if self.ledger => Ok(()),
            _ => {
                Err("there is no ledger, and without one targets are only registered; set GUARD_LEDGER_TABLE"
                    .to_owned())
            }
        }
    }
}
