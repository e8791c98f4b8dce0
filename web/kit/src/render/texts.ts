// The few words that are the kit's own. Everything else is said by the server, in the user's language.

export interface KitTexts {
  readonly working: string
  readonly done: string
  readonly failed: string
  readonly restart: string
  readonly next: string
  /** The step needs something that this kit or this browser cannot do. */
  readonly notHere: string
  readonly browser: string
  readonly network: string
  readonly refused: string
  readonly operation: string
  readonly expired: string
  readonly invalid: string
  /** {} is the device or address where the user is asked. */
  readonly waiting: string
}

const en: KitTexts = {
  working: 'One moment …',
  done: 'You are signed in.',
  failed: 'The sign-in could not be finished.',
  restart: 'Start again',
  next: 'Continue',
  notHere: 'This step cannot be done here.',
  browser: 'Continue in the browser',
  network: 'The server cannot be reached. Try again.',
  refused: 'That was not confirmed. Try again or choose another way.',
  operation: 'This browser cannot do that. Choose another way.',
  expired: 'Nobody answered in time.',
  invalid: 'Check this entry.',
  waiting: 'Waiting for {} …',
}

const de: KitTexts = {
  working: 'Einen Moment …',
  done: 'Sie sind angemeldet.',
  failed: 'Die Anmeldung konnte nicht abgeschlossen werden.',
  restart: 'Neu beginnen',
  next: 'Weiter',
  notHere: 'Dieser Schritt ist hier nicht möglich.',
  browser: 'Im Browser fortfahren',
  network: 'Der Server ist nicht erreichbar. Versuchen Sie es noch einmal.',
  refused: 'Das wurde nicht bestätigt. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.',
  operation: 'Dieser Browser kann das nicht. Wählen Sie einen anderen Weg.',
  expired: 'Es hat niemand rechtzeitig geantwortet.',
  invalid: 'Prüfen Sie diese Eingabe.',
  waiting: 'Warten auf {} …',
}

const fr: KitTexts = {
  working: 'Un instant …',
  done: 'Vous êtes connecté.',
  failed: 'La connexion n’a pas pu aboutir.',
  restart: 'Recommencer',
  next: 'Continuer',
  notHere: 'Cette étape n’est pas possible ici.',
  browser: 'Continuer dans le navigateur',
  network: 'Le serveur est injoignable. Réessayez.',
  refused: 'Cela n’a pas été confirmé. Réessayez ou choisissez un autre moyen.',
  operation: 'Ce navigateur ne le permet pas. Choisissez un autre moyen.',
  expired: 'Personne n’a répondu à temps.',
  invalid: 'Vérifiez cette saisie.',
  waiting: 'En attente de {} …',
}

const es: KitTexts = {
  working: 'Un momento …',
  done: 'Ha iniciado sesión.',
  failed: 'No se pudo completar el inicio de sesión.',
  restart: 'Empezar de nuevo',
  next: 'Continuar',
  notHere: 'Este paso no es posible aquí.',
  browser: 'Continuar en el navegador',
  network: 'No se puede contactar con el servidor. Inténtelo de nuevo.',
  refused: 'No se ha confirmado. Inténtelo de nuevo o elija otra forma.',
  operation: 'Este navegador no puede hacerlo. Elija otra forma.',
  expired: 'Nadie respondió a tiempo.',
  invalid: 'Revise este dato.',
  waiting: 'Esperando a {} …',
}

const pt: KitTexts = {
  working: 'Um momento …',
  done: 'A sessão foi iniciada.',
  failed: 'Não foi possível concluir o início de sessão.',
  restart: 'Recomeçar',
  next: 'Continuar',
  notHere: 'Este passo não é possível aqui.',
  browser: 'Continuar no navegador',
  network: 'Não é possível contactar o servidor. Tente novamente.',
  refused: 'Não foi confirmado. Tente novamente ou escolha outra forma.',
  operation: 'Este navegador não consegue fazer isso. Escolha outra forma.',
  expired: 'Ninguém respondeu a tempo.',
  invalid: 'Verifique este dado.',
  waiting: 'À espera de {} …',
}

export const kitTexts: Readonly<Record<string, KitTexts>> = { en, de, fr, es, pt }

/** "de-AT" is German; what is not known is English. */
export function textsFor(language: string): KitTexts {
  const name = language.toLowerCase().split('-')[0]!
  return (Object.hasOwn(kitTexts, name) && kitTexts[name]) || en
}
