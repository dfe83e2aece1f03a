//! X: signs that it runs where others rely on it.

use super::signal::{Evidence, Signal, SignalId, State};
use super::unit::Unit;
use crate::facts::{SignFacts, SignKind};
use crate::untrusted::Untrusted;

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

/// Asks for X1 to X5; X6 is asked when the whole fleet is known.
pub fn signals(unit: &Unit<'_>) -> Vec<Signal> {
    vec![
        found(unit, SignalId::X1, SignKind::Operation, "no file for it"),
        deploys(unit),
        scheduled(unit),
        production(unit),
        releases(unit),
    ]
}

/// A workflow that a clock runs may be the product, or care of it.
fn scheduled(unit: &Unit<'_>) -> Signal {
    let own = found(unit, SignalId::X3, SignKind::Schedule, "nothing is run by a clock");
    let is_there = unit.signs_anywhere(SignKind::ScheduledWorkflow).next().is_some();
    if own.state == State::No && is_there {
        let why =
            "a clock runs a workflow, and it is not known whether that is the product";
        return Signal::unknown(SignalId::X3, why);
    }
    own
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
            || names(stem(&unit.path(one.path)), last)
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
    let is_own = |tag: &&Untrusted| {
        let tag = tag.to_json_text();
        is_version(&tag) && (last.is_empty() || names(&tag, last))
    };
    let own = tags.iter().filter(is_own).count();
    if own == 0 && !tags.iter().any(|tag| is_version(&tag.to_json_text())) {
        let none = "no tag here names a version";
        return Signal::new(SignalId::X5, State::No, none, "any", Vec::new());
    }
    if own == 0 {
        return Signal::unknown(
            SignalId::X5,
            "tags are here, and none names this folder",
        );
    }
    let value = super::rule::n_of(own, "tag", "tags");
    Signal::new(SignalId::X5, State::Yes, value, "any", Vec::new())
}

/// The name of a file without its folders and its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |it| it.0)
}

/// Whether a tag names a version: `v1`, `1.2`, `web-2026.04`.
fn is_version(tag: &str) -> bool {
    let is_number = |word: &str| {
        let digits = word.strip_prefix(['v', 'V', 'r']).unwrap_or(word);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut words = tag.split(|c: char| !c.is_ascii_alphanumeric()).peekable();
    let mut last = false;
    words.any(|word| {
        let is = is_number(word);
        let is_marked = is && (last || word.starts_with(['v', 'V']));
        last = is;
        is_marked
    })
}

/// Whether a name has another in it, word by word: `deploy-hub` names `hub`, and `github`
/// does not.
pub(super) fn names(text: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let text = text.to_ascii_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (text, name) = (words(text), words(name));
    !name.is_empty() && text.windows(name.len()).any(|part| part == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_among_words_and_not_inside_of_them() {
        assert!(names("deploy-hub", "hub") && names("web_app-v1.2.0", "web-app"));
        assert!(!names("github", "hub") && !names("v1.0.0", "v") && !names("x", ""));
        for version in ["v1", "1.2.3", "web-v2", "release-1_2", "2026.04.01"] {
            assert!(is_version(version), "{version}");
        }
        for none in ["experimentCommitteeSize", "demo-2", "before-merge", "v", ""] {
            assert!(!is_version(none), "{none}");
        }
        assert_eq!(stem(".github/workflows/deploy-hub.yml"), "deploy-hub");
    }
}
