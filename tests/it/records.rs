//! What is known of who wrote lines beyond the text of their commit: records of tools,
//! branches, pull requests.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::git::Repository;
use crate::harness::Place;

const DAY: u64 = 86_400;
const START: u64 = 1_767_225_600;

/// A stream for `git fast-import` in the making.
#[derive(Default)]
struct Stream(String, u64);

/// A commit in the making.
struct Commit<'c> {
    branch: &'c str,
    parents: &'c [u64],
    author: &'c str,
    message: &'c str,
    files: &'c [(&'c str, &'c str)],
}

const ANA: &str = "Ana <ana@example.org>";
const DEVIN: &str = "devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>";

impl Stream {
    fn commit(&mut self, commit: &Commit<'_>) -> u64 {
        self.1 += 1;
        let (mark, Commit { branch, author, message, .. }) = (self.1, commit);
        let time = START + mark * DAY;
        let committer = "GitHub <noreply@github.com>";
        let _ = write!(
            self.0,
            "commit refs/{branch}\nmark :{mark}\nauthor {author} {time} +0000\n\
             committer {committer} {time} +0000\ndata {}\n{message}\n",
            message.len()
        );
        for (at, parent) in commit.parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            let _ = writeln!(self.0, "{word} :{parent}");
        }
        for (path, text) in commit.files {
            let path = if path.contains(' ') {
                format!("\"{path}\"")
            } else {
                (*path).to_owned()
            };
            let _ =
                writeln!(self.0, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
        self.0.push('\n');
        mark
    }

    fn on_main(
        &mut self,
        parent: Option<u64>,
        message: &str,
        files: &[(&str, &str)],
    ) -> u64 {
        let parents: Vec<u64> = parent.into_iter().collect();
        let branch = "heads/main";
        self.commit(&Commit { branch, parents: &parents, author: ANA, message, files })
    }

    fn import(&self, place: &Place) -> Repository {
        Repository::import(place, "app", self.0.as_bytes())
    }
}

/// Adds a note to the commit with this subject.
fn note(repository: &Repository, name: &str, subject: &str, text: &str) {
    let commit = id(repository, subject);
    let who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
    let add = ["notes", "--ref", name, "add", "-f", "-F", "-", &commit];
    let arguments: Vec<&str> = who.into_iter().chain(add).collect();
    repository.git_with_input(arguments, text.as_bytes());
}

fn id(repository: &Repository, subject: &str) -> String {
    let log = repository.git(["log", "--branches", "--glob=refs/pull", "--format=%H %s"]);
    let log = String::from_utf8(log).expect("the subjects are ours");
    let found = log.lines().find_map(|line| line.strip_suffix(&format!(" {subject}")));
    found.expect("there is such a commit").to_owned()
}

/// A note of git-ai about lines of an agent, with what somebody said to it.
fn git_ai(lines: &str) -> String {
    let metadata = json!({
        "schema_version": "authorship/3.0.0",
        "git_ai_version": "1.6.0",
        "prompts": {"0123456789abcdef": {
            "agent_id": {"tool": "cursor", "id": "1", "model": "gpt-5"},
            "human_author": null,
            "messages": [{"type": "user", "text": "xyzzy-said-to-the-tool"}],
        }},
        "sessions": {"s_0123456789abcd": {
            "agent_id": {"tool": "claude", "id": "2", "model": "claude-opus-4-6"},
            "human_author": "Ana <ana@example.org>",
        }},
    });
    format!("{lines}---\n{metadata}")
}

/// The rows of a table of facts.
fn rows(place: &Place, table: &str) -> Vec<Value> {
    place.run(["facts", "app", "--output=tables"]).ended(0).out();
    let text = std::fs::read_to_string(place.path(&format!("tables/{table}.ndjson")));
    let text = text.expect("it was written");
    text.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
}

/// Of each path and writer how many lines there are: `level tool`.
fn lives(place: &Place) -> Vec<(String, String, u64)> {
    let mut found: Vec<(String, String, u64)> = Vec::new();
    for row in rows(place, "lifetimes") {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let who = format!(
            "{} {} {}",
            text("evidence_level"),
            text("writer"),
            text("writer_tool")
        );
        let (path, lines) = (text("path"), row["lines"].as_u64().expect("a count"));
        match found.iter_mut().find(|one| one.0 == path && one.1 == who) {
            Some(one) => one.2 += lines,
            None => found.push((path, who, lines)),
        }
    }
    found.sort();
    found
}

fn expected(rows: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    rows.iter()
        .map(|(path, who, lines)| ((*path).into(), (*who).into(), *lines))
        .collect()
}

fn commit_row(place: &Place, repository: &Repository, subject: &str) -> Value {
    let id = id(repository, subject);
    let rows = rows(place, "commits");
    rows.into_iter().find(|row| row["id"] == id.as_str()).expect("it is in the table")
}

const FIRST: &str = "alpha one\nbeta two\ngamma three\n";
const SECOND: &str = "alpha one\nbeta two\ngamma three\ndelta four of the letters\nepsilon five of the letters\nzeta six of the letters\neta seven of the letters\n";

/// ```text
/// ana: first (a.txt: 3 lines) ── ana: second (a.txt: 4 more, "b c.txt": 2)
/// ```
fn two_commits() -> Stream {
    let mut stream = Stream::default();
    let first = stream.on_main(None, "first", &[("a.txt", FIRST)]);
    let files = [("a.txt", SECOND), ("b c.txt", "theta eight\niota nine\n")];
    stream.on_main(Some(first), "second", &files);
    stream
}

#[test]
fn a_note_counts_for_the_lines_that_its_commit_added_and_no_others() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    // Lines 1 to 3 were added by the commit before: the note is cumulative.
    let lines = "a.txt\n  s_0123456789abcd::t_1 1-5\n  h_00000000000000 6\n\"b c.txt\"\n  \
                 0123456789abcdef 1,2,90-99\nno-such-file.txt\n  0123456789abcdef 1-40\n";
    note(&repository, "ai", "second", &git_ai(lines));
    assert_eq!(
        lives(&place),
        expected(&[
            ("a.txt", "E0 - -", 4),
            ("a.txt", "E1 ai claude-code", 2),
            ("a.txt", "E1 human -", 1),
            ("b c.txt", "E1 ai cursor", 2),
        ])
    );
    let row = commit_row(&place, &repository, "second");
    assert_eq!(row["ai_class"], "coauthored");
    assert_eq!(row["ai_class_by_marks"], "unknown");
    assert_eq!(row["confidence"], "certain");
    assert_eq!(row["tools"], json!(["claude-code", "cursor"]));
    assert_eq!(row["models"], json!(["claude-opus-4.6", "gpt-5"]));
    assert_eq!(row["record"], "git-ai.v3");
    assert_eq!(row["record_listed_ai"], 57);
    assert_eq!((&row["record_added"], &row["record_ai"]), (&json!(6), &json!(4)));
    assert_eq!(row["record_human"], 1);
    let share = |name: &str| row[name].as_f64().expect("a share");
    assert!((share("ai_share_low") - 4.0 / 6.0).abs() < 1e-12);
    assert!((share("ai_share_high") - 5.0 / 6.0).abs() < 1e-12);
    assert_eq!(row["ai_share_basis"], "lines");
    let first = commit_row(&place, &repository, "first");
    assert_eq!((&first["ai_class"], &first["record"]), (&json!("unknown"), &Value::Null));
}

#[test]
fn what_people_said_to_a_tool_is_neither_shown_nor_kept() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    note(&repository, "ai", "second", &git_ai("a.txt\n  0123456789abcdef 4-7\n"));
    let mut said = Vec::new();
    let commit = format!("provenance:{}", id(&repository, "second"));
    for arguments in [
        vec!["report", "app", "--format=json"],
        vec!["facts", "app", "--output=tables"],
        vec!["explain", &commit, "app"],
    ] {
        let run = place.run(arguments).ended(0);
        said.push(run.stdout);
        said.push(run.stderr.into_bytes());
    }
    let mut folders = vec![place.path("home"), place.path("tables")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the directory is ours") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                said.push(std::fs::read(path).expect("the file is ours"));
            }
        }
    }
    assert!(files >= 5, "tables and a cache were written");
    for bytes in said {
        assert!(memchr::memmem::find(&bytes, b"xyzzy").is_none());
    }
}

#[test]
fn a_line_that_moves_or_is_indented_keeps_who_wrote_it() {
    let place = Place::new();
    let mut stream = two_commits();
    let text = "lambda eleven\nmu twelve\nnu thirteen\n  delta four of the letters\n  epsilon five of the letters\n  zeta six of the letters\n  eta seven of the letters\n";
    stream.on_main(Some(2), "move", &[("a.txt", FIRST), ("moved.txt", text)]);
    let repository = stream.import(&place);
    note(&repository, "ai", "second", &git_ai("a.txt\n  s_0123456789abcd::t_1 4-7\n"));
    let lives = lives(&place);
    assert!(
        lives.contains(&("moved.txt".into(), "E1 ai claude-code".into(), 4)),
        "{lives:?}"
    );
}

#[test]
fn what_a_note_does_not_speak_of_is_left_to_the_marks_of_the_commit() {
    let place = Place::new();
    let mut stream = Stream::default();
    let message = "first\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n";
    stream.on_main(None, message, &[("a.txt", FIRST)]);
    let repository = stream.import(&place);
    note(
        &repository,
        "ai",
        "first",
        &git_ai("a.txt\n  s_0123456789abcd::t_1 1\n  h_1 2\n"),
    );
    assert_eq!(
        lives(&place),
        expected(&[
            ("a.txt", "E1 ai claude-code", 1),
            ("a.txt", "E1 human -", 1),
            ("a.txt", "E2 - -", 1),
        ])
    );
    let marked: Vec<(Value, Value)> = rows(&place, "lifetimes")
        .into_iter()
        .map(|row| (row["writer"].clone(), row["ai_marked"].clone()))
        .collect();
    for (writer, is_marked) in marked {
        assert_eq!(is_marked, json!(writer != "human"), "{writer}");
    }
}

#[test]
fn notes_of_any_kind_are_counted_and_never_the_end() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    note(&repository, "ai", "first", "\u{1}\u{2}no note\n  at all\n  x 5-1\n---\n[[[[");
    let huge = format!("a.txt\n  h_1 1-90000,1-{}\n---\n{{}}", u32::MAX);
    note(&repository, "ai", "second", &huge);
    note(&repository, "whogitit", "second", "{}");
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let gaps = report["gaps"].as_array().expect("a list");
    let of = |words: &str| {
        let found = gaps
            .iter()
            .find(|gap| gap["why"].as_str().is_some_and(|why| why.contains(words)));
        found.and_then(|gap| gap["count"].as_u64())
    };
    assert_eq!(of("make no sense"), Some(2), "{gaps:?}");
    assert_eq!(of("in a format that is not read"), Some(1), "{gaps:?}");
    assert_eq!(
        lives(&place),
        expected(&[
            ("a.txt", "E0 - -", 3),
            ("a.txt", "E1 human -", 4),
            ("b c.txt", "E0 - -", 2)
        ])
    );
}

#[test]
fn notes_whose_objects_are_lost_are_said_to_be() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    note(&repository, "ai", "second", &git_ai("a.txt\n  0123456789abcdef 4-7\n"));
    let tree = repository.words(["rev-parse", "refs/notes/ai^{tree}"]).remove(0);
    let file = repository.path.join("objects").join(&tree[..2]).join(&tree[2..]);
    std::fs::remove_file(file).expect("notes are loose");
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert!(
        report["gaps"].to_string().contains("notes cannot be read"),
        "{}",
        report["gaps"]
    );
    assert_eq!(report["complete"], false);
}

#[test]
fn a_new_note_is_seen_by_the_next_run() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    assert_eq!(commit_row(&place, &repository, "second")["ai_class"], "unknown");
    note(&repository, "ai", "second", &git_ai("a.txt\n  0123456789abcdef 4-7\n"));
    assert_eq!(commit_row(&place, &repository, "second")["ai_class"], "coauthored");
    repository.git(["update-ref", "-d", "refs/notes/ai"]);
    assert_eq!(commit_row(&place, &repository, "second")["ai_class"], "unknown");
}

#[test]
fn the_first_versions_of_git_ai_kept_a_ref_for_each_commit() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    let text = br#"{"files":{"a.txt":{"file":"a.txt","authors":[{"author":"Cursor","lines":[4,[5,6]]},
        {"author":"Ana","lines":[7]}]}},"schema_version":"authorship/0.0.1"}"#;
    let blob = repository.git_with_input(["hash-object", "-w", "--stdin"], text);
    let blob = String::from_utf8(blob).expect("an id").trim().to_owned();
    let name = format!("refs/ai/authorship/{}", id(&repository, "second"));
    repository.git(["update-ref", &name, &blob]);
    for packs in [false, true] {
        if packs {
            repository.git(["pack-refs", "--all"]);
        }
        let lives = lives(&place);
        let all = expected(&[
            ("a.txt", "E0 - -", 3),
            ("a.txt", "E1 ai cursor", 3),
            ("a.txt", "E1 human -", 1),
            ("b c.txt", "E0 - -", 2),
        ]);
        assert_eq!(lives, all, "packed: {packs}");
    }
}

#[test]
fn a_trace_counts_for_the_next_commit_that_changed_its_file() {
    let place = Place::new();
    let mut stream = Stream::default();
    let first = stream.on_main(None, "first", &[("a.txt", FIRST)]);
    let repository = stream.import(&place);
    let revision = id(&repository, "first");
    let trace = json!({
        "version": "0.1.0",
        "vcs": {"type": "git", "revision": revision},
        "tool": {"name": "cursor"},
        "files": [{"path": "a.txt", "conversations": [{
            "url": "file:///home/ana/xyzzy",
            "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-6"},
            "ranges": [{"start_line": 4, "end_line": 6}, {"start_line": 1, "end_line": 1}],
        }]}],
    });
    let traces = format!("{trace}\nnot json\n");
    let other = stream.on_main(Some(first), "other", &[("b.txt", "kappa ten\n")]);
    let files = [("a.txt", SECOND), (".agent-trace/traces.jsonl", traces.as_str())];
    stream.on_main(Some(other), "second", &files);
    let place = Place::new();
    let repository = stream.import(&place);
    let row = commit_row(&place, &repository, "second");
    assert_eq!(row["record"], "agent-trace");
    assert_eq!((&row["record_ai"], &row["tools"]), (&json!(3), &json!(["cursor"])));
    let lives = lives(&place);
    assert!(lives.contains(&("a.txt".into(), "E1 ai cursor".into(), 3)), "{lives:?}");
}

#[test]
fn commits_that_came_from_an_agents_branch_alone_are_marked_by_it() {
    let place = Place::new();
    let mut stream = Stream::default();
    let start = stream.on_main(None, "start", &[("a.txt", FIRST)]);
    let work = Commit {
        branch: "heads/codex/fix",
        parents: &[start],
        author: ANA,
        message: "work",
        files: &[("b.txt", "theta eight\n")],
    };
    let work = stream.commit(&work);
    let main = stream.on_main(Some(start), "meanwhile", &[("c.txt", "iota nine\n")]);
    let merge = "Merge pull request #3 from ana/codex/fix\n";
    let merged = Commit {
        branch: "heads/main",
        parents: &[main, work],
        author: ANA,
        message: merge,
        files: &[("b.txt", "theta eight\n")],
    };
    stream.commit(&merged);
    let repository = stream.import(&place);
    let work = commit_row(&place, &repository, "work");
    assert_eq!(
        (&work["ai_class"], &work["evidence_level"]),
        (&json!("assisted"), &json!("E3"))
    );
    assert_eq!(work["tools"], json!(["codex"]));
    assert_eq!(work["ai_class_by_marks"], "unknown");
    assert_eq!(work["evidence"], json!(["branch.codex@branch"]));
    for subject in ["start", "meanwhile"] {
        assert_eq!(
            commit_row(&place, &repository, subject)["ai_class"],
            "unknown",
            "{subject}"
        );
    }
}

/// A squash of a pull request of two commits, of which these have a trailer.
fn squashed(place: &Place, marked: [bool; 2], squash: &str) -> Repository {
    let mut stream = Stream::default();
    let start = stream.on_main(None, "start", &[("a.txt", FIRST)]);
    let trailer = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n";
    let mut parent = start;
    let texts = ["theta eight\n", "theta eight\niota nine\n"];
    for (at, text) in texts.iter().enumerate() {
        let message = format!("step {at}{}", if marked[at] { trailer } else { "" });
        parent = stream.commit(&Commit {
            branch: "pull/7/head",
            parents: &[parent],
            author: ANA,
            message: &message,
            files: &[("b.txt", text)],
        });
    }
    stream.on_main(Some(start), squash, &[("b.txt", texts[1])]);
    stream.import(place)
}

#[test]
fn a_squash_is_what_the_commits_of_its_pull_request_are() {
    let with_trailer =
        "Add (#7)\n\n* one\n* two\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n";
    for (marked, message, class, by_marks, level) in [
        // The squash lost the mark, or kept it and claims too much.
        ([true, true], "Add (#7)", "coauthored", "unknown", "E3"),
        ([true, false], "Add (#7)", "mixed", "unknown", "E3"),
        ([true, false], with_trailer, "mixed", "mixed", "E3"),
        ([true, true], with_trailer, "coauthored", "mixed", "E3"),
        ([false, false], "Add (#7)", "unknown", "unknown", "E0"),
        // What it says and no commit does describes the request.
        ([false, false], with_trailer, "mixed", "mixed", "E3"),
    ] {
        let place = Place::new();
        let repository = squashed(&place, marked, message);
        let row = commit_row(&place, &repository, "Add (#7)");
        let found =
            ["ai_class", "ai_class_by_marks", "evidence_level"].map(|name| &row[name]);
        assert_eq!(
            found,
            [class, by_marks, level].map(Value::from).each_ref(),
            "{marked:?} {message}"
        );
        let n = marked.iter().filter(|one| **one).count();
        assert_eq!(
            (&row["pulled_commits"], &row["pulled_marked"]),
            (&json!(2), &json!(n))
        );
    }
}

/// Checkpoints of sessions: id, and of each the lines of the agent and all.
const CHECKPOINTS: [(&str, u64, u64); 3] =
    [("a3b2c4d5e6f7", 4, 4), ("00c9e2351016", 0, 2), ("111111111111", 1, 4)];

#[test]
fn checkpoints_in_either_layout_say_how_many_lines_an_agent_wrote() {
    for by_refs in [false, true] {
        let place = Place::new();
        let mut stream = Stream::default();
        let mut parent = None;
        for (at, (id, _, all)) in CHECKPOINTS.iter().enumerate() {
            let text: String =
                (0..*all).map(|n| format!("word {at} line {n}\n")).collect();
            let message = format!("work {at}\n\nEntire-Checkpoint: {id}\n");
            let path = format!("{at}.txt");
            parent = Some(stream.on_main(parent, &message, &[(&path, &text)]));
        }
        let mut files = Vec::new();
        for (id, agent, all) in CHECKPOINTS {
            let session = json!({"agent": "Claude Code", "initial_attribution":
                {"agent_lines": agent, "total_committed": all}})
            .to_string();
            files.push((id, session));
        }
        if by_refs {
            for (id, session) in &files {
                let branch = format!("entire/checkpoints/{}/{id}", &id[10..]);
                let files =
                    [("metadata.json", "{}"), ("0/metadata.json", session.as_str())];
                let commit = Commit {
                    branch: &branch,
                    parents: &[],
                    author: ANA,
                    message: "c",
                    files: &files,
                };
                stream.commit(&commit);
            }
        } else {
            let paths: Vec<(String, &str)> = files
                .iter()
                .flat_map(|(id, session)| {
                    let folder = format!("{}/{}", &id[..2], &id[2..]);
                    [
                        (format!("{folder}/metadata.json"), "{}"),
                        (format!("{folder}/0/metadata.json"), session.as_str()),
                    ]
                })
                .collect();
            let files: Vec<(&str, &str)> =
                paths.iter().map(|(path, text)| (path.as_str(), *text)).collect();
            let branch = "heads/entire/checkpoints/v1";
            stream.commit(&Commit {
                branch,
                parents: &[],
                author: ANA,
                message: "c",
                files: &files,
            });
        }
        let repository = stream.import(&place);
        let row = |at: usize| commit_row(&place, &repository, &format!("work {at}"));
        let of = |at: usize| {
            let row = row(at);
            ["ai_class", "evidence_level", "ai_share_low", "tools"]
                .map(|name| row[name].clone())
        };
        let both = json!(["claude-code", "entire"]);
        assert_eq!(of(0), [json!("coauthored"), json!("E1"), json!(1.0), both.clone()]);
        assert_eq!(of(1), [json!("unknown"), json!("E0"), json!(0.0), json!([])]);
        assert_eq!(of(2), [json!("coauthored"), json!("E0"), json!(0.25), both]);
    }
}

#[test]
fn an_agents_commit_that_names_nobody_is_the_work_of_whoever_brought_it_in() {
    let place = Place::new();
    let mut stream = Stream::default();
    let start = stream.on_main(None, "start", &[("a.txt", FIRST)]);
    let work = stream.commit(&Commit {
        branch: "heads/work",
        parents: &[start],
        author: DEVIN,
        message: "work",
        files: &[("b.txt", "theta eight\n")],
    });
    stream.commit(&Commit {
        branch: "heads/main",
        parents: &[start, work],
        author: ANA,
        message: "Merge branch 'work'",
        files: &[("b.txt", "theta eight\n")],
    });
    let repository = stream.import(&place);
    // The second run has what the first kept.
    for _ in 0..2 {
        let work = commit_row(&place, &repository, "work");
        let merge = commit_row(&place, &repository, "Merge branch 'work'");
        assert_eq!(work["operator"], merge["author"]);
        assert_eq!(work["operator_by"], "landing");
        assert_eq!(merge["operator_by"], "commit");
    }
}

#[test]
fn a_commit_is_explained_by_its_evidence() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    note(&repository, "ai", "second", &git_ai("a.txt\n  s_0123456789abcd::t_1 4-6\n"));
    let commit = id(&repository, "second");
    let out = place.run(["explain", "provenance", &commit, "app"]).ended(0).out();
    for words in [
        "coauthored (AI-marked line by line)",
        "tools: claude-code",
        "git-ai.v3",
        "lists 3 lines of an agent and 0 of a person; of the 6",
        "E1     claude-code (claude-opus-4.6)",
        "notes --ref=ai show",
    ] {
        assert!(out.contains(words), "{words:?} is not in:\n{out}");
    }
    let same =
        place.run(["explain", &format!("provenance:{commit}"), "app"]).ended(0).out();
    assert_eq!(out, same);
}

fn report(place: &Place, more: &[&str]) -> Value {
    let arguments = ["report", "app", "--format=json"].iter().chain(more);
    let run = place.run(arguments).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

#[test]
fn an_export_that_names_commits_says_how_much_a_tool_wrote_of_them() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    let rows: String = [("first", 2, 1), ("second", 6, 0)]
        .iter()
        .map(|(subject, tool, people)| {
            let id = id(&repository, subject);
            format!(
                "{id},u1,ana@example.org,app,0,{tool},{people},m,,2026-01-03T12:00:00Z\n"
            )
        })
        .collect();
    let header = "commit_hash,user_id,user_email,repo_name,tab_lines_added,composer_lines_added,\
                  non_ai_lines_added,message,commit_ts,created_at\n";
    place.write("feed.csv", format!("{header}{rows}"));
    let known = &report(&place, &["--usage=feed.csv"])["provenance"];
    assert_eq!(known["by_class"], json!({"coauthored": 2}));
    assert_eq!(known["by_class_of_marks"], json!({"unknown": 2}));
    assert_eq!(known["by_tool"], json!({"cursor": 2}));
    // All lines of the second are the tool's; of the first, two of three are.
    assert_eq!(known["lines_by_level"], json!({"E1": 6, "E2": 3}));
    assert_eq!(known["recall"]["ai_lines"], 8);
    assert_eq!(known["recall"]["of_lines"], 0.0);
    let without = &report(&place, &[])["provenance"];
    assert_eq!(without["by_class"], json!({"unknown": 2}));
}

#[test]
fn a_report_says_how_much_the_marks_miss() {
    let place = Place::new();
    let mut stream = Stream::default();
    let marked = "marked\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n";
    let first = stream.on_main(None, marked, &[("a.txt", FIRST)]);
    stream.on_main(Some(first), "unmarked", &[("b.txt", SECOND)]);
    let repository = stream.import(&place);
    note(&repository, "ai", "marked", &git_ai("a.txt\n  s_0123456789abcd::t_1 1-3\n"));
    note(
        &repository,
        "ai",
        "unmarked",
        &git_ai("b.txt\n  s_0123456789abcd::t_1 1-5,90\n"),
    );
    let report = report(&place, &[]);
    let known = &report["provenance"];
    let recall = &known["recall"];
    assert_eq!((&recall["commits"], &recall["marked_commits"]), (&json!(2), &json!(1)));
    assert_eq!((&recall["ai_lines"], &recall["marked_lines"]), (&json!(8), &json!(3)));
    assert_eq!(
        (&recall["of_commits"], &recall["of_lines"]),
        (&json!(0.5), &json!(0.375))
    );
    let records = &known["records"];
    assert_eq!((&records["listed_ai"], &records["added"]), (&json!(9), &json!(10)));
    assert_eq!(known["lines_by_level"], json!({"E0": 2, "E1": 8}));
    let month = json!([{"month": "2026-01", "commits": 2, "marked": 1}]);
    assert_eq!(known["by_month"], month);
    assert_eq!(known["warnings"], json!([]), "two commits are too few to warn by");
    let lines = |at: usize| report["cohorts"][at]["survival"]["n_lines"].clone();
    assert_eq!((lines(0), lines(1)), (json!(8), json!(2)));
}

#[test]
fn configuration_of_tools_is_context_and_marks_no_commit() {
    let place = Place::new();
    let mut stream = Stream::default();
    let first = stream.on_main(None, "first", &[("a.txt", FIRST)]);
    let settings = "{\"attribution\": {\"commit\": \"\"}}\n";
    let files = [("CLAUDE.md", "Be brief.\n"), (".claude/settings.json", settings)];
    let second = stream.on_main(Some(first), "second", &files);
    stream.on_main(Some(second), "third", &[("a.txt", SECOND)]);
    stream.import(&place);
    let known = &report(&place, &[])["provenance"];
    assert_eq!(known["by_class"], json!({"unknown": 3}));
    assert_eq!(
        known["signals"],
        json!([{"repository": "app", "signal": "signal.claude", "files": 2,
                "since": "2026-01-03T00:00:00Z"}])
    );
    let warnings = known["warnings"].to_string();
    assert!(warnings.contains("attribution.commit is empty"), "{warnings}");
    assert!(warnings.contains("fewer than 5 % of the commits are marked"), "{warnings}");
}

/// A pull request that was squashed, with notes on its commits alone.
#[test]
fn records_of_the_commits_of_a_pull_request_count_for_its_squash() {
    let place = Place::new();
    let repository = squashed(&place, [false, false], "Add (#7)");
    note(&repository, "ai", "step 1", &git_ai("b.txt\n  s_0123456789abcd::t_1 1-2\n"));
    let row = commit_row(&place, &repository, "Add (#7)");
    assert_eq!((&row["ai_class"], &row["pulled_marked"]), (&json!("mixed"), &json!(1)));
    let known = &report(&place, &[])["provenance"];
    assert_eq!(known["by_class"], json!({"mixed": 1, "unknown": 1}));
    assert_eq!(known["recall"]["commits"], 1);
    assert_eq!(known["records"]["ai"], 1);
    assert_eq!(known["records_elsewhere"], 0);
    // Without the head nothing is known but that there is more to know.
    repository.git(["update-ref", "-d", "refs/pull/7/head"]);
    let known = &report(&place, &[])["provenance"];
    assert_eq!(known["by_class"], json!({"unknown": 2}));
    assert_eq!(known["records_elsewhere"], 1);
}

#[test]
fn a_head_that_is_not_believed_marks_nothing() {
    let place = Place::new();
    let mut stream = Stream::default();
    let start = stream.on_main(None, "start", &[("a.txt", FIRST)]);
    stream.commit(&Commit {
        branch: "pull/7/head",
        parents: &[start],
        author: ANA,
        message: "other\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
        files: &[("other.txt", "theta eight\n")],
    });
    stream.on_main(Some(start), "Add (#7)", &[("b.txt", SECOND)]);
    let repository = stream.import(&place);
    let row = commit_row(&place, &repository, "Add (#7)");
    assert_eq!(
        (&row["ai_class"], &row["pulled_commits"]),
        (&json!("unknown"), &Value::Null)
    );
}

#[test]
fn a_trace_that_two_branches_could_hold_is_nobodys() {
    let place = Place::new();
    let mut stream = Stream::default();
    let first = stream.on_main(None, "first", &[("a.txt", FIRST)]);
    let revision = id(&stream.import(&place), "first");
    let trace = json!({
        "vcs": {"type": "git", "revision": revision},
        "files": [{"path": "a.txt", "conversations": [{
            "contributor": {"type": "ai"},
            "ranges": [{"start_line": 1, "end_line": 9}],
        }]}],
    })
    .to_string();
    let by_hand = stream.on_main(Some(first), "by hand", &[("a.txt", SECOND)]);
    let agent = stream.commit(&Commit {
        branch: "heads/feature",
        parents: &[first],
        author: ANA,
        message: "by agent",
        files: &[("a.txt", "kappa ten\nalpha one\n")],
    });
    stream.commit(&Commit {
        branch: "heads/main",
        parents: &[by_hand, agent],
        author: ANA,
        message: "merge",
        files: &[("a.txt", SECOND), (".agent-trace/traces.jsonl", &trace)],
    });
    let place = Place::new();
    let repository = stream.import(&place);
    for subject in ["by hand", "by agent"] {
        assert_eq!(
            commit_row(&place, &repository, subject)["record"],
            Value::Null,
            "{subject}"
        );
    }
    let gaps = report(&place, &[])["gaps"].to_string();
    assert!(gaps.contains("no commit is found that holds them"), "{gaps}");
}

#[test]
fn few_lines_of_a_tool_make_no_line_marked() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    let id = id(&repository, "second");
    let header = "commit_hash,user_id,user_email,repo_name,tab_lines_added,composer_lines_added,\
                  non_ai_lines_added,message,commit_ts,created_at\n";
    let row = format!("{id},u1,ana@example.org,app,1,0,5,m,,2026-01-03T12:00:00Z\n");
    place.write("feed.csv", format!("{header}{row}"));
    place.write("again.csv", format!("{header}{row}"));
    let known = &report(&place, &["--usage=feed.csv", "--usage=again.csv"])["provenance"];
    assert_eq!(known["by_class"], json!({"coauthored": 1, "unknown": 1}));
    assert_eq!(known["lines_by_level"], json!({"E0": 9}));
    assert_eq!(known["recall"]["ai_lines"], 1, "two exports show the same row");
}

#[test]
fn a_note_of_very_many_writers_is_cut_and_said() {
    let place = Place::new();
    let repository = two_commits().import(&place);
    let mut lines = "a.txt\n".to_owned();
    let mut sessions = serde_json::Map::new();
    for n in 0..12_000 {
        let key = format!("s_{n:014x}");
        let _ = writeln!(lines, "  {key}::t_1 {}", 4 + n % 4);
        sessions.insert(key, json!({"agent_id": {"tool": format!("tool-{n}")}}));
    }
    let metadata = json!({"sessions": sessions});
    note(&repository, "ai", "second", &format!("{lines}---\n{metadata}"));
    let found = report(&place, &[]);
    assert_eq!(found["provenance"]["lines_by_level"], json!({"E0": 5, "E1": 4}));
}
