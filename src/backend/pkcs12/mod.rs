//! PKCS#12 keystores (RFC 7292), changed one alias at a time.
