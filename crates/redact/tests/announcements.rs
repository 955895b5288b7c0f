//! Values that flags, tags and types announce rather than a sign.

use redact::Redactor;

fn assert_redacted(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(Redactor::standard().redact(text), *expected);
    }
}

#[test]
fn a_password_behind_the_flag_of_a_program_goes() {
    assert_redacted(&[
        (
            "curl -u bob:hunter2 -sS host",
            "curl -u bob:[REDACTED_KEY] -sS host",
        ),
        (
            "curl -s --user 'bob:hunter2' host",
            "curl -s --user 'bob:[REDACTED_KEY]' host",
        ),
        ("curl -u 5TR7QGEI0NQ8: host", "curl -u [REDACTED_KEY]: host"),
        (
            "mysql -h db -u root -phunter2 main",
            "mysql -h db -u root -p[REDACTED_KEY] main",
        ),
        ("tool -P nQ7xV9pL2kR8mT -v", "tool -P [REDACTED_KEY] -v"),
        (
            "expdp scott/nQ7xV9pL@MAIN",
            "expdp scott/[REDACTED_KEY]@MAIN",
        ),
        ("password 7 0822455D0A16", "password 7 [REDACTED_KEY]"),
        ("bob@example.com:nQ7xV9pL2kR8mT", "[EMAIL]:[REDACTED_KEY]"),
        (
            "sshpass -p hunter2 ssh bob@host",
            "sshpass -p [REDACTED_KEY] ssh bob@host",
        ),
        (
            "smbclient -U 'bob%hunter2' -c ls",
            "smbclient -U 'bob%[REDACTED_KEY]' -c ls",
        ),
    ]);
}

#[test]
fn a_flag_without_a_password_stays() {
    for text in [
        "curl -u $NAME:$PASSWORD host",
        "sort -u names.txt",
        "mysql -u root -p main",
        "docker run -p 8080:80 nginx",
        "chrome.exe - proxy.example.com:5070 open",
    ] {
        assert_eq!(Redactor::standard().redact(text), text);
    }
}

#[test]
fn a_line_of_a_password_file_loses_the_password() {
    assert_redacted(&[
        (
            "db.example.com:5432:main:bob:hunter2",
            "db.example.com:5432:main:bob:[REDACTED_KEY]",
        ),
        ("*:*:*:bob:hunter2", "*:*:*:bob:[REDACTED_KEY]"),
        (
            "1,10.30 16:49:06,tool,a:5070 open a",
            "1,10.30 16:49:06,tool,a:5070 open a",
        ),
        ("src/main.rs:12:5: error: no", "src/main.rs:12:5: error: no"),
    ]);
}

#[test]
fn a_value_in_another_element_goes() {
    assert_redacted(&[
        (
            "<key>ApiToken</key><string>hunter2</string>",
            "<key>ApiToken</key><string>[REDACTED_KEY]</string>",
        ),
        (
            "<Password><Value>hunter2</Value></Password>",
            "<Password><Value>[REDACTED_KEY]</Value></Password>",
        ),
        (
            "<entry key=\"db.password\">hunter2</entry>",
            "<entry key=\"db.password\">[REDACTED_KEY]</entry>",
        ),
    ]);
}

#[test]
fn a_value_wrapped_in_its_type_goes() {
    assert_redacted(&[
        (
            r#"{"key":"api.token","value":{"stringValue":"hunter2"}}"#,
            r#"{"key":"api.token","value":{"stringValue":"[REDACTED_KEY]"}}"#,
        ),
        (
            r#"{"key":"api.token","value":{"arrayValue":{"values":[{"stringValue":"hunter2"}]}}}"#,
            r#"{"key":"api.token","value":{"arrayValue":{"values":[{"stringValue":"[REDACTED_KEY]"}]}}}"#,
        ),
    ]);
}

#[test]
fn a_uuid_goes_behind_the_letters_of_a_vendor() {
    assert_redacted(&[
        (
            "got sdk-7c9e6679-7425-40de-944b-e07fc1f90ae7 back",
            "got [REDACTED_KEY] back",
        ),
        (
            "got pod-7c9e6679-7425-40de-944b-e07fc1f90ae7 back",
            "got pod-7c9e6679-7425-40de-944b-e07fc1f90ae7 back",
        ),
    ]);
}
