//! Many clients at once: requests over connections that stay open, as fast as answers come.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request to be sent: its bytes, head and body.
#[derive(Clone, Debug)]
pub struct Request(Vec<u8>);

impl Request {
    /// A POST under a key.
    pub fn post(path: &str, key: &str, content_type: &str, body: &[u8]) -> Self {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self([head.as_bytes(), body].concat())
    }

    /// A GET under a key.
    pub fn get(path: &str, key: &str) -> Self {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
        );
        Self(head.into_bytes())
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Requests that were answered 200.
    pub answered: u64,
    /// Those that were answered otherwise.
    pub refused: u64,
    /// How long it took.
    pub elapsed: Duration,
}

impl Outcome {
    /// Answers of 200 a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }
}

/// One connection that stays open.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a request and waits for its whole answer; its status.
    ///
    /// # Errors
    /// When the connection ends before the answer does.
    pub async fn ask(&mut self, request: &Request) -> std::io::Result<u16> {
        self.stream.write_all(&request.0).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(status) = status_of_whole(&self.buffer) {
                return Ok(status);
            }
        }
    }
}

/// The status of an answer, once all of it is there.
fn status_of_whole(bytes: &[u8]) -> Option<u16> {
    let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..head_end]).ok()?;
    let length: usize = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    (head_end + 4 + length <= bytes.len())
        .then(|| head.split(' ').nth(1)?.parse().ok())
        .flatten()
}

/// Sends what `make` makes, for each connection and turn, over so many connections for `span`.
pub async fn run<F>(address: SocketAddr, connections: usize, span: Duration, make: F) -> Outcome
where
    F: Fn(usize, u64) -> Arc<Request>,
{
    let began = Instant::now();
    let end = began + span;
    let clients = (0..connections).map(|number| {
        let make = &make;
        client(address, end, move |turn| make(number, turn))
    });
    let mut total = Outcome::default();
    for (answered, refused) in join_all(clients).await {
        total.answered += answered;
        total.refused += refused;
    }
    total.elapsed = began.elapsed();
    total
}

async fn client(
    address: SocketAddr,
    end: Instant,
    make: impl Fn(u64) -> Arc<Request>,
) -> (u64, u64) {
    let (mut answered, mut refused) = (0, 0);
    let mut connection = Connection::open(address).await.unwrap();
    for turn in 0.. {
        if end <= Instant::now() {
            break;
        }
        match connection.ask(&make(turn)).await.unwrap() {
            200 => answered += 1,
            _ => refused += 1,
        }
    }
    (answered, refused)
}
