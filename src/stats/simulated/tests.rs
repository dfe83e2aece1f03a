use super::*;
use crate::stats::wilson;

fn truth((persons, weeks): (u32, u32), elasticity: f64) -> PanelTruth {
    PanelTruth { persons, weeks, elasticity, disturbance: Disturbance::None }
}
