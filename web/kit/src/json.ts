// Reading what another party wrote: a member that is missing or of another type reads as absent.

export type Json = { readonly [name: string]: unknown }

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})

function member(from: Json, name: string): unknown {
  return Object.hasOwn(from, name) ? from[name] : undefined
}

export const objectIn = (from: Json, name: string): Json => objectOf(member(from, name))

export function arrayIn(from: Json, name: string): readonly unknown[] {
  const value = member(from, name)
  return Array.isArray(value) ? value : []
}

export function textIn(from: Json, name: string): string {
  const value = member(from, name)
  return typeof value === 'string' ? value : ''
}

export function numberIn(from: Json, name: string): number | undefined {
  const value = member(from, name)
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

export const flagIn = (from: Json, name: string): boolean => member(from, name) === true
