//! `facts`: the tables, for people with SQL of their own.

mod columns;
mod functions;
mod key;

use std::path::Path;

use crate::cli::{FactsArgs, FactsFormat};
use crate::clones::BirthCounts;
use crate::error::{Error, Exit};
use crate::facts::{
    AiShare, CloneBirthFacts, CommitFacts, DebtFacts, DuplicationFacts, Facts,
    LineOperationFacts, RecordFacts, RevertFacts,
};
use crate::history::CommitIdx;
use crate::identity::pseudonym;
use crate::lines::undone::{Effect, Undo};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::problem::Gaps;
use crate::render::tables::{self, Cell, Column, Table, TableFormat};
use crate::report::gap_reports;
use crate::request;
use crate::reverts::FoundBy;
use crate::units::Timestamp;

/// The version of the tables.
const TABLES_SCHEMA: &str = "slopnexus.facts/1";

pub(super) fn run(args: &FactsArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let request = request::facts(args)?;
    let key = key::load(args.pseudonym_key.as_deref())?;
    let gathered = pipeline::gather(&request, outside)?;
    let shown = args.output.as_os_str().as_encoded_bytes();
    std::fs::create_dir_all(&args.output).map_err(|why| {
        let hint = "name a directory that can be made and written";
        Error::input(
            "E-OUTPUT",
            "cannot write the tables",
            &crate::error::io_words(&why),
            hint,
        )
        .at(shown)
    })?;
    let tables = Tables {
        folder: &args.output,
        format: match args.format {
            FactsFormat::Ndjson => TableFormat::Ndjson,
            FactsFormat::Csv => TableFormat::Csv,
            FactsFormat::Parquet => TableFormat::Parquet,
        },
        repositories: &gathered.repositories,
        failed: &gathered.gaps,
        key,
    };
    tables.repositories()?;
    tables.commits()?;
    tables.changes()?;
    tables.reverts()?;
    tables.line_operations()?;
    tables.clones()?;
    functions::functions(&tables)?;
    functions::placeholders(&tables)?;
    functions::function_changes(&tables)?;
    functions::function_landings(&tables)?;
    tables.duplication()?;
    tables.clone_births()?;
    tables.lifetimes()?;
    let mut gaps: Vec<_> = gathered
        .repositories
        .iter()
        .flat_map(|facts| gap_reports(&facts.path.to_json_text(), &facts.gaps))
        .collect();
    gaps.extend(gathered.gaps.iter().flat_map(|(scope, gaps)| gap_reports(scope, gaps)));
    super::end(&gaps, request.strict, request.warnings)
}

struct Tables<'t> {
    folder: &'t Path,
    format: TableFormat,
    repositories: &'t [Facts],
    failed: &'t [(String, Gaps)],
    key: [u8; 32],
}

fn time(time: Option<Timestamp>) -> Cell {
    Cell::time(time)
}

/// The name of a repository in all tables: its path as it was named.
fn repo(facts: &Facts) -> Cell {
    Cell::Text(facts.path.to_json_text().into_owned())
}

fn commit_id(facts: &Facts, idx: CommitIdx) -> String {
    facts.commits[idx.at()].id.to_string()
}

fn landing_id(facts: &Facts, landing: u32) -> Cell {
    Cell::Text(commit_id(facts, facts.mainline[landing as usize].commit))
}

fn path(facts: &Facts, number: u32) -> Cell {
    Cell::Text(facts.paths[number as usize].to_table_path().into_owned())
}

impl Tables<'_> {
    fn write(
        &self,
        name: &str,
        columns: &[Column],
        rows: impl Iterator<Item = Vec<Cell>>,
    ) -> Result<(), Error> {
        let target = self.folder.join(format!("{name}.{}", self.format.ending()));
        let table = Table { name, schema: TABLES_SCHEMA, columns };
        output::write(Some(&target), |to| tables::write(&table, rows, self.format, to))
    }

    fn repositories(&self) -> Result<(), Error> {
        let row = |facts: &Facts| {
            let counted =
                facts.lifetimes.iter().filter(|one| facts.exact || one.is_countable());
            let births: u64 = counted.clone().map(|one| one.lines).sum();
            let dead = counted.filter(|one| one.death.is_some());
            let deaths: u64 = dead.map(|one| one.lines).sum();
            let gaps = facts.gaps.list().into_iter();
            vec![
                Cell::Text(TABLES_SCHEMA.to_owned()),
                repo(facts),
                repo(facts),
                Cell::Text(facts.branch.to_json_text().into_owned()),
                Cell::text(facts.tip.map(|tip| tip.to_string())),
                time(facts.as_of),
                time(facts.mainline.first().map(|landing| landing.time)),
                time(facts.mainline.last().map(|landing| landing.time)),
                Cell::Count(crate::units::len_to_u64(facts.commits.len())),
                Cell::Count(crate::units::len_to_u64(facts.mainline.len())),
                Cell::count(facts.landings_by_event),
                Cell::Count(births),
                Cell::Count(deaths),
                Cell::Count(births - deaths),
                Cell::Flag(facts.first_parent_origins),
                Cell::count(facts.squashes.map(|squashes| squashes.landings)),
                Cell::count(facts.squashes.map(|squashes| squashes.recovered)),
                Cell::count(facts.squashes.map(|squashes| squashes.lines)),
                Cell::Count(facts.blobs.wanted),
                Cell::Count(facts.blobs.found),
                Cell::List(
                    gaps.map(|gap| format!("{} {}", gap.kind.code(), gap.count))
                        .collect(),
                ),
            ]
        };
        let failed = self.failed.iter().map(|(name, gaps)| {
            let mut row = vec![Cell::Null; columns::REPOSITORIES.len()];
            row[0] = Cell::Text(TABLES_SCHEMA.to_owned());
            (row[1], row[2]) = (Cell::Text(name.clone()), Cell::Text(name.clone()));
            let gaps = gaps.list().into_iter();
            let codes = gaps.map(|gap| format!("{} {}", gap.kind.code(), gap.count));
            row[columns::REPOSITORIES.len() - 1] = Cell::List(codes.collect());
            row
        });
        let rows = self.repositories.iter().map(row).chain(failed);
        self.write("repositories", columns::REPOSITORIES, rows)
    }

    fn commits(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            facts.commits.iter().map(move |commit| self.commit_row(facts, commit))
        });
        self.write("commits", columns::COMMITS, rows)
    }

    fn commit_row(&self, facts: &Facts, commit: &CommitFacts) -> Vec<Cell> {
        let provenance = &commit.provenance;
        let evidence = provenance.evidence.iter().map(|one| {
            let line = one.line.map_or(String::new(), |line| format!(":{line}"));
            format!("{}@{}{line}", one.rule, one.place.as_str())
        });
        let share = commit.ai_share();
        let share = |of: fn(&AiShare) -> f64| {
            share.as_ref().map(of).map_or(Cell::Null, Cell::Share)
        };
        let record = commit.record.as_ref();
        let lines = |of: fn(&RecordFacts) -> u64| Cell::count(record.map(of));
        let pulled = commit.pulled;
        let is_bulk = facts.mainline[commit.landing as usize].is_bulk;
        let landing_time = facts.mainline[commit.landing as usize].time;
        vec![
            repo(facts),
            Cell::Text(commit.id.to_string()),
            Cell::List(
                commit.parents.iter().map(|parent| commit_id(facts, *parent)).collect(),
            ),
            self.person(facts, commit.author),
            time(commit.author_time),
            time(commit.committer_time),
            landing_id(facts, commit.landing),
            time(Some(landing_time)),
            Cell::Flag(is_bulk),
            Cell::Text(provenance.class.as_str().to_owned()),
            Cell::List(provenance.tools.clone()),
            Cell::List(provenance.models.clone()),
            Cell::text(provenance.role.map(crate::provenance::Role::as_str)),
            Cell::text(provenance.confidence.map(crate::provenance::Confidence::as_str)),
            Cell::List(evidence.collect()),
            Cell::Text(provenance.squash.as_str().to_owned()),
            Cell::count(commit.pull),
            self.person(facts, commit.operator),
            Cell::text(commit.operator.map(|_| commit.operator_by.as_str())),
            Cell::Text(provenance.by_marks.as_str().to_owned()),
            Cell::Text(provenance.level.as_str().to_owned()),
            share(|share| share.low),
            share(|share| share.high),
            Cell::text(commit.ai_share().map(|share| share.basis)),
            Cell::text(record.map(|record| record.record.as_str())),
            lines(|record| record.listed_ai),
            lines(|record| record.written),
            lines(|record| record.ai),
            lines(|record| record.human),
            Cell::count(pulled.map(|pull| pull.commits)),
            Cell::count(pulled.map(|pull| pull.marked)),
        ]
    }

    /// The pseudonym of a person.
    fn person(&self, facts: &Facts, number: Option<u32>) -> Cell {
        Cell::text(number.map(|number| {
            let email = facts.people[number as usize].email.to_json_text().to_lowercase();
            pseudonym(&self.key, &email)
        }))
    }

    fn changes(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            facts.changes.iter().map(move |change| {
                let bytes = facts.paths[change.path as usize].bytes();
                let language =
                    crate::syntax::language_of(bytes).map(|one| one.language().name);
                vec![
                    repo(facts),
                    Cell::Text(commit_id(facts, change.commit)),
                    path(facts, change.path),
                    change.old_path.map_or(Cell::Null, |number| path(facts, number)),
                    Cell::Text(change.status.as_str().to_owned()),
                    Cell::count(change.lines.map(|(added, _)| u64::from(added))),
                    Cell::count(change.lines.map(|(_, deleted)| u64::from(deleted))),
                    Cell::text(language),
                    Cell::Text(crate::file_class::by_path(bytes).as_str().to_owned()),
                ]
            })
        });
        self.write("changes", columns::CHANGES, rows)
    }

    fn reverts(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            facts.reverts.iter().map(move |one| revert_row(facts, one))
        });
        self.write("reverts", columns::REVERTS, rows)
    }

    fn line_operations(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            facts.line_operations.iter().map(move |one| operations_row(facts, one))
        });
        self.write("line_operations", columns::LINE_OPERATIONS, rows)
    }

    fn clones(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            let found = facts.duplication.iter();
            found.flat_map(move |found| clone_rows(facts, found))
        });
        self.write("clones", columns::CLONES, rows)
    }

    fn duplication(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            let found = facts.duplication.iter();
            found.flat_map(move |found| {
                found.debt.iter().map(|one| debt_row(facts, &found.preset, one))
            })
        });
        self.write("duplication", columns::DUPLICATION, rows)
    }

    fn clone_births(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            let rows = facts.clone_births.iter().flatten();
            rows.flat_map(move |one| {
                let sides = [(false, one.product), (true, one.tests)];
                sides.map(|(is_test, counts)| birth_row(facts, one, (is_test, counts)))
            })
        });
        self.write("clone_births", columns::CLONE_BIRTHS, rows)
    }

    fn lifetimes(&self) -> Result<(), Error> {
        let rows = self.repositories.iter().flat_map(|facts| {
            facts.lifetimes.iter().map(move |one| {
                vec![
                    repo(facts),
                    Cell::Text(commit_id(facts, one.origin)),
                    landing_id(facts, one.landing),
                    one.death.map_or(Cell::Null, |(death, _)| landing_id(facts, death)),
                    Cell::text(one.death.map(|(_, cause)| cause.as_str())),
                    path(facts, one.path),
                    Cell::Text(one.kind.as_str().to_owned()),
                    Cell::Text(one.class.as_str().to_owned()),
                    Cell::Flag(one.birth_unknown),
                    Cell::Flag(one.birth.edited),
                    Cell::Flag(one.birth.copied),
                    Cell::Flag(one.birth.relanded),
                    Cell::Flag(one.birth.reformatted),
                    one.lineage_death.map_or(Cell::Null, |end| landing_id(facts, end)),
                    self.person(facts, one.overwritten_by),
                    Cell::Text(facts.evidence_level(one).as_str().to_owned()),
                    Cell::Flag(facts.is_ai_marked(one)),
                    Cell::text(facts.writer(one).map(|who| who.writer.as_str())),
                    Cell::text(facts.writer(one).and_then(|who| who.tool.as_deref())),
                    Cell::text(facts.writer(one).and_then(|who| who.model.as_deref())),
                    Cell::Flag(facts.exact || one.is_countable()),
                    Cell::Count(one.lines),
                ]
            })
        });
        self.write("lifetimes", columns::LIFETIMES, rows)
    }
}

fn debt_row(facts: &Facts, preset: &str, one: &DebtFacts) -> Vec<Cell> {
    vec![
        repo(facts),
        Cell::Text(preset.to_owned()),
        Cell::Text(commit_id(facts, one.origin)),
        landing_id(facts, one.landing),
        time(Some(facts.mainline[one.landing as usize].time)),
        Cell::Flag(facts.is_ai_marked_line(one.origin, one.mark)),
        Cell::Flag(one.is_test),
        Cell::Count(one.lines.countable_lines),
        Cell::Count(one.lines.duplicated_lines),
    ]
}

fn birth_row(
    facts: &Facts,
    one: &CloneBirthFacts,
    (is_test, counts): (bool, BirthCounts),
) -> Vec<Cell> {
    let landing = facts.mainline[one.landing as usize];
    vec![
        repo(facts),
        landing_id(facts, one.landing),
        time(Some(landing.time)),
        Cell::Flag(landing.is_bulk),
        Cell::Flag(is_test),
        Cell::Count(counts.added_lines),
        Cell::Count(counts.copied_lines),
        Cell::Count(counts.repeated_lines),
        Cell::Count(counts.moved_lines),
        Cell::Count(counts.edited_lines),
        Cell::Count(counts.resolved_gone_lines),
        Cell::Count(counts.resolved_alone_lines),
    ]
}

fn revert_row(facts: &Facts, one: &RevertFacts) -> Vec<Cell> {
    let landing =
        |commit: CommitIdx| landing_id(facts, facts.commits[commit.at()].landing);
    let effect = one.effect.as_ref();
    let lines = |of: fn(&Effect) -> u64| Cell::count(effect.map(of));
    vec![
        repo(facts),
        Cell::Text(one.kind.as_str().to_owned()),
        Cell::Text(commit_id(facts, one.by)),
        landing(one.by),
        Cell::text(one.target.map(|target| commit_id(facts, target))),
        one.target.map_or(Cell::Null, landing),
        Cell::text(one.found_by.map(FoundBy::as_str)),
        Cell::text(one.undo.map(Undo::as_str)),
        lines(|effect| effect.born),
        lines(|effect| effect.alive),
        lines(|effect| effect.killed),
        lines(|effect| effect.deleted),
        lines(|effect| effect.restored),
        lines(|effect| effect.changed),
    ]
}

fn operations_row(facts: &Facts, one: &LineOperationFacts) -> Vec<Cell> {
    let landing = &facts.mainline[one.landing as usize];
    let mut row = vec![
        repo(facts),
        landing_id(facts, one.landing),
        time(Some(landing.time)),
        Cell::Flag(landing.is_bulk),
        Cell::Flag(one.counted),
    ];
    let of = one.operations;
    let counts = [
        of.added,
        of.deleted,
        of.updated,
        of.moved,
        of.copied,
        of.replaced,
        of.reformatted,
        of.no_op_added,
        of.no_op_deleted,
        of.respaced,
        of.unknown_added,
        of.unknown_deleted,
    ];
    row.extend(counts.map(Cell::Count));
    row
}

fn clone_rows<'f>(
    facts: &'f Facts,
    found: &'f DuplicationFacts,
) -> impl Iterator<Item = Vec<Cell>> + 'f {
    (1..).zip(&found.classes).flat_map(move |(number, class)| {
        class.places.iter().map(move |place| {
            vec![
                repo(facts),
                Cell::Text(found.preset.clone()),
                Cell::Count(number),
                Cell::Count(class.clone_type.into()),
                Cell::Count(class.tokens.into()),
                path(facts, place.path),
                Cell::Count(u64::from(place.start) + 1),
                Cell::Count(place.end.into()),
                Cell::Count(place.countable.into()),
                Cell::Flag(place.is_test),
            ]
        })
    })
}
