//! Text that stays as it is costs no allocation.

use std::hint::black_box;

use allocation_counter::measure;
use redact::{Counts, Redactor};

/// Lines that the rules look at closely and leave as they are.
const CLEAN: &str = "\
2026-01-10T14:32:00Z tool_call web_search success=false latency_ms=30000
max_tokens exceeded: 4096 > 2048, total_tokens=1843, tokens_per_second=35.2
{\"model\":\"claude-sonnet-4-5-20250929\",\"api_key\":null,\"password\":false,\"retries\":3}
commit 9fceb02d0ae598e95dc970b74767f19372d61af8 of gpt-4o-2024-08-06 deployed
password field is required; secret rotation job finished in 12 ms
password = ${DB_PASSWORD} and github-token: ${{ github.token }}
std::io::Error: Broken pipe at 12:34:56 in Chrome/120.0.6099.109, see https://example.com
listening on 0.0.0.0:8080 and 127.0.0.1:9090 as 00:11:22:33:44:55, git@example.com
progress 100%25 &amp; rising, caf\\u00e9 &quot;open&quot;
curl -u $NAME:$PASSWORD https://example.com and key: value, and/or TCP/IP 3/4
";

#[test]
fn clean_text_costs_no_allocation() {
    let redactor = Redactor::standard();
    let long = CLEAN.repeat(50);
    // Tables are made when they are first used.
    assert_eq!(redactor.redact(&long), long);

    let mut counts = Counts::default();
    let measured = measure(|| {
        black_box(redactor.redact_counting(black_box(&long), &mut counts));
        black_box(redactor.redact_field("message", black_box(&long)));
        black_box(redactor.finds_secret(black_box(&long)));
    });

    assert_eq!(measured.count_total, 0);
    let dirty = measure(|| {
        black_box(redactor.redact("password=hunter2"));
    });
    assert!(0 < dirty.count_total, "allocations are not counted");
    assert!(counts.is_empty());
}
