//! Libraries that do the same job: a project needs one of each.

use crate::untrusted::Untrusted;

/// A job, and the libraries that do it.
struct Job {
    ecosystem: &'static str,
    name: &'static str,
    libraries: &'static [&'static str],
}

const fn job(
    ecosystem: &'static str,
    name: &'static str,
    libraries: &'static [&'static str],
) -> Job {
    Job { ecosystem, name, libraries }
}

const JOBS: &[Job] = &[
    job("cargo", "HTTP requests", &["reqwest", "ureq", "attohttpc", "isahc", "curl"]),
    job("cargo", "asynchronous tasks", &["tokio", "async-std", "smol"]),
    job(
        "cargo",
        "arguments",
        &["clap", "argh", "lexopt", "pico-args", "bpaf", "gumdrop"],
    ),
    job("cargo", "civil dates", &["chrono", "time", "jiff"]),
    job(
        "npm",
        "HTTP requests",
        &["axios", "got", "node-fetch", "superagent", "request", "ky"],
    ),
    job("npm", "dates", &["moment", "dayjs", "date-fns", "luxon"]),
    job("npm", "tests", &["jest", "vitest", "mocha", "ava", "jasmine"]),
    job("npm", "state", &["redux", "mobx", "zustand", "jotai", "recoil", "valtio"]),
    job("npm", "schemas", &["zod", "yup", "joi", "valibot", "superstruct"]),
    job("npm", "arguments", &["commander", "yargs", "meow", "cac", "minimist"]),
    job("npm", "bundling", &["webpack", "rollup", "parcel", "esbuild", "tsup"]),
    job(
        "python",
        "HTTP requests",
        &["requests", "httpx", "aiohttp", "urllib3", "niquests"],
    ),
    job("python", "arguments", &["click", "typer", "fire", "docopt"]),
    job("python", "data frames", &["pandas", "polars"]),
    job("python", "dates", &["arrow", "pendulum", "python-dateutil"]),
    job("python", "web serving", &["flask", "fastapi", "django", "starlette", "bottle"]),
    job(
        "go",
        "HTTP serving",
        &[
            "github.com/gin-gonic/gin",
            "github.com/labstack/echo/v4",
            "github.com/gofiber/fiber/v2",
            "github.com/go-chi/chi/v5",
        ],
    ),
    job(
        "go",
        "logs",
        &["github.com/sirupsen/logrus", "go.uber.org/zap", "github.com/rs/zerolog"],
    ),
];

/// A library that has company.
pub(super) struct Second {
    /// What both do.
    pub(super) job: &'static str,
    /// The one that was there.
    pub(super) has: &'static str,
}

/// Whether a library does a job that one of the others does.
pub(super) fn second(
    ecosystem: &str,
    added: &Untrusted,
    others: &[Untrusted],
) -> Option<Second> {
    let of_added = |job: &&Job| {
        job.ecosystem == ecosystem
            && job.libraries.iter().any(|it| it.as_bytes() == added.bytes())
    };
    let job = JOBS.iter().find(of_added)?;
    let is_there = |it: &&&str| others.iter().any(|other| other.bytes() == it.as_bytes());
    let has = job.libraries.iter().find(is_there)?;
    Some(Second { job: job.name, has })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_has_company_in_its_own_world_alone() {
        let second = |ecosystem: &str, added: &str, others: &[&str]| {
            let others: Vec<Untrusted> = others.iter().map(|it| (*it).into()).collect();
            second(ecosystem, &added.into(), &others).map(|it| it.has)
        };
        assert_eq!(second("npm", "dayjs", &["moment", "axios"]), Some("moment"));
        assert_eq!(second("npm", "dayjs", &["axios"]), None);
        assert_eq!(second("python", "dayjs", &["moment"]), None);
        assert_eq!(second("npm", "left-pad", &["moment"]), None);
    }
}
