//! What HTTP alone costs on this machine at this moment: a server that reads a body and answers.

use std::{net::TcpListener, process::Child, time::Duration};

use actix_web::{App, HttpResponse, HttpServer, web};
use stack_tests::{load::Connection, process, program::command_on, wait::until};

/// The argument that makes this program the server.
pub(crate) const ARGUMENT: &str = "--floor";

/// A running server; it ends when it is dropped.
pub(crate) struct Floor {
    pub(crate) address: std::net::SocketAddr,
    child: Child,
}

impl Floor {
    /// Starts it on a processor.
    pub(crate) async fn start_on(processor: u8) -> Self {
        let address = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let child = command_on(processor, &std::env::current_exe().unwrap())
            .args([ARGUMENT, &address.to_string()])
            .spawn()
            .unwrap();
        until("it listens", Duration::from_secs(20), || async {
            Connection::open(address).await.ok().map(drop)
        })
        .await;
        Self { address, child }
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        process::cpu_seconds(self.child.id())
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed.
        let _ended_before = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Serves for ever.
pub(crate) fn serve(address: &str) {
    let server = HttpServer::new(|| App::new().default_service(web::to(accept)))
        .workers(1)
        .bind(address)
        .unwrap()
        .run();
    actix_web::rt::System::new().block_on(server).unwrap();
}

async fn accept(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().json(body.len())
}
