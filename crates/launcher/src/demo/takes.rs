//! Waiting for what the loop does next, but not for ever.

use std::time::{Duration, Instant};

use anyhow::bail;
use clients::ClientError;

/// How often something is looked at, in real time.
const PAUSE: Duration = Duration::from_millis(100);

/// What a look found.
#[derive(Debug)]
pub(super) enum Look<T> {
    /// What was waited for.
    Done(T),
    /// Not that yet, but this.
    NotYet(String),
}

/// The time that the whole course may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    ends: Instant,
    span: Duration,
}

impl Limit {
    /// So long from now on.
    pub(super) fn of(span: Duration) -> Self {
        Self {
            ends: Instant::now() + span,
            span,
        }
    }

    /// Looks until what is waited for is there. A service that does not answer is asked again;
    /// one that refuses ends the wait.
    ///
    /// # Errors
    /// Names the step, and what was seen last.
    pub(super) async fn until<T>(
        &self,
        step: &str,
        mut look: impl AsyncFnMut() -> anyhow::Result<Look<T>>,
    ) -> anyhow::Result<T> {
        loop {
            let last = match look().await {
                Ok(Look::Done(found)) => return Ok(found),
                Ok(Look::NotYet(seen)) => seen,
                Err(error) if may_pass(&error) => format!("{error:#}"),
                Err(error) => return Err(error.context(format!("step “{step}” failed"))),
            };
            if self.ends <= Instant::now() {
                let seconds = self.span.as_secs();
                bail!("step “{step}” did not come within {seconds} s; seen last: {last}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn may_pass(error: &anyhow::Error) -> bool {
    let status = error.downcast_ref::<ClientError>().map(ClientError::status);
    matches!(status, Some(None | Some(429 | 502..=504)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_that_ends_names_the_step_and_what_was_seen() {
        let limit = Limit::of(Duration::ZERO);
        let seen = limit
            .until("merge", async || {
                Ok(Look::<()>::NotYet("stage queued".to_owned()))
            })
            .await;
        let said = seen.unwrap_err().to_string();
        assert!(
            said.contains("merge") && said.contains("stage queued"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn silence_is_waited_out_and_a_refusal_is_not() {
        let limit = Limit::of(Duration::from_secs(5));
        let mut looks = 0;
        let found = limit.until("find", async || {
            looks += 1;
            match looks {
                1 => Err(ClientError::Unexplained(503).into()),
                _ => Ok(Look::Done(looks)),
            }
        });
        assert_eq!(found.await.unwrap(), 2);
        let refused = limit
            .until("find", async || {
                Err::<Look<()>, _>(ClientError::Unexplained(409).into())
            })
            .await;
        assert!(refused.is_err());
    }
}
