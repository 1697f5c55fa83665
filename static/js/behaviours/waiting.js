/** An upload's page while it is checked: it looks again by itself. */
export function waiting() {
  setTimeout(() => location.reload(), 1500);
}
