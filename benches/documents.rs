//! Documents of any size and shape, made while they are read.

use std::io::{self, Read};

/// A document: its head, a piece over and over, its end.
pub(crate) struct Repeated {
    head: String,
    piece: String,
    end: String,
    left: usize,
    /// What is being read, and how much of it was.
    now: (u8, usize),
}

/// The shapes in which a document can be large.
pub(crate) const SHAPES: [&str; 6] = ["wide", "deep", "attributes", "namespaces", "comments", "texts"];

impl Repeated {
    /// A document of a shape and of about so many bytes.
    pub(crate) fn new(shape: &str, bytes: usize) -> Self {
        let piece = match shape {
            "deep" => "<a>".repeat(200) + "x" + &"</a>".repeat(200),
            "attributes" => {
                let attributes: String = (0..500).rev().map(|n| format!(" a{n}=\"value {n}\"")).collect();
                format!("<e{attributes}/>")
            }
            "namespaces" => {
                let open: String = (0..60).map(|n| format!("<p{n}:e xmlns:p{n}=\"urn:n:{n}\">")).collect();
                let close: String = (0..60).rev().map(|n| format!("</p{n}:e>")).collect();
                open + &close
            }
            "comments" => format!("<e><!-- {} --></e>", "a comment ".repeat(1000)),
            "texts" => format!("<e>{}</e>", "text & more ".replace('&', "&amp;").repeat(500_000)),
            _ => "<line number=\"7\"><article>A-00217</article><note>to be delivered &gt; gate 7</note></line>\n"
                .to_owned(),
        };
        let left = (bytes / piece.len()).max(1);
        Self {
            head: "<?xml version=\"1.0\"?>\n<order xmlns=\"urn:example:order\">\n".to_owned(),
            piece,
            end: "</order>\n".to_owned(),
            left,
            now: (0, 0),
        }
    }

    /// All of it.
    pub(crate) fn text(mut self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        self.read_to_end(&mut all)?;
        Ok(all)
    }
}

impl Read for Repeated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let (part, at) = self.now;
            let text = match part {
                0 => &self.head,
                1 => &self.piece,
                2 => &self.end,
                _ => return Ok(0),
            };
            let mut rest = text.as_bytes().get(at..).unwrap_or_default();
            let read = rest.read(out)?;
            if read > 0 {
                self.now.1 += read;
                return Ok(read);
            }
            self.left -= usize::from(part == 1);
            self.now = (if part == 1 && self.left > 0 { 1 } else { part + 1 }, 0);
        }
    }
}
