//! Where secrets stand, with and without a name.

/// How the words of a name are joined.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    Screaming,
    Snake,
    Kebab,
    Camel,
    Dotted,
    Spaced,
}

impl Case {
    pub(crate) fn join(self, words: &[&str]) -> String {
        match self {
            Case::Screaming => words.join("_").to_uppercase(),
            Case::Snake => words.join("_"),
            Case::Kebab => words.join("-"),
            Case::Dotted => words.join("."),
            Case::Spaced => words.join(" "),
            Case::Camel => {
                let mut name = String::new();
                for word in words {
                    let (first, rest) = word.split_at(usize::from(!name.is_empty()));
                    name.push_str(&first.to_uppercase());
                    name.push_str(rest);
                }
                name
            }
        }
    }
}

type Context = (&'static str, Case, &'static str);

/// What stands around a secret with a name.
pub(crate) const LABELLED: &[Context] = &[
    ("environment", Case::Screaming, "{name}={secret}"),
    (
        "quoted environment",
        Case::Screaming,
        "export {name}=\"{secret}\" && make deploy",
    ),
    ("dockerfile", Case::Screaming, "ENV {name} {secret}"),
    ("compose list", Case::Screaming, "      - {name}={secret}"),
    (
        "yaml",
        Case::Snake,
        "config:\n  region: eu\n  {name}: {secret}\n  timeout: 30",
    ),
    (
        "yaml pair",
        Case::Screaming,
        "- name: {name}\n  value: {secret}",
    ),
    ("properties", Case::Dotted, "{name}={secret}"),
    (
        "toml",
        Case::Snake,
        "[{vendor}]\nenabled = true\n{name} = \"{secret}\"",
    ),
    (
        "json",
        Case::Snake,
        "{\"region\":\"eu\",\"{name}\":\"{secret}\",\"retries\":3}",
    ),
    (
        "json in json",
        Case::Camel,
        r#"{"body":"{\"{name}\":\"{secret}\",\"ok\":false}"}"#,
    ),
    (
        "json name and value",
        Case::Screaming,
        r#"[{"name":"{name}","value":"{secret}"}]"#,
    ),
    (
        "telemetry attribute",
        Case::Dotted,
        r#"{"key":"{name}","value":{"stringValue":"{secret}"}}"#,
    ),
    ("xml element", Case::Camel, "<{name}>{secret}</{name}>"),
    (
        "xml attribute",
        Case::Camel,
        "<add key=\"{name}\" value=\"{secret}\" />",
    ),
    (
        "property list",
        Case::Camel,
        "<key>{name}</key><string>{secret}</string>",
    ),
    ("code", Case::Camel, "const {name} = '{secret}';"),
    (
        "typed code",
        Case::Camel,
        "var {name} string = \"{secret}\"",
    ),
    (
        "argument",
        Case::Snake,
        "client = Client(base_url=url, {name}='{secret}', timeout=30)",
    ),
    (
        "map entry",
        Case::Screaming,
        "os.environ['{name}'] = '{secret}'",
    ),
    (
        "definition",
        Case::Screaming,
        "define('{name}', '{secret}');",
    ),
    (
        "fallback",
        Case::Screaming,
        "token = os.getenv(\"{name}\", \"{secret}\")",
    ),
    (
        "flag",
        Case::Kebab,
        "tool sync --{name} {secret} --region eu",
    ),
    (
        "flag with sign",
        Case::Kebab,
        "./run --{name}={secret} --verbose",
    ),
    ("header", Case::Kebab, "> X-{name}: {secret}"),
    (
        "curl header",
        Case::Kebab,
        "curl -H 'X-{name}: {secret}' https://api.{vendor}.com/v1",
    ),
    ("bearer", Case::Snake, "Authorization: Bearer {secret}"),
    (
        "basic",
        Case::Snake,
        "curl -u {vendor}:{secret} https://api.{vendor}.com/v1",
    ),
    ("cookie", Case::Snake, "Cookie: theme=dark; {name}={secret}"),
    (
        "query",
        Case::Snake,
        "GET https://api.{vendor}.com/v1?{name}={secret}&page=2 200",
    ),
    ("bare query", Case::Snake, "page=2&{name}={secret}&size=10"),
    (
        "escaped query",
        Case::Snake,
        "page%3D2%26{name}%3D{secret}%26size%3D10",
    ),
    (
        "connection",
        Case::Snake,
        "Endpoint=sb://{vendor}.example.com/;Name=all;Secret={secret}",
    ),
    (
        "user of a url",
        Case::Snake,
        "amqp://{vendor}:{secret}@mq.{vendor}.com:5672/main",
    ),
    (
        "log field",
        Case::Camel,
        "level=warn msg=\"rejected\" status=403 {name}={secret} attempt=2",
    ),
    (
        "log message",
        Case::Screaming,
        "[DEBUG] Using {name}={secret}\n[INFO] 200 OK",
    ),
    (
        "error",
        Case::Spaced,
        "401 Unauthorized: invalid {name}: {secret}",
    ),
    (
        "sentence",
        Case::Spaced,
        "Incorrect {name} provided: {secret}. Look it up in your settings.",
    ),
    (
        "mapping in an error",
        Case::Snake,
        "KeyError: {'{name}': '{secret}', 'user': 'svc'}",
    ),
    (
        "markdown",
        Case::Screaming,
        "| `{name}` | `{secret}` | production |",
    ),
    (
        "sql",
        Case::Snake,
        "INSERT INTO settings VALUES ('{name}', '{secret}');",
    ),
    ("diff", Case::Screaming, "-{name}=\n+{name}={secret}"),
    (
        "below its name",
        Case::Camel,
        "<{name}>\n  {secret}\n</{name}>",
    ),
    (
        "call by place",
        Case::Snake,
        "db = {vendor}_connect(\"db.{vendor}.com\", \"app\", \"{secret}\", \"main\")",
    ),
    (
        "login by place",
        Case::Snake,
        "session.login('{vendor}', '{secret}')",
    ),
    (
        "pair of a request",
        Case::Snake,
        "requests.get(url, auth=('{vendor}', '{secret}'), timeout=3)",
    ),
    (
        "wrapped in a call",
        Case::Snake,
        "Config { {name}: Some(\"{secret}\") }",
    ),
    (
        "statement",
        Case::Snake,
        "CREATE USER '{vendor}'@'%' IDENTIFIED BY '{secret}';",
    ),
    (
        "device",
        Case::Snake,
        "interface 0\n snmp-server community {secret} RO\n exit",
    ),
    (
        "device user",
        Case::Snake,
        "username {vendor} privilege 15 secret 0 {secret}",
    ),
    (
        "flags of a user",
        Case::Snake,
        "{vendor}ctl -u {vendor} -p {secret} status",
    ),
    (
        "piped to a name",
        Case::Kebab,
        "echo -n \"{secret}\" | {vendor} create {name} --data-file=-",
    ),
    (
        "column",
        Case::Snake,
        "region,{name},owner\neu,{secret},{vendor}\nus,{secret},{vendor}",
    ),
    (
        "default of a variable",
        Case::Snake,
        "variable \"{name}\" {\n  type = string\n  default = \"{secret}\"\n}",
    ),
    (
        "nested object",
        Case::Snake,
        "{\"{name}\":{\"{vendor}.com\":\"{secret}\"},\"retries\":3}",
    ),
    (
        "element with attributes",
        Case::Camel,
        "<{name} encrypted=\"false\">{secret}</{name}>",
    ),
    (
        "quoted by markup",
        Case::Camel,
        "<{name}><![CDATA[{secret}]]></{name}>",
    ),
    (
        "user of a repository",
        Case::Snake,
        "git remote add origin https://{name}:{secret}@git.{vendor}.com/app.git",
    ),
    (
        "complaint about a field",
        Case::Snake,
        "1 validation error\n{name}\n  wrong scope [input_value='{secret}', input_type=str]",
    ),
];

/// What stands around a secret without a name.
pub(crate) const UNLABELLED: &[Context] = &[
    ("alone", Case::Snake, "{secret}"),
    (
        "bare in a sentence",
        Case::Snake,
        "can you check why {secret} stopped working?",
    ),
    (
        "bare in a log line",
        Case::Snake,
        "2026-01-10 10:00:03 INFO [main] c.e.App - using {secret}",
    ),
    ("bare argument", Case::Snake, "client := New(\"{secret}\")"),
    (
        "bare in a list",
        Case::Snake,
        "[\"--profile\",\"prod\",\"{secret}\"]",
    ),
    (
        "bare in json",
        Case::Snake,
        "{\"body\":{\"text\":\"retry with {secret} failed\"}}",
    ),
    (
        "bare in a table",
        Case::Snake,
        "| {vendor} | {secret} | ok |",
    ),
    ("bare element", Case::Snake, "<li>{secret}</li>"),
    (
        "piped",
        Case::Snake,
        "echo {secret} | {vendor}-cli login --stdin",
    ),
];
