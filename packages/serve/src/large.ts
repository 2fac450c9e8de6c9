/**
 * Blocks of at least this many bytes go back to the system as soon as they are freed. glibc serves them by mmap; once it has
 * seen a smaller one freed, it keeps blocks up to that size for itself, which after a few batches is hundreds of
 * megabytes. A page of such a block costs nothing until it is written to.
 */
export const LARGE_BYTES = 2 ** 25 + 2 ** 16;

/** What is smaller is left to the allocator. */
export const SMALL_BYTES = 2 ** 20;

/** The bytes to ask for, when so many are needed. */
export const blockBytes = (needed: number): number => (needed > SMALL_BYTES ? Math.max(needed, LARGE_BYTES) : needed);
