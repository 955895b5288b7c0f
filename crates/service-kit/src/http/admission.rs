//! Who is let in: key, role, rate, size, idempotency key.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use actix_web::{HttpMessage, dev::ServiceRequest, http::Method, web::Bytes};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use types::{Digest, Service, key::Role};

use super::{credentials::shown_key, endpoint::Access, extract::RawBody, payload::Room};
use crate::{
    act::{Act, Idempotency},
    auth::{Keyring, Principal},
    caller::SERVICE_HEADER,
    clock::Clock,
    db::Db,
    problem::Problem,
    redaction::CountingRedactor,
    settings::LimitSettings,
    steps::inbox,
    trace::TraceParent,
};

/// Decides whether a request may go on, and as whose.
pub(super) struct Admission {
    db: Db,
    keys: Keyring,
    clock: Clock,
    redactor: CountingRedactor,
    room: Room,
    per_key: DefaultKeyedRateLimiter<String>,
    per_refused_address: DefaultKeyedRateLimiter<IpAddr>,
}

impl Admission {
    pub(super) fn new(
        db: Db,
        keys: Keyring,
        clock: Clock,
        redactor: CountingRedactor,
        limits: &LimitSettings,
    ) -> Self {
        let per_second = NonZeroU32::new(limits.requests_per_second).unwrap_or(NonZeroU32::MIN);
        let per_minute = NonZeroU32::new(limits.refused_keys_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            db,
            keys,
            clock,
            redactor,
            room: Room::new(limits.bodies_bytes),
            per_key: RateLimiter::keyed(Quota::per_second(per_second)),
            per_refused_address: RateLimiter::keyed(Quota::per_minute(per_minute)),
        }
    }

    /// Checks everything that comes before the handler and leaves the body and the act with the
    /// request.
    pub(super) async fn admit(
        self: &Arc<Self>,
        request: &mut ServiceRequest,
        access: Access,
        limit_bytes: usize,
        trace: TraceParent,
    ) -> Result<(), Problem> {
        let principal = self.principal(request, access)?;
        let body = self.room.read(request, limit_bytes).await?;
        if let Some(principal) = principal {
            let idempotency = self.idempotency(request, &body, principal.role)?;
            let actor = actor(request, &principal);
            if let Some(idempotency) = &idempotency {
                inbox::lookup(&self.db, &actor, idempotency).await?;
            }
            let act = Act {
                actor,
                role: principal.role,
                at: self.clock.now(),
                idempotency,
                trace,
            };
            request.extensions_mut().insert(act);
            request.extensions_mut().insert(principal);
        }
        request.extensions_mut().insert(RawBody(body));
        Ok(())
    }

    fn principal(
        &self,
        request: &ServiceRequest,
        access: Access,
    ) -> Result<Option<Principal>, Problem> {
        if access == Access::Open {
            return Ok(None);
        }
        let Some(text) = shown_key(request.headers()) else {
            return Err(Problem::unauthorized(
                "show a key in the header Authorization as Bearer, or in X-API-Key",
            ));
        };
        let Some(principal) = self.keys.principal(&text, self.clock.now()) else {
            let address = request
                .peer_addr()
                .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
            return Err(match self.per_refused_address.check_key(&address) {
                Ok(()) => Problem::unauthorized("this key is unknown, expired or revoked"),
                Err(_) => Problem::too_many_requests(Duration::from_secs(1)),
            });
        };
        if !access.roles().contains(&principal.role) {
            let allowed: Vec<&str> = access.roles().iter().map(|role| role.name()).collect();
            return Err(Problem::forbidden(
                "ROLE_NOT_ALLOWED",
                format!(
                    "a key of role {} may not do this; it takes {}",
                    principal.role,
                    allowed.join(" or ")
                ),
            ));
        }
        if self.per_key.check_key(&principal.key_id).is_err() {
            return Err(Problem::too_many_requests(Duration::from_secs(1)));
        }
        Ok(Some(principal))
    }

    fn idempotency(
        &self,
        request: &ServiceRequest,
        body: &Bytes,
        role: Role,
    ) -> Result<Option<Idempotency>, Problem> {
        if !matches!(
            *request.method(),
            Method::POST | Method::PUT | Method::DELETE
        ) {
            return Ok(None);
        }
        let Some(value) = request.headers().get("idempotency-key") else {
            return if role == Role::Service && request.method() == Method::POST {
                Err(Problem::bad_request(
                    "IDEMPOTENCY_KEY_REQUIRED",
                    "a call between services needs an Idempotency-Key",
                ))
            } else {
                Ok(None)
            };
        };
        let key = value
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|key| (1..=255).contains(&key.len()))
            .ok_or_else(|| {
                Problem::bad_request(
                    "IDEMPOTENCY_KEY_INVALID",
                    "an Idempotency-Key is 1 to 255 visible ASCII characters",
                )
            })?;
        let mut asked = format!("{} {}\n", request.method(), request.uri()).into_bytes();
        asked.extend_from_slice(body);
        Ok(Some(Idempotency {
            // It is stored, and whoever chose it may have chosen badly.
            key: self.redactor.id(key).into_owned(),
            request: Digest::of(asked),
        }))
    }
}

/// Services share one key; each says which one it is.
fn actor(request: &ServiceRequest, principal: &Principal) -> String {
    let named = request
        .headers()
        .get(SERVICE_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(|name| name.parse::<Service>().ok());
    match (principal.role, named) {
        (Role::Service, Some(service)) => service.name().to_owned(),
        _ => principal.name.clone(),
    }
}
