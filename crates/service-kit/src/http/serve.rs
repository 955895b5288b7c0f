//! Serving HTTP, and stopping.

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};
use tracing::info;
use utoipa::openapi::OpenApi;

use super::{
    admission::Admission,
    endpoint::Endpoint,
    everywhere::{self, Readiness, Shared},
    gate::{self, Gate},
    openapi,
};
use crate::{kit::Kit, problem::Problem};

/// What a service offers over HTTP.
pub struct Http<C> {
    /// Its own routes.
    pub endpoints: Vec<Endpoint>,
    /// Their documentation.
    pub openapi: OpenApi,
    /// What else must hold before it is ready.
    pub readiness: Vec<Readiness>,
    /// Hands the application to the workers.
    pub configure: C,
}

/// A service that is up.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    kit: Kit,
    handle: ServerHandle,
    grace: Duration,
}

impl Running {
    /// What it is made of.
    pub fn kit(&self) -> &Kit {
        &self.kit
    }

    /// Stops: no new connections, the requests and tasks under way end, the database is closed.
    pub async fn stop(self) {
        self.kit.tasks.stop().set();
        let ended = tokio::time::timeout(self.grace, self.handle.stop(true)).await;
        if ended.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        self.kit.tasks.end(self.grace).await;
        self.kit.db.close().await;
        info!(
            service = self.kit.service.name(),
            "{} has stopped", self.kit.service
        );
    }
}

impl Kit {
    /// Starts to serve; port 0 finds a free one.
    pub async fn serve<C>(self, http: Http<C>) -> Result<Running, io::Error>
    where
        C: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let settings = &self.settings;
        let default = SocketAddr::from(([127, 0, 0, 1], self.service.default_port()));
        let listener = TcpListener::bind(settings.server.listen.unwrap_or(default))?;
        let address = listener.local_addr()?;
        let grace = Duration::from_secs(settings.server.grace_seconds);

        let document = openapi::document(self.service, http.openapi, &http.endpoints);
        let shared = Data::new(Shared {
            service: self.service,
            db: self.db.clone(),
            keys: self.keys.clone(),
            clock: self.clock.clone(),
            redactor: self.redactor.clone(),
            stop: self.tasks.stop(),
            readiness: http.readiness,
            document: document.to_string(),
        });
        let endpoints: Arc<Vec<Endpoint>> = Arc::new(
            http.endpoints
                .into_iter()
                .chain(everywhere::endpoints())
                .collect(),
        );
        let admission = Admission::new(
            self.db.clone(),
            self.keys.clone(),
            self.clock.clone(),
            self.redactor.clone(),
            &settings.limits,
        );
        let gate = Arc::new(Gate::new(
            self.service,
            self.clock.clone(),
            admission,
            self.redactor.clone(),
            &endpoints,
            settings.limits.body_bytes,
        ));

        let configure = http.configure;
        let server = HttpServer::new(move || {
            let gate = Arc::clone(&gate);
            let endpoints = Arc::clone(&endpoints);
            App::new()
                .app_data(shared.clone())
                .configure(configure.clone())
                .configure(move |config| register(config, &endpoints))
                .default_service(web::to(unknown_path))
                .wrap(from_fn(move |request, next| {
                    gate::pass(Arc::clone(&gate), request, next)
                }))
        })
        .workers(settings.server.workers.max(1))
        .shutdown_timeout(grace.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        self.follow_keys();
        self.tasks.start(async move {
            if let Err(error) = server.await {
                tracing::error!(error = %error, "the HTTP server ended: {error}");
            }
        });
        info!(
            service = self.service.name(),
            "{} listens on {address}", self.service
        );
        Ok(Running {
            address,
            kit: self,
            handle,
            grace,
        })
    }

    /// On a shared database another replica may register and revoke keys.
    fn follow_keys(&self) {
        if self.db.is_shared() {
            let keys = self.keys.clone();
            self.tasks.repeat("keys", KEYS_EVERY, move || {
                let keys = keys.clone();
                async move { keys.reload().await }
            });
        }
    }
}

/// How long a key that another replica revoked may still work here.
const KEYS_EVERY: Duration = Duration::from_secs(5);

/// One resource per path, so that a wrong method is a 405 that names the right ones.
fn register(config: &mut ServiceConfig, endpoints: &[Endpoint]) {
    let mut by_path: BTreeMap<&'static str, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in endpoints {
        by_path.entry(endpoint.path).or_default().push(endpoint);
    }
    // Fixed names before parameters: `/journal/verify` is not an entry called `verify`.
    let mut paths: Vec<&'static str> = by_path.keys().copied().collect();
    paths.sort_by_key(|path| (path.contains('{'), path.contains(":.*"), *path));
    for path in paths {
        let Some(methods) = by_path.get(path) else {
            continue;
        };
        let mut allow: Vec<&str> = methods
            .iter()
            .map(|endpoint| endpoint.method.as_str())
            .collect();
        allow.sort_unstable();
        let allow = allow.join(", ");
        let mut resource = web::resource(path);
        for endpoint in methods {
            resource = resource.route((endpoint.route)());
        }
        let wrong_method = move || {
            let problem = Problem::method_not_allowed(allow.clone());
            async move { Err::<HttpResponse, Problem>(problem) }
        };
        config.service(resource.default_service(web::to(wrong_method)));
    }
}

async fn unknown_path() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found(
        "NO_SUCH_PATH",
        "there is nothing at this path; /docs/ lists what is",
    ))
}
