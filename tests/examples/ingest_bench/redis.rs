//! Redis beside it: the same bytes appended to a stream, each synced before its answer.

use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use stack_tests::{load::Outcome, process, program::command_on, wait::until};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A running server with `appendfsync always`; it ends when it is dropped.
pub(crate) struct Redis {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Redis {
    pub(crate) async fn start_on(processor: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let child = command_on(processor, "redis-server".as_ref())
            .args(["--port", &address.port().to_string(), "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("Redis listens", Duration::from_secs(20), || async {
            TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        Self {
            address,
            child,
            _folder: folder,
        }
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        process::cpu_seconds(self.child.id())
    }

    /// Appends `body` as fast as answers come.
    pub(crate) async fn load(&self, connections: usize, span: Duration, body: &str) -> Outcome {
        let request = format!(
            "*5\r\n$4\r\nXADD\r\n$6\r\nevents\r\n$1\r\n*\r\n$1\r\ne\r\n${}\r\n{body}\r\n",
            body.len()
        );
        let began = Instant::now();
        let mut clients = JoinSet::new();
        for _ in 0..connections {
            clients.spawn(client(self.address, request.clone(), began + span));
        }
        let answered = clients.join_all().await.into_iter().sum();
        Outcome {
            answered,
            refused: 0,
            elapsed: began.elapsed(),
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed.
        let _ended_before = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// How many requests were answered by then.
async fn client(address: SocketAddr, request: String, end: Instant) -> u64 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = Vec::new();
    let mut answered = 0;
    while Instant::now() < end {
        stream.write_all(request.as_bytes()).await.unwrap();
        answer.clear();
        // A bulk string: its length on a line, its text on the next.
        while answer.windows(2).filter(|two| *two == b"\r\n").count() < 2 {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
            assert_eq!(answer[0], b'$', "Redis refused");
        }
        answered += 1;
    }
    answered
}
