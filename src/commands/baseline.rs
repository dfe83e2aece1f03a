//! `baseline`: which findings are known and may stay?

use crate::cli::{BaselineAction, BaselineArgs};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::request;

pub(super) fn run(args: &BaselineArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let request = request::baseline(args)?;
    let is_update = args.action == BaselineAction::Update;
    let baseline = pipeline::baseline(&request, is_update, outside)?;
    output::write(args.output.as_deref(), |to| baseline.write(to))?;
    Ok(Exit::Done)
}
