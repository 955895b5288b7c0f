//! Redacts standard input to standard output, piece by piece.

use std::io::{Read, Write};

use redact::{Redactor, StreamRedactor};

fn main() -> std::io::Result<()> {
    let mut stream = StreamRedactor::new(Redactor::standard());
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = input.read(&mut piece)?;
        if length == 0 {
            break;
        }
        output.write_all(&stream.push(&piece[..length]))?;
    }
    output.write_all(&stream.finish())?;
    for (kind, count) in stream.counts().iter() {
        eprintln!("{} {count}", kind.as_str());
    }
    Ok(())
}
