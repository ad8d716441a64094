//! That no message is under way any more: seen, or waited for.

use crate::check::Checked;

use super::{event::Drain, state::State, why::Why};

/// Takes down that no message of a flow is under way any more that is signed with a key; `false` where that was
/// taken down before.
pub(super) fn drained(
    checked: &Checked,
    state: &mut State,
    (flow, key): (&str, &str),
    how: Drain,
) -> Result<bool, Why> {
    let landscape = &checked.plan().landscape;
    let id = checked.plan().flow(flow).ok_or_else(|| Why::Unknown(flow.to_owned()))?;
    let key_id = checked.plan().key(key).ok_or_else(|| Why::Unknown(key.to_owned()))?;
    if state.world.stamp(landscape, id) == Some(key_id) {
        return Err(Why::Early(format!("`{flow}` still signs with `{key}`")));
    }
    if !state.world.under_way[id].contains(key_id) {
        return Ok(false);
    }
    if state.may_keep(id, key_id, state.now) {
        return Err(Why::Early(format!("the runtime of `{flow}` may still sign with `{key}`")));
    }
    if how == Drain::Waited {
        let due = state.drained_by(landscape, id, key_id);
        if due.is_none_or(|due| state.now < due) {
            return Err(Why::Early(format!("a message signed with `{key}` may still be under way")));
        }
    }
    state.world.under_way[id].remove(key_id);
    Ok(true)
}
