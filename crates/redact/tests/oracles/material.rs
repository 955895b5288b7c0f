//! Texts and JSON values out of a few bytes, made of pieces that the rules look at.

use serde_json::{Map, Value};

/// Pieces that the rules look at.
pub const PIECES: &[&str] = &[
    "password",
    "api_key",
    "token",
    "secret: ",
    "Authorization: Bearer ",
    "KEY",
    "=",
    ": ",
    ":=",
    "\"",
    "'",
    "\\\"",
    "\\n",
    "\\u0041",
    "\\",
    "\n",
    " ",
    "\t",
    ",",
    ";",
    "&",
    "?",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "${x}",
    "https://",
    "host.example.com",
    "/home/a/b",
    "/",
    "C:\\Users\\a",
    "~/x",
    "10.1.2.3",
    "8.8.4.4:53",
    "fe80::1",
    "::",
    ":",
    ".",
    "a@b.example",
    "@",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "9fceb02d0ae598e95dc970b74767f193",
    "zQ7xV9pL2kR8mT4wB6nC1dF3",
    "hunter2",
    "42",
    "é",
    "密",
    "Value",
    "is ",
    "user:pw@",
    "[REDACTED_KEY]",
    "[PATH]",
    "192.168.x.x",
    "-",
    "_",
    "==",
    "!=",
    "value=",
    "#",
    "//",
    "%",
    "%3D",
    "&quot;",
    "&#61;",
    "\\\\",
    "\\u003d",
    "\r",
    "\u{0}",
    "```",
    "\\\\host\\share\\a",
    ":\\/\\/",
    "2001:db8:0:1:2:3:4:5",
    "Set-Cookie: ",
    "-u ",
    "SG.",
    "eyJhbGciOiJIUzI1NiJ9",
    "Maple_48213",
    "login(",
    "connect(",
    "auth",
    "'a', ",
    "\"b\"",
    "IDENTIFIED BY ",
    "snmp-server community ",
    "enable ",
    "username bob ",
    "seed",
    "recovery codes:",
    "abandon mosquito ability hazard ginger embody ",
    "verification code",
    "123456",
    " is the ",
    " as the ",
    "creds: bob / ",
    "bob:",
    "echo ",
    " | ",
    "$6$rounds=5000$aB3",
    ":::",
    "mysql -u root -p",
    "\"-a\", ",
    "tool -u bob -p ",
    "config set ",
    "secrets set ",
    "--value ",
    "name,token,owner",
    "a,b,c",
    "  ",
    "|\n",
    "<password a=\"b\">",
    "<name>password</name><value>",
    "<![CDATA[",
    "пароль",
    "Some(",
    "kind: Secret\n",
    "data:\n",
    "334 UGFzc3dvcmQ6\n",
    "abcd efgh ijkl ",
    "pin=",
    "ENV[",
    "!Ref ",
    "ssh ",
    "sqlplus scott/",
    "htpasswd ",
    "WIFI:S:a;P:",
    "a b c d e f g h i j k l m n o p q r s ",
    "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
];

/// A text in which each byte beyond ASCII stands for a piece.
pub fn text_of(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte.checked_sub(128) {
            Some(piece) => text.push_str(PIECES[usize::from(piece) % PIECES.len()]),
            None => text.push(char::from(byte)),
        }
    }
    text
}

/// The parts of `bytes` between zero bytes.
pub fn parts_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == 0)
}

/// A JSON value: each part between zero bytes is a step that its first byte names.
pub fn json_of(bytes: &[u8]) -> Value {
    let mut open: Vec<Value> = vec![Value::Array(Vec::new())];
    let mut name = String::new();
    for part in parts_of(bytes) {
        let Some((step, rest)) = part.split_first() else {
            continue;
        };
        match step % 8 {
            0 if open.len() < 8 => open.push(Value::Array(Vec::new())),
            1 if open.len() < 8 => open.push(Value::Object(Map::new())),
            2 if 1 < open.len() => {
                if let Some(closed) = open.pop() {
                    put(&mut open, &name, closed);
                }
            }
            3 => put(&mut open, &name, number_of(rest)),
            4 => put(&mut open, &name, Value::Null),
            5 => name = text_of(rest),
            _ => put(&mut open, &name, Value::from(text_of(rest))),
        }
    }
    while let Some(closed) = open.pop() {
        if open.is_empty() {
            return closed;
        }
        put(&mut open, &name, closed);
    }
    Value::Null
}

fn number_of(bytes: &[u8]) -> Value {
    let digits = bytes
        .iter()
        .take(18)
        .fold(0_u64, |number, byte| number * 10 + u64::from(byte % 10));
    Value::from(digits)
}

fn put(open: &mut [Value], name: &str, value: Value) {
    match open.last_mut() {
        Some(Value::Array(items)) => items.push(value),
        Some(Value::Object(fields)) => {
            fields.insert(name.to_owned(), value);
        }
        _ => {}
    }
}
