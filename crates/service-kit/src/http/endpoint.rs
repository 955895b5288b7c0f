//! The route table: one entry says path, method, who may call, and what answers.

use std::sync::Arc;

use actix_web::{FromRequest, Handler, Responder, Route, http::Method, web};
use types::key::Role;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a key.
    Open,
    /// Whoever sends operations.
    Ingest,
    /// Whoever may read.
    Read,
    /// Whoever may cause change without deciding on it: services and people.
    Act,
    /// People who decide. Never a service: no decision comes from a machine.
    Decide,
    /// The other services.
    Serve,
    /// Whoever manages keys.
    Admin,
    /// Whoever has any key: what is not in the table answers 404 or 405 to them.
    Unlisted,
}

impl Access {
    /// The roles that are let in.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Open | Self::Unlisted => &Role::ALL,
            Self::Ingest => &[Role::Agent, Role::Operator, Role::Service, Role::Admin],
            Self::Read => &[Role::Auditor, Role::Operator, Role::Service, Role::Admin],
            Self::Act => &[Role::Operator, Role::Service, Role::Admin],
            Self::Decide => &[Role::Operator, Role::Admin],
            Self::Serve => &[Role::Service, Role::Admin],
            Self::Admin => &[Role::Admin],
        }
    }
}

/// One method of one path.
#[derive(Clone)]
pub struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) body_limit: Option<usize>,
    pub(crate) route: Arc<dyn Fn() -> Route + Send + Sync>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} {} ({:?})",
            self.method, self.path, self.access
        )
    }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident => $method:ident),*) => {$(
        $(#[$doc])*
        pub fn $name<F, Args>(path: &'static str, access: Access, handler: F) -> Self
        where
            F: Handler<Args> + Send + Sync,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            Self::new(Method::$method, path, access, handler)
        }
    )*};
}

impl Endpoint {
    fn new<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route_method = method.clone();
        let route = move || web::method(route_method.clone()).to(handler.clone());
        Self {
            method,
            path,
            access,
            body_limit: None,
            route: Arc::new(route),
        }
    }

    methods! {
        /// GET.
        get => GET,
        /// POST.
        post => POST,
        /// PUT.
        put => PUT,
        /// DELETE.
        delete => DELETE
    }

    /// Takes bodies up to this size instead of the usual one.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// The method.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path with its parameters in braces.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Who may call.
    pub fn access(&self) -> Access {
        self.access
    }
}
