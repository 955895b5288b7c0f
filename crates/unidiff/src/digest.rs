//! Object ids and digests.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The id that git gives to a blob with these bytes: forty hex digits.
pub fn blob_id(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hex::encode(hash.finalize())
}

/// The SHA-256 of a canonical diff, as hex: what an approval is bound to.
pub fn digest(canonical: &str) -> String {
    hex::encode(Sha256::digest(canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_blob_has_the_id_that_git_gives_it() {
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    }

    #[test]
    fn a_digest_is_sha_256_in_hex() {
        assert!(digest("").starts_with("e3b0c44298fc1c149afbf4c8996fb924"));
    }
}
