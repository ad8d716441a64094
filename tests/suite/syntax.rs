//! Reading and writing plans: pages of what is refused, laws of what is read.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod grammar;
#[cfg(test)]
mod laws;
