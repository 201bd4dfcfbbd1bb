/** Names in formats where the end of a line ends a name. */

export const lineText = (name: string): string => name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ').trim() || '(no name)'
