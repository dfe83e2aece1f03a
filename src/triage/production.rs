//! X: signs that it runs where others rely on it.

use super::Surroundings;
use super::signal::{Evidence, Signal, SignalId, State};
use super::unit::Unit;
use crate::facts::{SignFacts, SignKind};

/// Packages that take money or let people in.
const SERVICES: &[&str] = &[
    "stripe",
    "braintree",
    "paypal",
    "@paypal/checkout-server-sdk",
    "adyen",
    "@adyen/api-library",
    "paddle",
    "auth0",
    "@auth0/nextjs-auth0",
    "@clerk/nextjs",
    "@clerk/clerk-sdk-node",
    "next-auth",
    "passport",
    "@okta/okta-auth-js",
    "authlib",
    "devise",
    "omniauth",
    "firebase-admin",
    "@supabase/supabase-js",
    "supabase",
    "django-allauth",
    "keycloak-connect",
    "msal",
    "@azure/msal-node",
];

/// Asks for X1 to X6.
pub fn signals(unit: &Unit<'_>, around: &Surroundings<'_>) -> Vec<Signal> {
    vec![
        found(unit, SignalId::X1, SignKind::Operation, "no file for it"),
        deploys(unit),
        found(unit, SignalId::X3, SignKind::Schedule, "nothing is run by a clock"),
        production(unit),
        releases(unit),
        inventory(unit, around),
    ]
}

fn evidence(unit: &Unit<'_>, one: &SignFacts) -> Evidence {
    Evidence::file(&unit.path(one.path), one.line, one.word.to_json_text())
}

fn found(unit: &Unit<'_>, id: SignalId, kind: SignKind, none: &str) -> Signal {
    let evidence: Vec<Evidence> =
        unit.signs(kind).map(|one| evidence(unit, one)).collect();
    of_evidence(id, evidence, none)
}

fn of_evidence(id: SignalId, evidence: Vec<Evidence>, none: &str) -> Signal {
    let value = match evidence.len() {
        0 => none.to_owned(),
        n => super::rule::n_of(n, "place", "places"),
    };
    Signal::new(id, State::of(!evidence.is_empty()), value, "any", evidence)
}

/// A workflow at the top deploys the unit that it names, or the only one there is.
fn deploys(unit: &Unit<'_>) -> Signal {
    let anywhere: Vec<&SignFacts> = unit.signs_anywhere(SignKind::Deploys).collect();
    let last = unit.root.rsplit('/').next().unwrap_or_default();
    let is_ours = |one: &&&SignFacts| {
        unit.has_path[one.path as usize] && unit.root.is_empty()
            || !last.is_empty() && unit.path(one.path).contains(last)
    };
    let own: Vec<Evidence> =
        anywhere.iter().filter(is_ours).map(|one| evidence(unit, one)).collect();
    if own.is_empty() && !anywhere.is_empty() {
        let why = "workflows deploy, and it is not known what";
        return Signal::unknown(SignalId::X2, why);
    }
    of_evidence(SignalId::X2, own, "no workflow deploys")
}

fn production(unit: &Unit<'_>) -> Signal {
    let mut all: Vec<Evidence> =
        unit.signs(SignKind::Production).map(|one| evidence(unit, one)).collect();
    for manifest in unit.manifests() {
        let path = unit.path(manifest.path);
        let own = manifest.dependencies.iter().filter(|one| !one.is_dev);
        for one in own {
            let name = one.name.to_json_text();
            let last = name.rsplit(['/', ':']).next().unwrap_or(&name);
            if SERVICES.contains(&&*name) || SERVICES.contains(&last) {
                all.push(Evidence::file(&path, None, format!("needs {name}")));
            }
        }
    }
    of_evidence(SignalId::X4, all, "none is named")
}

fn releases(unit: &Unit<'_>) -> Signal {
    let Some(tags) = &unit.tip.tags else {
        return Signal::unknown(SignalId::X5, "tags could not be listed");
    };
    if tags.is_empty() {
        let none = "no tag is here";
        return Signal::new(SignalId::X5, State::No, none, "any", Vec::new());
    }
    let last = unit.root.rsplit('/').next().unwrap_or_default();
    let own = tags.iter().filter(|tag| tag.to_json_text().contains(last)).count();
    if own == 0 {
        return Signal::unknown(
            SignalId::X5,
            "tags are here, and none names this folder",
        );
    }
    let value = super::rule::n_of(own, "tag", "tags");
    Signal::new(SignalId::X5, State::Yes, value, "any", Vec::new())
}

fn inventory(unit: &Unit<'_>, around: &Surroundings<'_>) -> Signal {
    let Some(inventory) = around.inventory else {
        return Signal::unknown(SignalId::X6, "no inventory was given");
    };
    let is = super::names(unit).iter().any(|name| inventory.contains(name));
    let value = if is { "it is listed" } else { "it is not listed" };
    Signal::new(SignalId::X6, State::of(is), value, "listed", Vec::new())
}
