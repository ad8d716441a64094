//! A flow on this machine: signs, spools and delivers.
