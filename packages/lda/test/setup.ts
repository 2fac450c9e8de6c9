import fc from "fast-check";

// The same examples on every run; P300_TEST_SEED looks at others.
fc.configureGlobal({ seed: Number(process.env["P300_TEST_SEED"] ?? 300) });
