/** Variables of the environment. */

/** What `process.env` is, in words of the language: the types of rvr need no types of Node. */
export type Environment = Readonly<Record<string, string | undefined>>
