//! The audit: a whole account judged by every rule, and nothing done about it.
//!
//! * [`auditor`] – finds what a request names, and surveys it;
//! * [`backend`] – the audit as a Lambda function;
//! * [`fan_out`] – what is too large for one invocation;
//! * [`texts`] – what the rules say of themselves, for the formats that show it;
//! * [`caller`] – whose account and Region the command line works in.
//!
//! It has two faces, the Lambda function `audit` and the command line `ecs-nlb-guard`, which say the same of the same
//! account. It changes nothing in ECS, EC2 and Elastic Load Balancing, because it calls nothing that does; what a second look may
//! confirm is left in the queues of the functions that repair. The function keeps alerts and what it saw in the ledger, and
//! reports in the bucket.

pub mod auditor;
pub mod backend;
pub mod caller;
mod facts;
pub mod fan_out;
pub mod sweep_log;
pub mod texts;

/// Of a large account hundreds of thousands of small things are kept, made among what answers take for a moment: the C
/// library's allocator takes ever longer to find room between them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
