//! A function's whole life: settings, log, clients, and then one invocation after the other.
//!
//! Functions differ in the rules they run, in what their role may do and, where they don't repair, in the [`Backend`] their
//! passes are made at; everything else is here.

mod backend;
mod carry_out;
mod error;
mod function;
mod handle;
mod pass_requests;
mod reporting;
#[cfg(test)]
mod tests;

pub use carry_out::{FunctionContext, carry_out};
pub use error::HandlerError;
pub use function::{Function, PolicySection};
pub use handle::{Backend, PassResult, handle};
use handle::{answer, read};
pub use pass_requests::{PassRequest, RequestTerms};
pub use reporting::{log_decisions, report};

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use tracing::Instrument as _;

use crate::chain::chain;
use crate::home::Home;
use crate::log;
use crate::settings::{Given, PolicyObject, PolicyObjectError, Settings};
use backend::AwsBackend;

/// Kept back of a function's time, to answer before Lambda cuts it off.
const TIME_TO_ANSWER: SignedDuration = SignedDuration::from_secs(2);

/// Runs a function that judges and repairs, until Lambda ends it. It ends by itself only where it can't start.
#[must_use]
pub fn run(function: &Function) -> ExitCode {
    run_at(function, async |settings| AwsBackend::open(settings, &function.rules))
}

/// Runs a function whose passes are made at the desk that `open` opens.
#[must_use]
pub fn run_at<D: Backend + Send + 'static>(function: &Function, open: impl AsyncFnOnce(Settings) -> D) -> ExitCode {
    // Lambda always sets it.
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        let name = function.name;
        let text =
            format!("{name} is an AWS Lambda function, and this isn't Lambda: run `ecs-nlb-guard audit` instead\n");
        // Where nobody listens nothing is lost.
        let _unheard = std::io::stderr().write_all(text.as_bytes());
        return ExitCode::from(2);
    }
    let known: Vec<&str> = rules::rules().map(|rule| rule.slug).collect();
    let served = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            let settings = match settings(&known).await {
                Ok(settings) => settings,
                Err(error) => {
                    log::start(&log::Filter::default());
                    tracing::error!("the function can't start: {}", chain(&error));
                    return Ok(ExitCode::FAILURE);
                }
            };
            log::start(&settings.log);
            settings.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
            for warning in settings.policy.warnings() {
                tracing::warn!(
                    policy.line = warning.line,
                    policy.column = warning.column,
                    "the policy: {}",
                    warning.message
                );
            }
            serve(settings, function, open).await.map(|()| ExitCode::SUCCESS)
        }),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(error = error.as_ref() as &dyn std::error::Error, "the function ended");
            ExitCode::FAILURE
        }
    }
}

/// The settings, with a large policy from S3. Without the policy that is meant nothing starts: messages come back.
async fn settings(known: &[&str]) -> Result<Settings, PolicyObjectError> {
    let text = match PolicyObject::from_environment()? {
        Some(object) => Some(object.fetch().await?),
        None => None,
    };
    let given = Given { policy_object: text.as_deref(), ..Given::default() };
    Ok(Settings::with(given, known)?)
}

async fn serve<D: Backend + Send + 'static>(
    settings: Settings,
    function: &Function,
    open: impl AsyncFnOnce(Settings) -> D,
) -> Result<(), lambda_runtime::Error> {
    let may_repair = function.section.is_some_and(|section| section.may_repair(settings.policy.may_repair()));
    tracing::info!(
        function.name = function.name,
        policy.may_repair = may_repair,
        policy.sha256 = settings.policy_sha256,
        queue.url = settings.queue_url,
        ledger.table = settings.ledger_table,
        quota.share = settings.quota_share.get(),
        "ready to {}",
        if may_repair { "repair" } else { "observe" },
    );
    let backend = Arc::new(open(settings).await);
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let backend = Arc::clone(&backend);
        let (input, context) = event.into_parts();
        let span = tracing::info_span!("invocation", aws.request_id = context.request_id);
        async move {
            let home = Home::of_function(&context.invoked_function_arn)?;
            // Boxed: the desk's type is deeper nested than the compiler likes to look at from here.
            let incoming = read(input.get(), &home, backend.as_ref())?;
            drop(input);
            Box::pin(answer(incoming, &home, deadline(context.deadline), backend.as_ref())).await
        }
        .instrument(span)
    });
    Runtime::new(handler).run().await
}

/// When everything must be done, from when Lambda cuts the function off, in milliseconds since 1970.
fn deadline(cut_off_ms: u64) -> Timestamp {
    let cut_off = i64::try_from(cut_off_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    cut_off.unwrap_or(Timestamp::MAX).checked_sub(TIME_TO_ANSWER).unwrap_or(Timestamp::MIN)
}
