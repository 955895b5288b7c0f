//! Text that speaks of secrets without holding one.

use redact::{Kind, Redactor};

#[test]
fn code_that_says_where_a_secret_comes_from_stays() {
    for text in [
        "github-token: ${{ github.token }}",
        "repo-token: ${{ secrets.GITHUB_TOKEN }}, and more",
        "password: {{ vault_db_password }}",
        "const apiKey = process.env.OPENAI_API_KEY;",
        "password = var.db_password",
        "secret = data.vault_generic_secret.db.data[\"password\"]",
        "tokenizer.pad_token = tokenizer.eos_token",
        "SecretKeyRef: &corev1.SecretKeySelector{",
        "pat = re.compile(rf\"^x\")",
        "return f\"https://{token}@{url}\"",
        "CancellationToken cancellationToken = default)",
    ] {
        assert_eq!(Redactor::standard().redact(text), text);
    }
}

#[test]
fn names_and_settings_of_secrets_stay() {
    for text in [
        "--set istio.kubeconfig.secretName=istio-kubeconfig",
        "imagePullSecrets: []",
        "id-token: write",
        "credential_source: Environment",
        "GetSecretValueCommand({ SecretId: \"db-credentials\" })",
        "GITHUB_TOKEN: 'GitHub Token Here (required)'",
        "SyntaxError: Unexpected token 'export'",
        "cipher=chacha20-poly1305@openssh.com",
        "pod inventory-799bw6c8qg-kvbzh is running",
    ] {
        assert_eq!(Redactor::standard().redact(text), text);
    }
}

#[test]
fn types_prompts_and_prose_around_names_of_secrets_stay() {
    for text in [
        "token: Optional[str] = None",
        "pub struct Credentials { token: String, secret: Vec<u8> }",
        "api_key: SecretStr",
        "config.secret_key = ENV['SECRET_KEY']",
        "secret: !Ref DbSecret",
        "passwd = getpass.getpass(\"Password: \")",
        "if not api_key: raise ValueError(\"api_key is required\")",
        "The keyword is not a secret: it's printed on page 58.",
        "{\"password\":{\"type\":\"string\",\"description\":\"the password of the user\"}}",
        "{\"tokens\":{\"input\":120,\"model\":\"sonnet-4-5-20250929\"}}",
    ] {
        assert_eq!(Redactor::standard().redact(text), text);
    }
}

#[test]
fn calls_and_commands_without_a_password_stay() {
    for text in [
        "button.connect(\"clicked\", on_click, \"data2\")",
        "socket.bind(\"tcp\", \"main\")",
        "callback.bind(this, \"x\")",
        "enable password authentication on all lines",
        "set password for user bob",
        "the open-source community edition",
        "identified by 'x' in the report",
        "docker run -u root -p 8080:80 nginx",
        "mysql -u root -p main",
        "error code is 260250",
        "tokens, keys, secrets\na1, b2, c3",
        "using bob as user",
    ] {
        assert_eq!(Redactor::standard().redact(text), text);
    }
}

#[test]
fn ids_of_traces_pods_and_jobs_stay() {
    for text in [
        "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90",
        "pod/checkout-api-8rhtrghmtn-m7q5h 1/1 Running",
        "job 01J4BAD0XVZ9KKN11Q9X45J9FM finished",
        "tenant f6e6de51-daeb-4a9d-b262-5d67300cad80 has 986 seats",
    ] {
        assert_eq!(Redactor::standard().redact(text), text);
    }
}

#[test]
fn the_name_of_a_token_is_half_of_its_credential() {
    assert_eq!(
        Redactor::standard().redact("DASHBOARD_TOKEN_NAME=night-job"),
        "DASHBOARD_TOKEN_NAME=[REDACTED_KEY]"
    );
}

#[test]
fn the_scanner_ignores_what_is_there_to_be_replaced() {
    let redactor = Redactor::standard();
    for text in [
        "password: your-password",
        "export OPENAI_API_KEY=\"...\"",
        "--set password=change-me",
    ] {
        assert_eq!(redactor.finds_secret(text), None, "{text}");
    }
    assert_eq!(
        redactor.finds_secret("password: yellow-submarine"),
        Some(Kind::Key)
    );
}

#[test]
fn a_text_that_ends_in_the_name_of_a_password_says_nothing_of_the_next() {
    let text = r#"{"ask":"it is run as password.py","answer":"1"}"#;
    assert_eq!(Redactor::standard().redact(text), text);
}
