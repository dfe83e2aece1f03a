# What is run; what must hold is a test.

# The program, ready to use
build:
    cargo build --release

# All tests; SLOPNEXUS_SEEDS=2000 compares more random histories with git
test:
    cargo test --release

# Format and lints, as continuous integration runs them
lint:
    cargo fmt --check && cargo clippy --release --all-targets -- -D warnings

# The documentation of the library
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps

# Everything continuous integration runs
ci:
    .ci/run

# Our report on our own history
self: build
    target/release/slopnexus report .
