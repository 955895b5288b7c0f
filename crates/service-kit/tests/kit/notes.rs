//! The small service.

use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use service_kit::{
    Act, Kit, Problem, args,
    caller::Reply,
    db::{Db, Durability, Schema, Tx},
    http::{Access, Authorised, Body, Endpoint, Http, Running},
    steps::{Message, Receive, Receiving, Relay, Sent, Settlement},
};
use sqlx::migrate::Migrator;
use testkit::{Api, Backend, Place};
use types::Service;
use utoipa::OpenApi;

static SQLITE: Migrator = sqlx::migrate!("tests/kit/migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("tests/kit/migrations/postgres");
const SCHEMA: Schema = Schema {
    name: "notes",
    sqlite: &SQLITE,
    postgres: &POSTGRES,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// What replies the receiver was handed, and what it is to make of them.
#[derive(Clone, Default)]
pub(crate) struct Receiver(pub(crate) Arc<Mutex<Vec<u16>>>);

impl Receive for Receiver {
    fn receive<'a>(&'a self, _: &'a mut Tx, _: &'a Sent, reply: &'a Reply) -> Receiving<'a> {
        self.0.lock().unwrap().push(reply.status);
        let settlement = if reply.is_success() {
            Settlement::Done
        } else {
            Settlement::Dead(reply.refusal())
        };
        Box::pin(async move { Ok(settlement) })
    }
}

pub(crate) struct Notes {
    pub(crate) place: Place,
    pub(crate) api: Api,
    pub(crate) relay: Relay,
    pub(crate) receiver: Receiver,
    pub(crate) running: Running,
}

#[derive(OpenApi)]
struct NoDocument;

impl Notes {
    pub(crate) async fn start_on(backend: Backend) -> Self {
        Self::start_in(Place::on(backend).await).await
    }

    pub(crate) async fn start_in(place: Place) -> Self {
        let kit = Kit::open(
            Service::Observer,
            place.common.clone(),
            place.clock.clone(),
            SCHEMA,
            Durability::Full,
        )
        .await
        .unwrap();
        let receiver = Receiver::default();
        let relay = Relay {
            db: kit.db.clone(),
            caller: kit.caller.clone(),
            clock: kit.clock.clone(),
            service: kit.service,
            receiver: Arc::new(receiver.clone()),
        };
        let db = Data::new(kit.db.clone());
        let http = Http {
            endpoints: vec![
                Endpoint::post("/notes", Access::Act, add),
                Endpoint::get("/notes", Access::Read, list),
            ],
            openapi: NoDocument::openapi(),
            readiness: vec![],
            configure: move |config: &mut actix_web::web::ServiceConfig| {
                config.app_data(db.clone());
            },
        };
        let running = kit.serve(http).await.unwrap();
        let api = place.api(running.address);
        Self {
            place,
            api,
            relay,
            receiver,
            running,
        }
    }

    pub(crate) async fn texts(&self) -> Vec<String> {
        self.api.get("/notes").await.expect(200)
    }
}

async fn add(
    db: Data<Db>,
    act: Authorised,
    Body(note): Body<Note>,
) -> Result<HttpResponse, Problem> {
    write(&db, &note, &act).await?;
    Ok(HttpResponse::Created().json(note))
}

pub(crate) async fn write(db: &Db, note: &Note, act: &Act) -> Result<(), service_kit::db::DbError> {
    let mut tx = db.begin(act).await?;
    tx.execute("INSERT INTO note (text) VALUES ($1)", args![&note.text])
        .await?;
    tx.journal(
        "note.add",
        &format!("note/{}", note.text),
        None::<&()>,
        Some(note),
    )
    .await?;
    tx.send(Message::post(
        "tell",
        "notes",
        Service::PatchApply,
        "/notes",
        note,
    )?)
    .await?;
    tx.commit_with(201, note).await
}

async fn list(db: Data<Db>) -> Result<HttpResponse, Problem> {
    let texts: Vec<String> = db
        .fetch_all("SELECT text FROM note ORDER BY id", vec![])
        .await?;
    Ok(HttpResponse::Ok().json(texts))
}
