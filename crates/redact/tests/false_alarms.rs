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
