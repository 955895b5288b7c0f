//! Secrets that go by where they stand, without a sign between name and value.

use redact::Redactor;

/// Each text holds the secret in brackets, which must go alone.
fn assert_redacted(texts: &[&str]) {
    for text in texts {
        let before = text.replace(['⟨', '⟩'], "");
        let mut expected = String::new();
        for part in text.split('⟩') {
            let (kept, secret) = part.split_once('⟨').unwrap_or((part, ""));
            expected.push_str(kept);
            expected.push_str(if secret.is_empty() {
                ""
            } else {
                "[REDACTED_KEY]"
            });
        }
        assert_eq!(Redactor::standard().redact(&before), expected);
    }
}

#[test]
fn the_password_of_a_call_goes_by_its_place() {
    assert_redacted(&[
        "DBI->connect($dsn, \"app\", \"⟨hunter2⟩\")",
        "mysqli_connect(\"db.local\", \"root\", \"⟨hunter2⟩\", \"shop\")",
        "new PDO('mysql:host=db', 'root', '⟨hunter2⟩')",
        "DriverManager.getConnection(url, \"scott\", \"⟨hunter2⟩\")",
        "oci_connect(\"scott\", \"⟨hunter2⟩\", \"db/main\")",
        "ftp.login(\"bob\", \"⟨hunter2⟩\")",
        "ldap_bind($link, \"cn=admin\", \"⟨hunter2⟩\")",
        "get(url, auth=('bob', '⟨hunter2⟩'))",
        "get(url, auth=HTTPBasicAuth('bob', '⟨hunter2⟩'))",
        "let config = Config { api_token: Some(\"⟨hunter2⟩\") };",
        "jwt.sign(payload, '⟨Maple_48213⟩')",
        "createHmac('sha256', '⟨Maple_48213⟩')",
        "cy.get('[name=password]').type('⟨Maple_48213⟩')",
    ]);
}

#[test]
fn the_password_of_a_statement_goes() {
    assert_redacted(&[
        "CREATE USER bob IDENTIFIED BY '⟨hunter2⟩';",
        "alter user bob identified with plugin by '⟨hunter2⟩';",
        "ALTER USER bob IDENTIFIED BY VALUES '⟨S:9F86D081884C⟩';",
        "CREATE LOGIN bob WITH PASSWORD = N'⟨hunter2⟩', CHECK_POLICY = OFF;",
        "EXEC sp_addlogin 'bob', '⟨Maple_48213⟩';",
        "sqlplus scott/⟨Maple_48213⟩@main",
    ]);
}

#[test]
fn the_secret_of_a_setting_of_a_device_goes() {
    assert_redacted(&[
        "snmp-server community ⟨tigerwood⟩ RO",
        "enable secret 5 ⟨$1$mERr$hx5rVt7rPNoS4wqbXKX7m0⟩",
        "username bob privilege 15 password 0 ⟨tigerwood⟩",
        " neighbor peer1 password ⟨tigerwood⟩",
        "crypto isakmp key ⟨tigerwood⟩ address peer1",
        " key-string ⟨tigerwood⟩",
        "requirepass ⟨tigerwood99⟩",
        "AUTH bob ⟨tigerwood99⟩",
        "default login bob password ⟨tigerwood99⟩",
    ]);
}

#[test]
fn the_secret_of_a_command_goes() {
    assert_redacted(&[
        "tool -u bob -p ⟨tigerwood⟩ run",
        "plink -ssh host -pw ⟨tigerwood⟩ ls",
        "[\"redis-cli\", \"-a\", \"⟨tigerwood⟩\", \"ping\"]",
        "echo -n \"⟨9f86d081884c7d659a2feaa0c55ad015⟩\" | gcloud secrets create api-key",
        "echo \"bob:⟨tigerwood⟩\" | chpasswd",
        "htpasswd -b file bob ⟨tigerwood99⟩",
        "net use Z: share ⟨tigerwood99⟩ /user:bob",
        "kubectl create secret generic db --from-literal=main=⟨tigerwood⟩",
        "steamcmd +login bob ⟨tigerwood⟩ +quit",
    ]);
}

#[test]
fn what_people_say_is_a_password_goes() {
    assert_redacted(&[
        "the password is ⟨Maple_48213⟩ until Monday",
        "password for bob changed to ⟨Maple_48213⟩",
        "⟨Maple_48213⟩ is the password",
        "creds: ⟨bob⟩ / ⟨Maple_48213⟩",
        "login with bob:⟨Maple_48213⟩",
        "app password: ⟨abcd efgh ijkl mnop⟩",
        "PIN: ⟨4821⟩",
        "пароль: ⟨hunter2⟩",
        "your verification code is ⟨260250⟩",
        "backup codes: ⟨ba0e7-5523c⟩, ⟨bcaa4-b7372⟩",
        "the token is ⟨a 7 c k q 9 f 8 6 d 0 8 1 8 8 4⟩",
        "seed phrase: ⟨fetch galaxy embody hamster absent ginger orchard debris zebra inhale jacket candle⟩",
    ]);
}

#[test]
fn what_stands_below_its_name_goes() {
    assert_redacted(&[
        "name,token,owner\nmain,⟨9f86d081884c7d659a2feaa0c55ad015⟩,bob",
        "| user | password |\n|---|---|\n| bob | ⟨hunter2⟩ |",
        "variable \"api_secret\" {\n  type = string\n  default = \"⟨hunter2⟩\"\n}",
        "{\"vendor-oauth\": {\n  \"host.example.com\": \"⟨9f86d081884c7d659a2feaa0c55ad015⟩\"\n}}",
        "password: |\n  ⟨Maple_48213⟩",
        "kind: Secret\ndata:\n  main: ⟨aHVudGVyMg==⟩\ntype: Opaque",
        "334 UGFzc3dvcmQ6\n⟨TWFwbGVfNDgyMTM=⟩",
        "Recovery codes:\n⟨orpb-9x40-98ox⟩\n⟨qer4-gt95-kygo⟩",
        "chpasswd:\n  list: |\n    bob:⟨hunter2⟩",
    ]);
}

#[test]
fn a_field_of_an_object_behind_a_name_goes() {
    assert_redacted(&[
        "{\"vendor-oauth\":{\"host.example.com\":\"⟨9f86d081884c7d659a2feaa0c55ad015⟩\"}}",
        "{\"snmp\":{\"version\":2,\"community\":\"⟨hunter2⟩\"}}",
        "<member><name>password</name><value><string>⟨hunter2⟩</string></value></member>",
        "<password encrypted=\"false\">⟨hunter2⟩</password>",
        "<password><![CDATA[⟨hunter2⟩]]></password>",
    ]);
}

#[test]
fn the_host_of_a_url_stays_beside_its_credentials() {
    assert_redacted(&[
        "SERVICE_DSN=https://⟨9f86d081884c7d659a2feaa0c55ad015⟩@in.example.com",
        "set-url https://⟨x-access-token:hunter2⟩@git.example.com",
    ]);
    assert_eq!(
        Redactor::standard().redact("ssh bob@host.example.com uptime"),
        "ssh bob@host.example.com uptime"
    );
}

#[test]
fn letters_of_a_vendor_around_hex_digits_make_a_key() {
    assert_redacted(&[
        "new Client('⟨ATTA9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015⟩')",
        "got ⟨9f86d081884c7d659a2feaa0c55ad0159f86FFFFNRAL⟩ back",
        "Administrator:500:⟨9f86d081884c7d659a2feaa0c55ad015⟩:⟨9f86d081884c7d659a2feaa0c55ad016⟩:::",
        "bob:⟨scrypt:32768:8:1$kX9z$9f86d081884c7d659a2feaa0c55ad015⟩",
        "bob:⟨$6$mERrhx5r$Vt7rPNoS4wqbXKX7m0⟩:19000",
    ]);
}
