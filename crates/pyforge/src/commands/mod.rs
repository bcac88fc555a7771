//! One file per command, each a thin layer over one library operation.

pub mod build;
pub mod check;
pub mod choice;
pub mod doctor;
pub mod generate;
pub mod inspect;
pub mod new;
pub mod run;
pub mod test;
