//! The body of a request, read into memory of which there is only so much.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpMessage,
    dev::ServiceRequest,
    http::{Method, header},
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// Bodies up to this size are taken without asking for room.
const SMALL_BYTES: usize = 64 * 1024;
/// How many requests wait for room; each takes memory, for what arrives of its body is read.
const MOST_WAITING: usize = 64;
/// How long a request waits for others to make room, and for more of its own body.
const PATIENCE: Duration = Duration::from_secs(10);

/// Room for the larger bodies of all requests that are under way.
#[derive(Clone, Debug)]
pub(super) struct Room {
    bytes: Arc<Semaphore>,
    total: usize,
    /// Places for requests that wait.
    places: Arc<Semaphore>,
}

/// What a request holds while it is under way.
struct Held(
    #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
);

impl Room {
    pub(super) fn new(total: usize) -> Self {
        Self {
            bytes: Arc::new(Semaphore::new(total)),
            total,
            places: Arc::new(Semaphore::new(MOST_WAITING)),
        }
    }

    /// The whole body, within `limit_bytes`.
    pub(super) async fn read(
        &self,
        request: &mut ServiceRequest,
        limit_bytes: usize,
    ) -> Result<Bytes, Problem> {
        if request.method() == Method::GET || request.method() == Method::HEAD {
            return Ok(Bytes::new());
        }
        let announced = announced(request);
        if announced.is_some_and(|size| limit_bytes < size) {
            return Err(Problem::too_large(limit_bytes));
        }
        // A body that does not say its size may become as large as is allowed.
        let mut wanted = announced.filter(|size| SMALL_BYTES < *size);
        if let Some(size) = wanted {
            self.take(request, size).await?;
        }
        let mut payload = request.take_payload();
        let mut whole = Bytes::new();
        let mut parts = BytesMut::new();
        while let Some(part) = tokio::time::timeout(PATIENCE, payload.next())
            .await
            .map_err(|_| late())?
        {
            let part = part.map_err(|error| {
                Problem::bad_request(
                    "INCOMPLETE_BODY",
                    format!("the body did not arrive: {error}"),
                )
            })?;
            let size = whole.len() + parts.len() + part.len();
            if limit_bytes < size {
                return Err(Problem::too_large(limit_bytes));
            }
            if SMALL_BYTES < size && wanted.is_none() {
                wanted = Some(limit_bytes);
                self.take(request, limit_bytes).await?;
            }
            // Most bodies arrive in one part, which is then not copied.
            if whole.is_empty() && parts.is_empty() {
                whole = part;
            } else {
                if parts.is_empty() {
                    parts.reserve(announced.unwrap_or(size));
                    parts.extend_from_slice(&std::mem::take(&mut whole));
                }
                parts.extend_from_slice(&part);
            }
        }
        Ok(if parts.is_empty() {
            whole
        } else {
            parts.freeze()
        })
    }

    /// Waits for room, which is given back with the request.
    async fn take(&self, request: &ServiceRequest, size: usize) -> Result<(), Problem> {
        let size = u32::try_from(size.min(self.total)).unwrap_or(u32::MAX);
        let permit = match Arc::clone(&self.bytes).try_acquire_many_owned(size) {
            Ok(permit) => Some(permit),
            Err(_) => self.wait_for(size).await,
        };
        let permit = permit.ok_or_else(|| {
            Problem::unavailable(
                "TOO_MUCH_AT_ONCE",
                "large bodies of other requests take up the room for them; try again shortly",
            )
        })?;
        request.extensions_mut().insert(Held(permit));
        Ok(())
    }

    /// Room for so many bytes, unless too many wait for it already or it takes too long.
    async fn wait_for(&self, size: u32) -> Option<OwnedSemaphorePermit> {
        let _place = self.places.try_acquire().ok()?;
        let waiting = Arc::clone(&self.bytes).acquire_many_owned(size);
        tokio::time::timeout(PATIENCE, waiting).await.ok()?.ok()
    }
}

/// Who sends nothing for so long keeps others from sending.
fn late() -> Problem {
    let seconds = PATIENCE.as_secs();
    let detail = format!("nothing more of the body arrived for {seconds} s");
    Problem::bad_request("INCOMPLETE_BODY", detail)
}

fn announced(request: &ServiceRequest) -> Option<usize> {
    request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
}
