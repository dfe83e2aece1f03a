//! Names of files and words in them that say what a project is for.

use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::facts::SignKind;

/// A pattern of ours, which is known to be one.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours is one; a test compiles each")
}

/// A pattern that is made when it is first needed.
pub(super) struct Lazy(&'static str, OnceLock<Regex>);

impl Lazy {
    const fn new(text: &'static str) -> Self {
        Self(text, OnceLock::new())
    }

    pub(super) fn get(&self) -> &Regex {
        self.1.get_or_init(|| pattern(self.0))
    }
}

fn text(path: &[u8]) -> String {
    String::from_utf8_lossy(path).to_ascii_lowercase()
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Endings of languages that are counted and not parsed.
const CODE_ENDINGS: &[&str] = &[
    ".lua", ".ex", ".exs", ".erl", ".dart", ".vue", ".svelte", ".hs", ".ml", ".clj",
    ".pl", ".pm", ".r", ".jl", ".sql", ".zig", ".nim", ".m", ".mm", ".groovy", ".ps1",
    ".fs", ".f90", ".vb", ".cr", ".elm", ".sol", ".proto", ".html", ".css", ".scss",
    ".astro", ".t",
];

/// Whether a file is code of a language that is not parsed.
pub(super) fn is_code(path: &[u8]) -> bool {
    let path = text(path);
    CODE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Folders whose content shows, tries or builds the product and is not it.
const ASIDE: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "fixtures",
    "fixture",
    "__tests__",
    "spec",
    "specs",
    "example",
    "examples",
    "sample",
    "samples",
    "demos",
    "doc",
    "docs",
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    ".devcontainer",
    "templates",
    "template",
    "contrib",
    "fuzz",
    "t",
    "compat",
    "vendor",
    "node_modules",
    "third_party",
];

/// Whether a path stands in one of them.
pub(crate) fn is_aside(path: &[u8]) -> bool {
    let path = text(path);
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    folders.iter().any(|folder| ASIDE.contains(folder))
}

/// Whether a file is the page that a project shows first.
pub(super) fn is_readme(path: &[u8]) -> bool {
    let path = text(path);
    name(&path).starts_with("readme")
}

/// Whether a file says who owns paths, by git's forges.
pub(super) fn is_codeowners(path: &[u8]) -> bool {
    matches!(
        text(path).as_str(),
        "codeowners" | ".github/codeowners" | ".gitlab/codeowners" | "docs/codeowners"
    )
}

/// Whether a file tells a server what to run when something changes.
fn is_workflow(path: &str) -> bool {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let is_github =
        path.contains(".github/workflows/") || path.contains(".github/actions/");
    is_github && is_yaml
        || path.starts_with(".circleci/")
        || path.starts_with(".buildkite/")
        || path.starts_with(".woodpecker")
        || path.starts_with(".cirrus")
        || (path.starts_with("ci/") && (is_yaml || path.ends_with(".sh")))
        || matches!(
            name(path),
            ".gitlab-ci.yml"
                | ".travis.yml"
                | "azure-pipelines.yml"
                | "jenkinsfile"
                | "bitbucket-pipelines.yml"
                | ".drone.yml"
                | "appveyor.yml"
                | ".appveyor.yml"
                | "cloudbuild.yaml"
                | ".builds.yml"
        )
}

/// The same of a path as it is.
pub(super) fn is_workflow_path(path: &[u8]) -> bool {
    is_workflow(&text(path))
}

/// What a file says by being there.
pub(super) fn by_path(path: &[u8]) -> Option<(SignKind, &'static str)> {
    let path = text(path);
    let name = name(&path);
    if path.contains(".github/") || path.starts_with("ci/") {
        return None;
    }
    let operation = match name {
        "dockerfile" | "containerfile" => Some("a container is built"),
        _ if name.starts_with("dockerfile.") || name.ends_with(".dockerfile") => {
            Some("a container is built")
        }
        _ if name.starts_with("docker-compose") || name.starts_with("compose.y") => {
            Some("containers are run together")
        }
        "chart.yaml" | "helmfile.yaml" => Some("a chart for a cluster"),
        "kustomization.yaml" | "skaffold.yaml" => Some("objects of a cluster"),
        "serverless.yml" | "serverless.yaml" | "template.sam.yaml" | "samconfig.toml" => {
            Some("functions of a cloud")
        }
        "procfile" | "fly.toml" | "render.yaml" | "vercel.json" | "netlify.toml"
        | "app.yaml" | "wrangler.toml" | "wrangler.jsonc" | "railway.json" => {
            Some("a hosted service")
        }
        _ if name.ends_with(".tf") => Some("infrastructure as code"),
        _ => None,
    };
    if let Some(word) = operation {
        return Some((SignKind::Operation, word));
    }
    match name {
        "crontab" => Some((SignKind::Schedule, "a table of cron")),
        _ if name.ends_with(".cron") || name.ends_with(".timer") => {
            Some((SignKind::Schedule, "a table of cron"))
        }
        ".env.production"
        | ".env.prod"
        | "production.py"
        | "production.rb"
        | "production.json"
        | "production.yml"
        | "production.yaml"
        | "production.toml"
        | "application-prod.yml"
        | "application-production.yml"
        | "values-prod.yaml"
        | "values-production.yaml"
        | "appsettings.production.json" => {
            Some((SignKind::Production, "settings of production"))
        }
        _ => None,
    }
}

/// Whether a program begins with a file of this name.
pub(super) fn entry_by_path(path: &[u8]) -> Option<&'static str> {
    let path = text(path);
    let parts: Vec<&str> = path.rsplit('/').collect();
    let parent = parts.get(1).copied().unwrap_or_default();
    let above = parts.get(2).copied().unwrap_or_default();
    match name(&path) {
        "main.rs" if parent == "src" || parent.is_empty() || above == "bin" => {
            Some("a Rust program")
        }
        file if file.ends_with(".rs") && parent == "bin" => Some("a Rust program"),
        "manage.py" | "wsgi.py" | "asgi.py" | "streamlit_app.py" => {
            Some("a Python application")
        }
        "config.ru" => Some("a Ruby application"),
        "artisan" => Some("a PHP application"),
        "next.config.js" | "next.config.mjs" | "next.config.ts" | "nuxt.config.ts"
        | "angular.json" | "vite.config.ts" | "vite.config.js" | "svelte.config.js"
        | "remix.config.js" | "astro.config.mjs" | "expo.json" => {
            Some("a web application")
        }
        _ => None,
    }
}

/// How a program begins within a file of this name.
pub(super) fn entry_in(path: &[u8]) -> Option<(&'static Regex, &'static str)> {
    static PYTHON: Lazy = Lazy::new(r#"(?m)^if\s+__name__\s*==\s*['"]__main__['"]"#);
    static GO: Lazy = Lazy::new(r"(?m)^func main\(\)");
    static C: Lazy = Lazy::new(r"(?m)^(?:int|void)\s+main\s*\(");
    static JAVA: Lazy = Lazy::new(r"public\s+static\s+void\s+main\s*\(");
    static CSHARP: Lazy =
        Lazy::new(r"static\s+(?:async\s+)?(?:void|int|Task)\s+Main\s*\(");
    static KOTLIN: Lazy = Lazy::new(r"(?m)^(?:suspend\s+)?fun main\(");
    static SERVER: Lazy = Lazy::new(r"(?m)^\s*(?:app|server|httpServer)\.listen\(");
    let path = text(path);
    let ending = path.rsplit('.').next()?;
    Some(match ending {
        "py" => (PYTHON.get(), "a Python program"),
        "go" => (GO.get(), "a Go program"),
        "c" | "cc" | "cpp" | "cxx" => (C.get(), "a program in C or C++"),
        "java" => (JAVA.get(), "a Java program"),
        "cs" => (CSHARP.get(), "a C# program"),
        "kt" => (KOTLIN.get(), "a Kotlin program"),
        "js" | "ts" | "mjs" | "cjs" => (SERVER.get(), "a server"),
        _ => return None,
    })
}

/// What lines of a file are searched for: what it says, how, and a word of ours for it
/// where the line itself is nobody's business.
pub(super) type Wanted = (SignKind, &'static Lazy, Option<&'static str>);

/// What lines of a file are searched for.
pub(super) fn of_file(path: &[u8], aside: bool) -> Vec<Wanted> {
    // Commands, and never the word alone: branches and names have it, too.
    static TESTS: Lazy = Lazy::new(concat!(
        r"(?im)^[^#\n]*?(?:^|[\s;&|(\x22'`/:])(",
        r"(?:cargo|go|bun|deno|dotnet|swift|mix|flutter|dart|bazel|stack|cabal|just|lein|zig build|nimble|rails|hatch)(?:[ \t]+[-+\w:=.]+)*?[ \t]+(?:nextest|tests?)\b",
        r"|(?:npm|pnpm|yarn|composer|nx|turbo)(?:[ \t]+(?:-\S+|run|exec|workspaces?|foreach))*[ \t]+(?:tests?\b|t[ \t]*$)\S*",
        r"|(?:pytest|py\.test|tox|nox|rspec|phpunit|ctest|vitest|jest|mocha|prove|bats)\b",
        r"|python3?[ \t]+-m[ \t]+unittest\b|playwright test|cypress run|xcodebuild[^\n]*\btest\b",
        r"|make(?:[ \t]+\S+)*?[ \t]+(?:check|test\S*)|rake(?:[ \t]+\S+)*?[ \t]+(?:test|spec)\S*|\brake[ \t]*$",
        r"|(?:mvnw?|gradlew?|sbt)\b[^\n]*\b(?:test|check|verify|install|package|build)\S*",
        r"|(?:\S*/)?(?:run[-_]?)?tests?(?:[-_][\w-]+)?\.(?:sh|py|js|ps1)\b",
        r"|(?:bin|scripts?|ci|tools)/[\w-]*tests?\b",
        r"|command:[ \t]*[\x22']?(?:nextest|test)\b",
        r"|uses:[ \t]*\S*/(?:\S*[-_/])?tests?(?:[-_.]\S*)?$",
        r")",
    ));
    static DEPLOY: Lazy = Lazy::new(
        r"(?im)^[^#\n]*?(environment:\s*(?:name:\s*)?(?:production|prod|live|staging)\b|kubectl (?:apply|rollout|set image)|helm (?:upgrade|install)|terraform apply|vercel (?:deploy|--prod)|fly(?:ctl)? deploy|gcloud (?:run|app|functions) deploy|aws (?:ecs|lambda|s3 sync|cloudformation deploy)|(?:serverless|sls|netlify|firebase|wrangler|cdk|railway) deploy|git push heroku|eb deploy|ansible-playbook|appleboy/ssh-action|amazon-ecs-deploy|azure/webapps-deploy|cap production deploy)",
    );
    static CRON: Lazy = Lazy::new(r"(?m)^\s*-\s*cron:");
    static USES: Lazy =
        Lazy::new(r#"(?m)^\s*(?:-\s*)?uses:\s*["']?([A-Za-z0-9][\w.-]*/[\w.-]+)[/@]"#);
    static URL: Lazy = Lazy::new(
        r#"(?m)(?:\bsource\s*=|\brepository:|\brepo:|\burl\s*=|^\s*-)\s*["']?(?:git::)?(?:https://|ssh://|git://|git@)?[\w.-]+\.[a-z]{2,}[:/]([A-Za-z0-9][\w.-]*/[\w.-]+?)(?:\.git)?(?:["'\s?@/]|$)"#,
    );
    static SCHEDULE: Lazy = Lazy::new(
        r#"(?m)^\s*(kind:\s*CronJob|"crons"\s*:|crons\s*=|beat_schedule|@scheduled\b|- schedule: )"#,
    );
    static CLUSTER: Lazy = Lazy::new(
        r"(?m)^kind:\s*(Deployment|StatefulSet|DaemonSet|Ingress|CronJob|Service)\b",
    );
    static HOST: Lazy = Lazy::new(
        r#"(?im)^\s*(?:-\s*)?(?:host|server_name|domain|custom_domain)\s*[:= ]\s*["']?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|io|net|org|dev|app|ai|cloud|eu|de|fr|uk|co))\b"#,
    );
    static IMAGE: Lazy = Lazy::new(
        r#"(?im)^\s*(?:-\s*)?(?:from|image:)\s+["']?([a-z0-9][a-z0-9._/:@-]+)"#,
    );
    static RUN: Lazy = Lazy::new(
        // A heading, by marks before it or by a line below it: a sentence is none.
        r"(?im)^(?:(?:#{1,6}|={1,5})[ \t]+[^\n]{0,60}?(?:install\w*|usage|using|getting started|quick ?start\w*|run(?:ning)?|deploy\w*|setup|setting up|build(?:ing)?|development|how to|examples?|synopsis)\b|<h[1-6][^>\n]*>[^\n<]{0,60}?(?:install\w*|usage|using|getting started|quick ?start\w*|run(?:ning)?|deploy\w*|setup|setting up|build(?:ing)?|development|how to|examples?|synopsis)\b|[^\n]{0,60}?\b(?:install\w*|usage|using|getting started|quick ?start\w*|run(?:ning)?|deploy\w*|setup|setting up|build(?:ing)?|development|how to|examples?|synopsis)\b[^\n]{0,60}\n(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$)",
    );
    let path = text(path);
    let file = name(&path);
    let mut wanted: Vec<Wanted> = Vec::new();
    if is_workflow(&path) {
        wanted.push((SignKind::RunsTests, &TESTS, Some("runs tests")));
        if !is_of_docs(file) {
            wanted.push((SignKind::Deploys, &DEPLOY, Some("deploys")));
        }
        let by_clock = Some("a workflow is run by the clock");
        wanted.push((SignKind::ScheduledWorkflow, &CRON, by_clock));
        wanted.extend([(SignKind::Image, &IMAGE, None), (SignKind::Uses, &USES, None)]);
    }
    if is_readme(path.as_bytes()) {
        wanted.push((SignKind::RunSection, &RUN, Some("a section says how")));
    }
    let is_yaml = file.ends_with(".yml") || file.ends_with(".yaml");
    // Charts have what they run in a folder of templates.
    let aside =
        aside && (!is_yaml || is_aside(path.replace("/templates/", "/").as_bytes()));
    if !aside && !path.contains(".github/") {
        let has_links = is_yaml || file.ends_with(".tf") || file == ".gitmodules";
        if has_links {
            wanted.push((SignKind::Uses, &URL, None));
        }
        if is_yaml {
            let of_cluster = Some("an object of a cluster");
            wanted.push((SignKind::Operation, &CLUSTER, of_cluster));
            wanted.push((SignKind::Image, &IMAGE, None));
        }
        if file.contains("dockerfile") || file.contains("containerfile") {
            wanted.push((SignKind::Image, &IMAGE, None));
        }
        let is_settings = is_yaml || file.ends_with(".toml") || file.ends_with(".conf");
        if is_settings && !file.starts_with("mkdocs") {
            wanted.push((SignKind::Production, &HOST, None));
        }
        let is_source = [".py", ".java", ".kt", ".json", ".toml"];
        if is_yaml || is_source.iter().any(|ending| file.ends_with(ending)) {
            wanted.push((SignKind::Schedule, &SCHEDULE, Some("run by the clock")));
        }
    }
    wanted
}

/// Whether a workflow says by its name that it is about documentation: putting that up
/// deploys no program.
fn is_of_docs(file: &str) -> bool {
    const WORDS: &[&str] =
        &["doc", "docs", "documentation", "javadoc", "apidocs", "mkdocs", "sphinx"];
    let mut words = file.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| WORDS.contains(&word))
}

/// Whether a line of a workflow is of a sort that runs nothing: a name, a branch, a
/// condition.
pub(super) fn runs_nothing(line: &[u8]) -> bool {
    static KEYS: Lazy = Lazy::new(
        r"(?i)^[ \t-]*(?:name|on|branches|branches-ignore|tags|description|if|id|needs|key|path|paths|restore-keys|environment|group|artifact-name|repository-url|python-version)\s*:",
    );
    KEYS.get().is_match(line)
}

/// Whether a host is made up for documentation (RFC 2606), or takes mail.
pub(super) fn is_sample_host(host: &[u8]) -> bool {
    let host = text(host);
    host.starts_with("smtp.")
        || ["example.com", "example.net", "example.org"]
            .iter()
            .any(|sample| host == *sample || host.ends_with(&format!(".{sample}")))
}

/// Where the head of a README says that the project is an experiment: its headings, and
/// its first three lines of text.
pub(super) fn self_named(bytes: &[u8], found: &mut dyn FnMut(usize, &[u8])) {
    static WORDS: Lazy = Lazy::new(SELF_NAMED);
    let (mut n_text, mut n_headings) = (0, 0);
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate().take(60) {
        let line = line.trim_ascii();
        let is_heading = line.starts_with(b"#");
        // Badges, pictures and markup say nothing.
        if line.is_empty()
            || line.starts_with(b"[")
            || line.starts_with(b"!")
            || line.starts_with(b"<")
            || line.starts_with(b"=")
            || line.starts_with(b"-")
        {
            continue;
        }
        n_headings += usize::from(is_heading);
        n_text += usize::from(!is_heading);
        if n_text > 3 || n_headings > 1 {
            return;
        }
        if let Some(one) = WORDS.get().find(line) {
            found(number, one.as_bytes());
            return;
        }
    }
}

/// Words by which projects say that they are no products.
pub(crate) const SELF_NAMED: &str = r"(?i)\b(poc|proof[- ]of[- ]concept|prototype|spike|demo|playground|sandbox|experiment|hackathon|test[-_ ]app|toy project)\b";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_finds_what_it_is_for() {
        let find = |path: &str, line: &str| -> Vec<SignKind> {
            of_file(path.as_bytes(), false)
                .into_iter()
                .filter(|wanted| wanted.1.get().is_match(line.as_bytes()))
                .map(|wanted| wanted.0)
                .collect()
        };
        let ci = ".github/workflows/ci.yml";
        assert_eq!(find(ci, "      - run: cargo test --all"), [SignKind::RunsTests]);
        assert_eq!(find(ci, "# no tests yet"), []);
        for runs in [
            "  - run: go test ./...",
            "      run: npm test",
            "      - run: npm run test:unit",
            "      - run: yarn workspaces run test",
            "          python -m pytest -q",
            "        run: make test",
            "        run: ./gradlew build",
            "      run: mvn -B verify",
            "        run: bundle exec rake",
            "        run: uv run tox -e py312",
            "        command: test",
            "      run: cargo +nightly test --verbose",
            "    uses: ./.github/workflows/test.yml",
            "script: vendor/bin/phpunit",
            "    - ci/test-build.sh",
        ] {
            assert_eq!(find(ci, runs), [SignKind::RunsTests], "{runs}");
        }
        for says in [
            "    branches: [test]",
            "        run: echo hi",
            "        repository-url: https://test.pypi.org/legacy/",
            "      run: twine upload --repository testpypi dist/*",
            "    runs-on: latest",
        ] {
            assert_eq!(find(ci, says), [], "{says}");
        }
        assert!(runs_nothing(b"      - name: cargo test"));
        assert!(!runs_nothing(b"      - run: cargo test"));
        assert_eq!(find(ci, "      - uses: acme/shared@v1"), [SignKind::Uses]);
        let module =
            r#"  source = "git::https://git.acme.io/acme/network.git//vpc?ref=v1""#;
        assert_eq!(find("infra/main.tf", module), [SignKind::Uses]);
        assert_eq!(find(ci, "    - cron: '0 4 * * *'"), [SignKind::ScheduledWorkflow]);
        assert_eq!(find(ci, "    environment: production"), [SignKind::Deploys]);
        let up = "      - run: aws s3 sync docs/_build/html s3://pages";
        assert_eq!(find(".github/workflows/ship.yml", up), [SignKind::Deploys]);
        assert_eq!(find(".github/workflows/build-docs.yml", up), []);
        assert_eq!(
            find("deploy/app.yaml", "kind: CronJob"),
            [SignKind::Operation, SignKind::Schedule]
        );
        let chart = of_file(b"chart/templates/cron.yaml", true);
        assert!(chart.iter().any(|wanted| wanted.0 == SignKind::Schedule));
        assert_eq!(of_file(b"docs/templates/cron.yaml", true).len(), 0);
        assert_eq!(
            find("deploy/in.yaml", "  - host: shop.example.com"),
            [SignKind::Production]
        );
        assert_eq!(find("README.md", "## How to deploy"), [SignKind::RunSection]);
        assert_eq!(find("README.rst", "Running it\n----------"), [SignKind::RunSection]);
        for sentence in [
            "Nobody knows how this is run.",
            "[![Build](x)](y)",
            "<http://a.b>`_. By using",
        ] {
            assert_eq!(find("README.md", sentence), [], "{sentence}");
        }
        assert!(is_sample_host(b"shop.example.com") && !is_sample_host(b"example.io"));
        for (path, line) in [
            ("a.py", "if __name__ == '__main__':"),
            ("a.go", "func main() {"),
            ("a.c", "int main(void)"),
            ("a.java", "public static void main(String[] a)"),
            ("a.cs", "static async Task Main("),
            ("a.kt", "fun main("),
            ("a.js", "app.listen(3000)"),
        ] {
            let (pattern, _) = entry_in(path.as_bytes()).expect("it has a pattern");
            assert!(pattern.is_match(line.as_bytes()), "{path}");
        }
    }

    #[test]
    fn a_readme_names_an_experiment_at_its_head_alone() {
        let named = |text: &str| {
            let mut found = Vec::new();
            self_named(text.as_bytes(), &mut |line, _| found.push(line));
            found
        };
        assert_eq!(named("# Billing PoC\n"), [0]);
        assert_eq!(named("# Billing\n\nA quick prototype.\n"), [2]);
        assert_eq!(named("# Billing\n\nBills.\n\n## Demo\n"), Vec::<usize>::new());
        assert_eq!(named("# Epoch\n\nPocket.\n"), Vec::<usize>::new());
    }
}
