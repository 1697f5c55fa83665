/** A field that tells the server in which zone its answer will be read. */
export function timeZone(field) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
