//! The OpenAPI document: what the service says of itself, completed with what all routes share.

use serde_json::{Value, json};
use types::Service;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::{
    endpoint::{Access, Endpoint},
    everywhere,
};
use crate::protobuf;

/// The document of a service as JSON: its own routes, the shared ones, errors and roles.
pub fn document(service: Service, own: Document, endpoints: &[Endpoint]) -> Value {
    let mut whole = own;
    whole.merge(everywhere::SharedApi::openapi());
    let mut value = serde_json::to_value(&whole).unwrap_or_else(|_| json!({}));
    value["info"] = json!({
        "title": format!("Attune {service}"),
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Errors are application/problem+json with a stable `code`. \
            `x-attune-roles` lists whose keys an operation takes.",
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    value["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer" },
        "header": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
    });
    value["components"]["schemas"]["Problem"] = schema::<types::problem::Problem>();
    value["components"]["schemas"]["FieldError"] = schema::<types::problem::FieldError>();
    let all: Vec<Endpoint> = endpoints
        .iter()
        .cloned()
        .chain(everywhere::endpoints())
        .collect();
    for endpoint in &all {
        complete(&mut value, endpoint);
    }
    value
}

fn schema<T: utoipa::PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

/// `{file:.*}` on the inside is `{file}` in the document.
fn documented_path(path: &str) -> String {
    let mut out = String::new();
    let mut in_pattern = false;
    for character in path.chars() {
        match character {
            ':' => in_pattern = true,
            '}' => {
                in_pattern = false;
                out.push('}');
            }
            _ if in_pattern => {}
            other => out.push(other),
        }
    }
    out
}

fn complete(document: &mut Value, endpoint: &Endpoint) {
    let path = documented_path(endpoint.path);
    let method = endpoint.method.as_str().to_ascii_lowercase();
    let Some(operation) = document["paths"][&path].get_mut(&method) else {
        return;
    };
    if endpoint.access == Access::Open {
        operation["security"] = json!([]);
        operation["x-attune-roles"] = json!([]);
    } else {
        operation["security"] = json!([{ "bearer": [] }, { "header": [] }]);
        operation["x-attune-roles"] = json!(endpoint.access.roles());
        add(operation, "401", "No key, or one that does not work");
        add(operation, "403", "The key's role does not allow it");
        add(
            operation,
            "429",
            "Too many requests; Retry-After says when to try again",
        );
        add(
            operation,
            "503",
            "Not now; Retry-After says when to try again",
        );
    }
    let takes_input = operation.get("requestBody").is_some();
    if takes_input || operation.get("parameters").is_some() {
        add(operation, "400", "The request cannot be read");
        add(operation, "404", "There is no such thing");
        add(
            operation,
            "422",
            "The input is not valid; `errors` names the fields",
        );
    }
    if takes_input {
        add(operation, "409", "It contradicts what is");
        add(operation, "413", "The body is too large");
        add(operation, "415", "The content type is another one");
    }
    call_problems_so(operation);
    let content = &operation["requestBody"]["content"];
    if content.get(protobuf::CONTENT_TYPE).is_some() {
        answer_in_protobuf_too(operation);
    }
}

/// Whoever speaks protobuf gets errors in protobuf.
fn answer_in_protobuf_too(operation: &mut Value) {
    let responses = operation["responses"].as_object_mut();
    for response in responses.into_iter().flat_map(serde_json::Map::values_mut) {
        let content = response.get_mut("content").and_then(Value::as_object_mut);
        if let Some(content) = content
            && content.contains_key("application/problem+json")
        {
            content.insert(
                protobuf::CONTENT_TYPE.to_owned(),
                json!({ "schema": { "type": "string", "format": "binary",
                    "description": "The message google.rpc.Status" } }),
            );
        }
    }
}

/// The macros write every body down as plain JSON; an error has a content type of its own.
fn call_problems_so(operation: &mut Value) {
    let responses = operation["responses"].as_object_mut();
    for response in responses.into_iter().flat_map(serde_json::Map::values_mut) {
        let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else {
            continue;
        };
        let is_problem = content
            .get("application/json")
            .is_some_and(|body| body["schema"]["$ref"] == "#/components/schemas/Problem");
        if is_problem && let Some(body) = content.remove("application/json") {
            content.insert("application/problem+json".to_owned(), body);
        }
    }
}

fn add(operation: &mut Value, status: &str, description: &str) {
    if operation["responses"].get(status).is_some() {
        return;
    }
    operation["responses"][status] = json!({
        "description": description,
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
}
