/** Puts values into a sentence that the server wrote: fill("{n} of {limit}", {n: 3, limit: 400}). */
export function fill(template, values) {
  return (template ?? "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The form of a counted sentence that the language wants; `other` stands in for the ones the page does not carry. */
export function counted(forms, n, locale) {
  return fill(forms[new Intl.PluralRules(locale).select(n)] ?? forms.other, { n });
}
