//! Packed bodies, unpacked within a limit: a small body may not become a large one.

use std::io::{self, Read};

use actix_web::{HttpRequest, http::header, web::Bytes};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use service_kit::Problem;

/// The body as it was before it was packed, if that is no more than `limit_bytes`.
pub(super) fn unpacked(
    request: &HttpRequest,
    raw: Bytes,
    limit_bytes: usize,
) -> Result<Bytes, Problem> {
    let stated = request.headers().get(header::CONTENT_ENCODING);
    let stated = stated.map_or(Ok(""), |value| value.to_str());
    let coding = stated.unwrap_or("?").trim().to_ascii_lowercase();
    let read = match coding.as_str() {
        "" | "identity" => return Ok(raw),
        "gzip" | "x-gzip" => bounded(MultiGzDecoder::new(&*raw), limit_bytes),
        // HTTP means zlib by it; some send the bare stream.
        "deflate" if is_zlib(&raw) => bounded(ZlibDecoder::new(&*raw), limit_bytes),
        "deflate" => bounded(DeflateDecoder::new(&*raw), limit_bytes),
        _ => {
            return Err(Problem::unsupported_media_type(
                "Content-Encoding may be gzip, deflate or identity",
            ));
        }
    };
    let body = read.map_err(|error| {
        Problem::bad_request(
            "UNREADABLE_BODY",
            format!("the body cannot be unpacked by {coding}: {error}"),
        )
    })?;
    if limit_bytes < body.len() {
        return Err(Problem::too_large(limit_bytes));
    }
    Ok(body.into())
}

/// Reads one byte more than the limit at most.
fn bounded(reader: impl Read, limit_bytes: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    reader.take(limit_bytes as u64 + 1).read_to_end(&mut body)?;
    Ok(body)
}

/// Whether a stream begins with the header of zlib (RFC 1950).
fn is_zlib(raw: &[u8]) -> bool {
    match raw {
        [method, flags, ..] => {
            method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0
        }
        _ => false,
    }
}
