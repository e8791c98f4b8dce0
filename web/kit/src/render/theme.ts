/** The look of <signet-login>. Pages change the variables, or the parts with ::part(). */
export const theme = `
:host {
  --accent: var(--signet-accent, #1f4fd8);
  --on-accent: var(--signet-on-accent, #fff);
  --text: var(--signet-text, #1b1f27);
  --quiet: var(--signet-quiet, #4d5563);
  --surface: var(--signet-surface, #fff);
  --border: var(--signet-border, #767e8c);
  --error: var(--signet-error, #a8071a);
  --error-surface: var(--signet-error-surface, #fdeceb);
  --radius: var(--signet-radius, 0.5rem);
  --gap: var(--signet-gap, 1rem);
  display: block;
  max-inline-size: var(--signet-width, 24rem);
  color: var(--text);
  background: var(--surface);
  font: var(--signet-font, 1rem/1.5 system-ui, sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--signet-accent, #9db8ff);
    --on-accent: var(--signet-on-accent, #10182b);
    --text: var(--signet-text, #eef0f4);
    --quiet: var(--signet-quiet, #b4bac6);
    --surface: var(--signet-surface, #171a21);
    --border: var(--signet-border, #8b93a3);
    --error: var(--signet-error, #ffb3ad);
    --error-surface: var(--signet-error-surface, #3b1416);
  }
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
.step { display: grid; gap: var(--gap); overflow-wrap: anywhere; }
h2, h3, p { margin: 0; font-size: 1rem; }
h2 { font-size: 1.375rem; line-height: 1.25; }
form, .selector, .unsupported { display: grid; gap: var(--gap); }
.options { display: grid; gap: calc(var(--gap) / 2); margin: 0; padding: 0; list-style: none; }
.field { display: grid; gap: 0.25rem; }
.field.box { grid-template-columns: auto 1fr; align-items: center; column-gap: 0.5rem; }
.field.box p { grid-column: 2; }
label { font-weight: 600; }
.box label { font-weight: 400; }
input, select, button { font: inherit; color: inherit; }
input:not([type=checkbox]), select {
  inline-size: 100%;
  min-block-size: 2.75rem;
  padding: 0.5rem 0.75rem;
  background: var(--surface);
  border: 1px solid var(--border);
  border-radius: var(--radius);
}
[type=checkbox] { inline-size: 1.25rem; block-size: 1.25rem; accent-color: var(--accent); }
input[aria-invalid=true], select[aria-invalid=true] { border-color: var(--error); border-width: 2px; }
button {
  min-block-size: 2.75rem;
  padding: 0.5rem 1rem;
  border: 1px solid var(--accent);
  border-radius: var(--radius);
  font-weight: 600;
  cursor: pointer;
}
button.primary { color: var(--on-accent); background: var(--accent); }
button.secondary { color: var(--accent); background: transparent; }
button.dangerous { color: var(--error); border-color: var(--error); background: transparent; }
button.link, a { color: var(--accent); }
button.link { padding: 0; border: 0; background: none; font-weight: 400; text-align: start; text-decoration: underline; }
button:disabled { opacity: 0.6; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h3 { margin-block-start: 0.25rem; }
h2:focus, [role=alert]:focus { outline: none; }
.alert { padding: 0.75rem; color: var(--error); background: var(--error-surface); border-radius: var(--radius); }
.field-error, .message.error { color: var(--error); }
.help, .message.info { color: var(--quiet); }
.message.userCode { font: 600 1.5rem/1.5 ui-monospace, monospace; letter-spacing: 0.1em; }
.picture { inline-size: min(100%, 14rem); background: #fff; padding: 0.5rem; border-radius: var(--radius); }
.links { display: grid; gap: 0.5rem; justify-items: start; }
`
