// All of the DOM that the kit makes goes through here. Text of the server becomes text nodes, never markup, and no
// attribute that could run or load anything is in the list.

type Attribute =
  | 'alt' | 'aria-busy' | 'aria-describedby' | 'aria-invalid' | 'aria-labelledby' | 'autocapitalize' | 'autocomplete'
  | 'class' | 'dir' | 'for' | 'id' | 'inputmode' | 'maxlength' | 'minlength' | 'name' | 'part' | 'placeholder' | 'rel'
  | 'required' | 'role' | 'spellcheck' | 'tabindex' | 'target' | 'type' | 'value'

export type Attributes = Partial<Record<Attribute, string | number | boolean | undefined>>
export type Child = Node | string | undefined

/** Attributes without a value (undefined, false, "") are left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  document: Document,
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false && value !== '') made.setAttribute(attribute, String(value))
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== ''))
  return made
}

/** Ids that no other part of the page has, since nothing of the server is in them. */
export class Ids {
  static #views = 0
  readonly #prefix = `signet-${++Ids.#views}`
  #count = 0

  next(): string {
    return `${this.#prefix}-${++this.#count}`
  }
}
