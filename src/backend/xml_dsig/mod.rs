//! A narrow profile of XML Signature (W3C XML Signature Syntax and Processing 1.1).
