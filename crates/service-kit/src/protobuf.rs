//! As much of writing protobuf as our answers to OpenTelemetry need: numbers, text and messages.

/// The content type of a protobuf message.
pub const CONTENT_TYPE: &str = "application/x-protobuf";

/// Appends a number; nothing for 0, which is what an absent one means.
pub fn put_number(message: &mut Vec<u8>, field: u32, number: u64) {
    if number != 0 {
        put_varint(message, u64::from(field) << 3);
        put_varint(message, number);
    }
}

/// Appends text or a message.
pub fn put_bytes(message: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_varint(message, u64::from(field) << 3 | 2);
    put_varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

fn put_varint(message: &mut Vec<u8>, mut number: u64) {
    while 0x80 <= number {
        message.push(number as u8 | 0x80);
        number >>= 7;
    }
    message.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_written_as_the_format_has_them() {
        let mut message = Vec::new();
        put_number(&mut message, 1, 150);
        put_number(&mut message, 2, 0);
        put_bytes(&mut message, 2, b"hi");
        put_number(&mut message, 16, 1);
        assert_eq!(
            message,
            [0x08, 0x96, 0x01, 0x12, 2, b'h', b'i', 0x80, 0x01, 0x01]
        );
    }
}
