export const REPRESENTATION_TYPE = 'application/vnd.auth+json'
export const PROBLEM_TYPE = 'application/problem+json'

/** "Application/JSON; charset=utf-8" is "application/json". */
export const essenceOf = (contentType: string | null): string => (contentType ?? '').split(';')[0]!.trim().toLowerCase()
