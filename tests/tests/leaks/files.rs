//! Log files of every format, wrong settings, and what the command line says of them.

use std::{fs, path::Path, process::Output};

use serde_json::{Value, json};
use stack_tests::{
    leaks::Vault,
    program::{built, command},
    stack::Stack,
};

/// Pushes secrets in by files; what the programs printed, by what was called.
pub(crate) fn push(stack: &Stack, vault: &mut Vault) -> Vec<(String, Vec<u8>)> {
    let attune = Attune::beside(stack);
    let mut outputs = Vec::new();
    let folder = stack.folder().join("agents-logs");
    write_logs(&folder, vault);
    let logs = folder.display().to_string();
    for arguments in [
        vec!["collect", &logs],
        vec!["collect", "--json", &logs],
        vec!["analyse", &logs],
        vec!["analyse", "--json", &logs],
        vec!["findings", "list", "--at-least", "1"],
        vec!["findings", "list", "--json", "--at-least", "1"],
        vec!["playbooks"],
        vec!["playbooks", "--json"],
        vec!["proposals"],
        vec!["proposals", "--json"],
        vec!["pulls"],
        vec!["windows", "--json"],
        vec!["journal", "--json"],
    ] {
        let output = attune.call(&arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        outputs.push(printed(&format!("attune {}", arguments[0]), &output));
    }
    let person = vault.word("the person of a key");
    let refused = attune.call(&["keys", "create", "--person", &person, "--role", "agent"]);
    assert!(!refused.status.success(), "{refused:?}");
    outputs.push(printed("attune keys", &refused));
    outputs.extend(wrong_settings(stack, &attune, vault));
    outputs
}

/// The command line, with a key of the owner.
struct Attune<'stack> {
    stack: &'stack Stack,
}

impl<'stack> Attune<'stack> {
    fn beside(stack: &'stack Stack) -> Self {
        let endpoints: serde_json::Map<String, Value> = stack
            .site
            .addresses
            .iter()
            .map(|(service, address)| {
                let url = format!("http://{address}");
                (service.name().to_owned(), json!(url))
            })
            .collect();
        let file = stack.folder().join("endpoints.json");
        fs::write(file, Value::Object(endpoints).to_string()).unwrap();
        Self { stack }
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let folder = self.stack.folder();
        let key = fs::read_to_string(folder.join("data/admin.key")).unwrap();
        command(&built("attune"))
            .args(arguments)
            .current_dir(folder)
            .env("ATTUNE_ENDPOINTS", folder.join("endpoints.json"))
            .env("ATTUNE_KEY", key.trim())
            .output()
            .unwrap()
    }
}

fn printed(what: &str, output: &Output) -> (String, Vec<u8>) {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    (format!("the output of {what}"), all)
}

/// Files that no program can start with.
fn wrong_settings(stack: &Stack, attune: &Attune<'_>, vault: &mut Vault) -> Vec<(String, Vec<u8>)> {
    const FRAMES: [&str; 12] = [
        "[database]\nurl = \"postgres://attune:{}@db/attune",
        "[database]\nurl = {}",
        "[database]\nurl = \"mysql://attune:{}@db/attune\"",
        "[server]\nworkers = \"{}\"",
        "[server]\n{} = 1",
        "[{}]\na = 1",
        "[peers]\nobserver = \"http://a:{}@:x\"",
        "[redact]\nknown_secrets = \"{}\"",
        "[log]\nformat = \"{}\"",
        "[clock]\norigin = \"{}\"",
        "[observer]\ncycle_seconds = \"{}\"",
        "token = \"{}\"\n[server",
    ];
    let mut outputs = Vec::new();
    for frame in FRAMES {
        let entrance = format!("the settings {frame:?}");
        let file = stack.folder().join("wrong.toml");
        fs::write(&file, frame.replace("{}", &vault.word(&entrance))).unwrap();
        let file = file.display().to_string();
        for verb in ["check", "show"] {
            let output = attune.call(&["config", verb, "--config", &file]);
            assert!(!output.status.success(), "{frame}: {output:?}");
            outputs.push(printed(
                &format!("attune config {verb} with {frame:?}"),
                &output,
            ));
        }
        let output = command(&built("observer"))
            .args(["--config", &file])
            .env("ATTUNE__SERVER__LISTEN", "127.0.0.1:0")
            .env("ATTUNE__SERVER__DATA_DIR", stack.folder().join("wrong"))
            .output()
            .unwrap();
        assert!(!output.status.success(), "{frame}: {output:?}");
        outputs.push(printed(&format!("observer with {frame:?}"), &output));
    }
    outputs
}

fn write_logs(folder: &Path, vault: &mut Vault) {
    fs::create_dir_all(folder).unwrap();
    for (name, _) in FORMATS {
        let text = log_of(name, "a log file", vault);
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

/// The log of this name, filled with secrets for an entrance.
pub(crate) fn log_of(name: &str, entrance: &str, vault: &mut Vault) -> String {
    let known = FORMATS.iter().find(|(known, _)| *known == name);
    let (_, frame) = known.unwrap();
    filled(frame, &format!("{entrance}, {name}"), vault)
}

/// Fills each `¿` with a text that is escaped for JSON, and each `¡` with a single word.
fn filled(frame: &str, entrance: &str, vault: &mut Vault) -> String {
    let mut out = String::new();
    for letter in frame.chars() {
        match letter {
            '¿' => {
                let text = vault.text(entrance);
                out.push_str(json!(text).to_string().trim_matches('"'));
            }
            '¡' => out.push_str(&vault.word(entrance)),
            '§' => out.push_str(&vault.canary(entrance)),
            other => out.push(other),
        }
    }
    out
}

/// One file of each format that `attune collect` reads, and one of none.
const FORMATS: [(&str, &str); 11] = [
    (
        "telemetry.jsonl",
        "{\"timestamp\":\"2026-01-10T14:32:00Z\",\"event_type\":\"tool_call\",\"agent\":\"§ ¿\",\"tool\":\"§ ¿\",\"success\":false,\"error_code\":\"¿\",\"error_message\":\"§ ¿\",\"session_id\":\"¡\",\"event_id\":\"¡\",\"¡\":\"¿\"}\n\
         {\"timestamp\":\"2026-01-10T14:33:00Z\",\"event_type\":\"tool_call\",\"agent\":\"a\",\"tool\":\"t\",\"success\":false,\"error_message\":\"§ ¿\",\"input_summary\":\"§ ¿\",\"output_summary\":\"§ ¿\",\"session_id\":\"¿\"}\n\
         {\"broken ¿\n",
    ),
    (
        "claude.jsonl",
        "{\"type\":\"assistant\",\"sessionId\":\"¡\",\"timestamp\":\"2026-02-01T10:00:00.000Z\",\"message\":{\"model\":\"¿\",\"content\":[{\"type\":\"text\",\"text\":\"¿\"},{\"type\":\"tool_use\",\"id\":\"¡\",\"name\":\"Bash\",\"input\":{\"command\":\"¿\"}}]}}\n\
         {\"type\":\"assistant\",\"sessionId\":\"s\",\"timestamp\":\"2026-02-01T10:00:00.000Z\",\"message\":{\"model\":\"m\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"§ ¿\",\"input\":{\"command\":\"¿\",\"¡\":\"¿\"}}]}}\n\
         {\"type\":\"user\",\"sessionId\":\"s\",\"cwd\":\"¿\",\"timestamp\":\"2026-02-01T10:00:01.500Z\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"is_error\":true,\"content\":[{\"type\":\"text\",\"text\":\"Exit code 2\"},{\"type\":\"text\",\"text\":\"§ ¿\"}]}]}}\n\
         {\"type\":\"user\",\"sessionId\":\"s\",\"timestamp\":\"2026-02-01T10:00:02Z\",\"message\":{\"content\":\"no, do not ¿\"}}\n\
         {broken ¿\n",
    ),
    (
        "otlp.json",
        "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"¿\"}},{\"key\":\"¡\",\"value\":{\"stringValue\":\"¿\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"¿\"},\"spans\":[{\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"spanId\":\"00f067aa0ba902b7\",\"name\":\"execute_tool ¿\",\"startTimeUnixNano\":\"1770000000000000000\",\"endTimeUnixNano\":\"1770000001000000000\",\"attributes\":[{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"execute_tool\"}},{\"key\":\"gen_ai.tool.name\",\"value\":{\"stringValue\":\"§ ¿\"}},{\"key\":\"gen_ai.conversation.id\",\"value\":{\"stringValue\":\"¡\"}},{\"key\":\"gen_ai.agent.name\",\"value\":{\"stringValue\":\"§ ¿\"}},{\"key\":\"error.type\",\"value\":{\"stringValue\":\"¿\"}},{\"key\":\"gen_ai.tool.call.arguments\",\"value\":{\"stringValue\":\"¿\"}},{\"key\":\"¿\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":\"¿\"}]}}}],\"status\":{\"code\":2,\"message\":\"§ ¿\"},\"events\":[{\"name\":\"exception\",\"attributes\":[{\"key\":\"exception.message\",\"value\":{\"stringValue\":\"¿\"}}]}]},{\"traceId\":\"¡\",\"spanId\":\"¡\",\"name\":\"execute_tool x\",\"startTimeUnixNano\":\"1770000000000000000\",\"endTimeUnixNano\":\"1770000001000000000\",\"attributes\":[{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"execute_tool\"}},{\"key\":\"gen_ai.tool.name\",\"value\":{\"stringValue\":\"x\"}}],\"status\":{\"code\":2,\"message\":\"¿\"}}]}]}]}\n",
    ),
    (
        "otlp-logs.json",
        "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"claude-code\"}}]},\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"1770000000000000000\",\"body\":{\"stringValue\":\"claude_code.tool_result\"},\"attributes\":[{\"key\":\"event.name\",\"value\":{\"stringValue\":\"tool_result\"}},{\"key\":\"session.id\",\"value\":{\"stringValue\":\"¡\"}},{\"key\":\"tool_name\",\"value\":{\"stringValue\":\"¿\"}},{\"key\":\"success\",\"value\":{\"stringValue\":\"false\"}},{\"key\":\"error\",\"value\":{\"stringValue\":\"¿\"}},{\"key\":\"user.email\",\"value\":{\"stringValue\":\"¿\"}},{\"key\":\"tool_parameters\",\"value\":{\"stringValue\":\"¿\"}}]},{\"timeUnixNano\":\"1770000000000000000\",\"severityNumber\":17,\"body\":{\"stringValue\":\"¿\"},\"attributes\":[]}]}]}]}\n",
    ),
    (
        "jaeger.json",
        "{\"data\":[{\"traceID\":\"¡\",\"spans\":[{\"traceID\":\"¡\",\"spanID\":\"¡\",\"operationName\":\"execute_tool ¿\",\"startTime\":1770000000000000,\"duration\":1000,\"processID\":\"p1\",\"tags\":[{\"key\":\"gen_ai.tool.name\",\"type\":\"string\",\"value\":\"¿\"},{\"key\":\"error\",\"type\":\"bool\",\"value\":true},{\"key\":\"otel.status_description\",\"type\":\"string\",\"value\":\"¿\"}],\"logs\":[]}],\"processes\":{\"p1\":{\"serviceName\":\"¿\",\"tags\":[]}}}]}\n",
    ),
    (
        "gpt-4o-airline.json",
        "[{\"task_id\": 7, \"trial\": 1, \"reward\": 0.0, \"info\": {\"note\": \"¿\"}, \"traj\": [{\"role\": \"user\", \"content\": \"¿\"},{\"role\": \"tool\", \"name\": \"§ ¿\", \"content\": \"Error: § ¿\"},{\"role\": \"tool\", \"name\": \"transfer_to_human_agents\", \"content\": \"¿\"}]}]\n",
    ),
    (
        "G1_answer/57_ChatGPT.json",
        "{\"tree\": {\"tree\": {\"node_type\": \"Action Input\", \"children\": [{\"node_type\": \"Action\", \"description\": \"§ ¿\", \"children\": [{\"node_type\": \"Action Input\", \"description\": \"¿\", \"observation\": \"{\\\"error\\\": \\\"§ ¡\\\", \\\"response\\\": \\\"\\\"}\", \"observation_code\": 10, \"children\": []},{\"node_type\": \"Action Input\", \"observation\": \"¿\", \"observation_code\": 0, \"children\": []}]}]}}, \"answer_generation\": {\"query\": \"¿\"}}\n",
    ),
    (
        "one.traj",
        "{\"environment\": \"¿\", \"trajectory\": [{\"action\": \"frob ¿\", \"observation\": \"§ ¿\\nbash: frob: command not found\", \"execution_time\": 0.25},{\"action\": \"¡\", \"observation\": \"Traceback: ¿\"},{\"action\": \"ls\", \"observation\": \"¿\"}], \"info\": {\"exit_status\": \"¿\"}}\n",
    ),
    (
        "bench.jsonl",
        "{\"agent\":\"§ ¿\",\"run\":\"¡\",\"benchmark_start_time\":\"2023-08-17-00:02\",\"tests\":{\"§ ¿\":{\"metrics\":{\"attempted\":true,\"success\":false,\"run_time\":\"2.5 seconds\",\"fail_reason\":\"§ ¿\"}},\"Group\":{\"tests\":{\"¡\":{\"metrics\":{\"attempted\":true,\"success\":false,\"run_time\":\"1 seconds\",\"fail_reason\":\"¿\"},\"reached_cutoff\":true}}}}}\n",
    ),
    (
        "Algorithm-Generated/7.json",
        "{\"mistake_agent\": \"¿\", \"mistake_reason\": \"¿\", \"question\": \"¿\", \"history\": [{\"name\": \"§ ¿\", \"content\": \"run ¿\"},{\"name\": \"Computer_terminal\", \"content\": \"exitcode: 1 (execution failed)\\nCode output: § ¿\"}]}\n",
    ),
    ("notes.txt", "nothing of interest, only ¿\n"),
];
