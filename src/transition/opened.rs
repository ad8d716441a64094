//! Windows whose time has come.

use crate::{check::Checked, world::state::WindowState};

use super::{state::State, why::Why};

/// Takes down that an agreed window has begun; `false` where it had before.
pub(super) fn opened(checked: &Checked, state: &mut State, window: &str) -> Result<bool, Why> {
    let windows = &checked.plan().landscape.windows;
    let id = windows.find(|w| w.name == window).ok_or_else(|| Why::Unknown(window.to_owned()))?;
    match (state.world.windows[id], state.windows[id]) {
        (WindowState::Open, _) => Ok(false),
        (WindowState::Agreed, Some(opening)) if state.now >= opening.opens => {
            state.world.windows[id] = WindowState::Open;
            Ok(true)
        }
        (WindowState::Agreed, Some(opening)) => Err(Why::Early(format!("it opens at {}", opening.opens))),
        _ => Err(Why::Early("it is not agreed".to_owned())),
    }
}
