//! What handlers take: checked bodies, queries and path values, and who asks.

use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{self, Bytes},
};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use types::problem::FieldError;

use crate::{act::Act, problem::Problem, redaction::without_values};

/// The body of a request as it came, within the size that the endpoint takes.
#[derive(Clone, Debug, Default)]
pub struct RawBody(pub Bytes);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()))
    }
}

/// The body of a request that says that it is JSON, to be read as something that borrows from it.
#[derive(Clone, Debug)]
pub struct JsonBody(Bytes);

impl JsonBody {
    /// How long it is.
    pub fn size_bytes(&self) -> usize {
        self.0.len()
    }

    /// A JSON object that is a valid `T`.
    ///
    /// # Errors
    /// `MALFORMED_JSON`, or which field is not what it should be.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        parse(&self.0)
    }
}

impl FromRequest for JsonBody {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let raw = request
            .extensions()
            .get::<RawBody>()
            .cloned()
            .unwrap_or_default();
        ready(require_json(request).map(|()| Self(raw.0)))
    }
}

/// A JSON object that is a valid `T`.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = JsonBody::from_request(request, payload).into_inner();
        ready(body.and_then(|body| body.read()).map(Body))
    }
}

fn require_json(request: &HttpRequest) -> Result<(), Problem> {
    let given = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = given
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    if essence != "application/json" && !essence.ends_with("+json") {
        return Err(Problem::unsupported_media_type(
            "send the body as Content-Type: application/json",
        ));
    }
    match request
        .headers()
        .get(header::CONTENT_ENCODING)
        .map(|value| value.as_bytes())
    {
        None | Some(b"identity") => Ok(()),
        Some(_) => Err(Problem::unsupported_media_type(
            "send the body without Content-Encoding",
        )),
    }
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    // An array would be read as the fields of a struct in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        require_syntax(bytes)?;
        return Err(Problem::invalid_field("", "expected a JSON object"));
    }
    serde_json::from_slice(bytes).or_else(|_| parse_with_care(bytes))
}

/// As [`parse`], and knows where the fault is, which takes much longer.
fn parse_with_care<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        // Whether all of it is JSON comes before what the JSON says.
        if let Err(problem) = require_syntax(bytes) {
            return problem;
        }
        let pointer = pointer(error.path());
        let detail = error.into_inner().to_string();
        let detail = detail.split(" at line ").next().unwrap_or("not valid");
        let detail = without_values(detail);
        Problem::invalid(vec![FieldError { pointer, detail }])
    })?;
    reader.end().map_err(|_| {
        Problem::bad_request(
            "MALFORMED_JSON",
            "the body goes on after the end of its JSON value",
        )
    })?;
    Ok(value)
}

fn require_syntax(bytes: &[u8]) -> Result<(), Problem> {
    serde_json::from_slice::<IgnoredAny>(bytes)
        .map(drop)
        .map_err(|cause| {
            Problem::bad_request("MALFORMED_JSON", format!("the body is not JSON: {cause}"))
        })
}

/// A JSON pointer (RFC 6901) to the place.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path {
        out.push('/');
        match segment {
            Segment::Seq { index } => out.push_str(&index.to_string()),
            Segment::Map { key } => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => out.push_str(variant),
            Segment::Unknown => out.push('?'),
        }
    }
    out
}

/// A query string that is a valid `T`.
#[derive(Clone, Debug)]
pub struct Fields<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Fields<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
        let reader = serde_urlencoded::Deserializer::new(pairs);
        let fields = serde_path_to_error::deserialize(reader).map_err(|error| {
            let parameter = error.path().to_string();
            let pointer = match parameter.as_str() {
                "." => "query".to_owned(),
                _ => parameter,
            };
            let detail = without_values(&error.into_inner().to_string());
            Problem::invalid(vec![FieldError { pointer, detail }])
        });
        ready(fields.map(Self))
    }
}

/// The values in the path; one that cannot be is a 404, for there is nothing by that name.
#[derive(Clone, Debug)]
pub struct PathValues<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for PathValues<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = web::Path::<T>::from_request(request, payload).into_inner();
        ready(path.map(|path| Self(path.into_inner())).map_err(|_| {
            Problem::not_found(
                "NOT_FOUND",
                "nothing has this name; check the id in the path",
            )
        }))
    }
}

/// Who asks, and on which request's behalf.
#[derive(Clone, Debug)]
pub struct Authorised(pub Act);

impl Deref for Authorised {
    type Target = Act;

    fn deref(&self) -> &Act {
        &self.0
    }
}

impl FromRequest for Authorised {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let act = request.extensions().get::<Act>().cloned();
        ready(
            act.map(Self)
                .ok_or_else(|| Problem::unauthorized("a key is needed")),
        )
    }
}
