//! What is known of a commit beyond its own text: the branch that a merge brought it
//! from, the pull request that was squashed into it, records of its lines, and who
//! brought it in.

use std::collections::{BTreeMap, BTreeSet};

use crate::attestation::{self, AgentLines, Writer};
use crate::facts::counted::{Counter, add_count, add_record};
use crate::facts::{CommitFacts, Facts, OperatorBy, PulledFacts, RecordFacts};
use crate::history::CommitIdx;
use crate::history::walk::History;
use crate::limits;
use crate::problem::{GapKind, Gaps};
use crate::provenance::{
    AiClass, BranchRule, Confidence, Evidence, EvidenceLevel, Place, Provenance, Role,
    Rules, merged_branch,
};
use crate::scan::attested::Records;

/// Adds the branches that merges name as evidence for the commits that came with them
/// alone. It is the weakest evidence: it decides where nothing else does.
pub(super) fn from_branches(
    history: &History,
    rules: &Rules,
    provenance: &mut [Provenance],
    gaps: &mut Gaps,
) {
    let landings = history.landings();
    let mut steps = limits::RECORD_STEPS.value;
    for (at, commit) in history.commits.iter().enumerate() {
        if commit.n_parents < 2 {
            continue;
        }
        let rule = merged_branch(&commit.message).and_then(|name| rules.branch(name));
        let Some(rule) = rule else { continue };
        let within = |idx: CommitIdx| landings[idx.at()] == landings[at];
        let firsts = commit.first_parent().into_iter();
        let kept = reach(history, firsts, within, &mut steps);
        let others = commit.other_parents().iter().copied();
        let brought = reach(history, others, within, &mut steps);
        let (Some(kept), Some(brought)) = (kept, brought) else {
            let why =
                "merges whose branch names are no evidence, since too much was merged";
            gaps.add(GapKind::SearchLimit, why, commit.id.to_string().as_bytes());
            return;
        };
        for idx in brought.difference(&kept) {
            if history.commits[idx.at()].n_parents < 2 {
                add_branch(&mut provenance[idx.at()], &rule);
            }
        }
    }
}

/// The commits that some reach, as far as they are `within`; `None` when that takes too
/// many steps.
fn reach(
    history: &History,
    from: impl Iterator<Item = CommitIdx>,
    within: impl Fn(CommitIdx) -> bool,
    steps: &mut u64,
) -> Option<BTreeSet<CommitIdx>> {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<CommitIdx> = from.filter(|&one| within(one)).collect();
    while let Some(one) = waiting.pop() {
        *steps = steps.checked_sub(1)?;
        if seen.insert(one) {
            let parents = history.commits[one.at()].parents.iter().copied();
            waiting.extend(parents.filter(|&parent| within(parent)));
        }
    }
    Some(seen)
}

fn add_branch(provenance: &mut Provenance, rule: &BranchRule) {
    let evidence =
        Evidence { rule: rule.id.clone(), place: Place::Branch, line: None, count: 1 };
    if provenance.evidence.contains(&evidence) {
        return;
    }
    provenance.evidence.push(evidence);
    let decides = rule.confidence > Confidence::Low
        && matches!(provenance.class, AiClass::Unknown | AiClass::ReviewOnly);
    if decides {
        provenance.class = AiClass::Assisted;
        provenance.level = EvidenceLevel::E3;
        provenance.role = Some(Role::Assisted);
        provenance.confidence = Some(rule.confidence);
        provenance.add_tool(&rule.tool);
    }
}

/// What the commits of a pull request say, those of bots left out.
#[derive(Debug, Default)]
struct Pulled {
    facts: PulledFacts,
    classes: BTreeSet<AiClass>,
    tools: BTreeSet<String>,
    models: BTreeSet<String>,
}

/// Says of squashes what the commits of their pull requests say: all of them marked, or
/// some, or none. What the squash says itself stands where no commit does: it can
/// describe the request.
pub(super) fn from_pulls(facts: &mut Facts) {
    let mut pulls: BTreeMap<u32, Pulled> = BTreeMap::new();
    let of_pulls = |one: &&CommitFacts| one.pull.is_some() && one.parents.len() < 2;
    for one in facts.commits.iter().filter(of_pulls) {
        let said = &one.provenance;
        let pull = pulls.entry(one.landing).or_default();
        if said.class == AiClass::Bot {
            continue;
        }
        pull.facts.commits += 1;
        pull.facts.by_marks += u64::from(said.by_marks.is_marked());
        if said.class.is_marked() {
            pull.facts.marked += 1;
            pull.classes.insert(said.class);
            pull.tools.extend(said.tools.iter().cloned());
            pull.models.extend(said.models.iter().cloned());
        }
    }
    for (landing, pull) in pulls {
        let squash = facts.mainline[landing as usize].commit;
        let commit = &mut facts.commits[squash.at()];
        commit.pulled = Some(pull.facts);
        if pull.facts.marked > 0 && commit.provenance.class != AiClass::Bot {
            add_pull(&mut commit.provenance, &pull);
        }
    }
}

fn add_pull(provenance: &mut Provenance, pull: &Pulled) {
    let own = provenance.by_marks;
    let has_own = own.is_marked() && own != AiClass::Mixed;
    let of_commits = match pull.classes.iter().next() {
        Some(&class) if pull.classes.len() == 1 => class,
        _ => AiClass::Coauthored,
    };
    provenance.is_contradicted |= own == AiClass::DeclaredHuman;
    provenance.class = match () {
        () if pull.facts.marked < pull.facts.commits => AiClass::Mixed,
        () if has_own => own,
        () => of_commits,
    };
    if !has_own {
        provenance.level = EvidenceLevel::E3;
        provenance.role = Some(match of_commits {
            AiClass::Authored => Role::Author,
            AiClass::Assisted => Role::Assisted,
            _ => Role::CoAuthor,
        });
        provenance.confidence = provenance.confidence.max(Some(Confidence::High));
    }
    provenance.evidence.push(Evidence {
        rule: "pull-request".to_owned(),
        place: Place::PullRequest,
        line: None,
        count: u32::try_from(pull.facts.marked).unwrap_or(u32::MAX),
    });
    pull.tools.iter().for_each(|tool| provenance.add_tool(tool));
    pull.models.iter().for_each(|model| provenance.add_model(model));
}

/// Adds what records say of the lines of commits.
pub(super) fn from_records(facts: &mut Facts, records: &Records) {
    for (&commit, listed) in &records.commits {
        let Some(commit) = facts.commits.get_mut(commit.at()) else { continue };
        let mut record = RecordFacts {
            record: listed.record.clone(),
            of_lines: true,
            listed_ai: listed.ai,
            listed_human: listed.human,
            written: 0,
            ai: 0,
            human: 0,
        };
        let mut agents = Vec::new();
        for (&mark, &lines) in &listed.written {
            record.written += lines;
            let Some(writer) = records.writer(mark) else { continue };
            match writer.writer {
                Writer::Ai => {
                    record.ai += lines;
                    agents.push(writer);
                }
                Writer::Human => record.human += lines,
            }
        }
        let provenance = &mut commit.provenance;
        for writer in agents {
            if let Some(tool) = &writer.tool {
                provenance.add_tool(tool);
            }
            if let Some(model) = &writer.model {
                provenance.add_model(model);
            }
        }
        add_record(commit, record);
    }
}

/// Adds what checkpoints count: how many of the lines of a commit an agent wrote. All of
/// them, and the lines are known; none, and the session that the commit names proves
/// nothing; else it is a share.
pub(super) fn from_checkpoints(facts: &mut Facts, rules: &Rules) {
    let mut counts: BTreeMap<&str, (Option<AgentLines>, Vec<String>)> = BTreeMap::new();
    let mut gaps = Gaps::default();
    for checkpoint in &facts.checkpoints {
        let (count, tools) = counts.entry(&checkpoint.id).or_default();
        for session in &checkpoint.sessions {
            match attestation::agent_lines(session) {
                Ok(Some(one)) => {
                    let sum = count.get_or_insert_default();
                    sum.agent += one.agent;
                    sum.total += one.total;
                }
                Ok(None) => {}
                Err(why) => gaps.add(GapKind::SideFile, why, checkpoint.id.as_bytes()),
            }
            let agent = attestation::session_agent(session);
            let named = agent
                .and_then(|name| rules.tool_named(name.as_bytes()).map(str::to_owned));
            tools.extend(named);
        }
    }
    let landed = facts.landed_lines();
    for (commit, landed) in facts.commits.iter_mut().zip(landed) {
        for id in
            commit.checkpoint_ids.iter().filter(|id| !counts.contains_key(id.as_str()))
        {
            let why = "AI session that a commit names and that is not here: how much of the \
                       commit is an agent's is not known";
            gaps.add(GapKind::IgnoredFeature, why, id.as_bytes());
        }
        // A count of a part of the sessions is none of the commit.
        let known: Option<Vec<_>> = commit
            .checkpoint_ids
            .iter()
            .map(|id| counts.get(id.as_str()).and_then(|one| Some((one.0?, &one.1))))
            .collect();
        let Some(known) = known.filter(|known| !known.is_empty()) else { continue };
        let lines = AgentLines {
            agent: known.iter().map(|one| one.0.agent).sum(),
            total: known.iter().map(|one| one.0.total).sum(),
        };
        let agents: Vec<String> = known.iter().flat_map(|one| one.1).cloned().collect();
        let counter =
            Counter { record: "entire.branch", tool: "entire", agents: &agents, landed };
        add_count(commit, lines, counter);
    }
    facts.gaps.merge(&gaps);
}

/// Names who brought a commit to the mainline where its own text names nobody.
pub(super) fn operators(facts: &mut Facts, records: &Records) {
    let by_landing: Vec<Option<u32>> = facts
        .mainline
        .iter()
        .map(|landing| {
            let one = &facts.commits[landing.commit.at()];
            one.operator.filter(|&who| !facts.people[who as usize].is_automation)
        })
        .collect();
    let of_record = |at: usize| {
        let listed = records.commits.get(&CommitIdx(crate::units::len_to_u32(at)))?;
        let text = listed.operator.as_ref()?;
        let start = text.iter().position(|&byte| byte == b'<')?;
        let email = text[start + 1..].strip_suffix(b">")?;
        let is_same = |one: &crate::facts::Author| {
            !one.is_automation && one.email.bytes().eq_ignore_ascii_case(email)
        };
        facts.people.iter().position(is_same).map(crate::units::len_to_u32)
    };
    let found: Vec<Option<(u32, OperatorBy)>> = facts
        .commits
        .iter()
        .enumerate()
        .map(|(at, commit)| {
            let is_agent =
                commit.operator.is_none() && commit.provenance.class.is_marked();
            if !is_agent {
                return None;
            }
            let recorded = of_record(at).map(|who| (who, OperatorBy::Record));
            let landed = by_landing[commit.landing as usize];
            recorded.or(landed.map(|who| (who, OperatorBy::Landing)))
        })
        .collect();
    for (commit, found) in facts.commits.iter_mut().zip(found) {
        if let Some((who, by)) = found {
            (commit.operator, commit.operator_by) = (Some(who), by);
        }
    }
}
